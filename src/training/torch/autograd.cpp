// Straight-through operations, which the Rust side cannot express: a value computed elsewhere goes forward, and the
// gradients of the exact operation at the quantised operands come back. There is no second forward.

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <vector>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Convolution : torch::autograd::Function<Convolution> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, const Tensor &w,
                        const Tensor &y, std::vector<int64_t> stride,
                        std::vector<int64_t> padding,
                        std::vector<int64_t> dilation, int64_t groups) {
    ctx->save_for_backward({x, w});
    ctx->saved_data["stride"] = std::move(stride);
    ctx->saved_data["padding"] = std::move(padding);
    ctx->saved_data["dilation"] = std::move(dilation);
    ctx->saved_data["groups"] = groups;
    return y;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const auto stride = ctx->saved_data["stride"].toIntVector();
    const auto padding = ctx->saved_data["padding"].toIntVector();
    const auto dilation = ctx->saved_data["dilation"].toIntVector();
    const std::vector<int64_t> no_output_padding(stride.size(), 0);
    const std::array<bool, 3> wanted = {ctx->needs_input_grad(0),
                                        ctx->needs_input_grad(1), false};
    auto gradients = at::convolution_backward(
        grads[0], saved[0], saved[1], at::OptionalIntArrayRef(), stride,
        padding, dilation, /*transposed=*/false, no_output_padding,
        ctx->saved_data["groups"].toInt(), wanted);
    return {std::get<0>(gradients), std::get<1>(gradients), Tensor(),
            Tensor(),               Tensor(),               Tensor(),
            Tensor()};
  }
};

struct Linear : torch::autograd::Function<Linear> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, const Tensor &w,
                        const Tensor &y) {
    ctx->save_for_backward({x, w});
    return y;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    return {ctx->needs_input_grad(0) ? grads[0].mm(saved[1]) : Tensor(),
            ctx->needs_input_grad(1) ? grads[0].t().mm(saved[0]) : Tensor(),
            Tensor()};
  }
};

// Runs an operation; an exception becomes a message, which the caller frees.
template <typename Operation>
Tensor *guarded(char **error, Operation operation) {
  *error = nullptr;
  try {
    return new Tensor(operation());
  } catch (const std::exception &exception) {
    *error = strdup(exception.what());
  } catch (...) {
    *error = strdup("an exception of unknown type");
  }
  return nullptr;
}

std::vector<int64_t> pair(const int64_t *values) {
  return {values[0], values[1]};
}

} // namespace

extern "C" {

// The gradients of a convolution of x [N, C, H, W] with w [O, C / groups, kh, kw], under the value y. `geometry` holds
// stride, padding and dilation, two numbers each. Returns a tensor that the caller owns, or null and a message.
Tensor *axmul_straight_through_conv2d(const Tensor *x, const Tensor *w,
                                      const Tensor *y, const int64_t *geometry,
                                      int64_t groups, char **error) {
  return guarded(error, [&] {
    return Convolution::apply(*x, *w, *y, pair(geometry), pair(geometry + 2),
                              pair(geometry + 4), groups);
  });
}

// The gradients of x [rows, K] times the transpose of w [O, K], under the value y. As above.
Tensor *axmul_straight_through_linear(const Tensor *x, const Tensor *w,
                                      const Tensor *y, char **error) {
  return guarded(error, [&] { return Linear::apply(*x, *w, *y); });
}

// Turns NNPACK off, whose convolutions go through transforms that are not exact on whole numbers.
void axmul_keep_convolutions_direct() {
  at::globalContext().setUserEnabledNNPACK(false);
}

// Frees a message.
void axmul_free_message(char *message) { free(message); }
}
