// Straight-through operations, which the Rust side cannot express: a value computed elsewhere goes forward, and the
// gradients of the exact operation at the rounded operands come back. There is no second forward.
//
// Activations are saved as they were before rounding, which whatever made them has saved as well, and rounded again on
// the way back; what rounding is, the Rust side knows.

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// How activations became codes less zero point; see `Grid` on the Rust side.
struct Grid {
  double scale, low, high;
};

// The noise on a value: N(0, 1) for a seed, times `deviation` of the value and `sigma`.
struct Noise {
  double mean, deviation, sigma;
  int64_t seed;
};

// What the Rust side does on the way back. Each returns a new tensor, or null and a message for `free`.
struct Callbacks {
  // Activations, rounded.
  Tensor *(*round)(const Grid *grid, const Tensor *x, char **error);
  // Gradients of activations from those of rounded ones: 0 where they were clipped.
  Tensor *(*stop)(const Grid *grid, const Tensor *gradient, const Tensor *x,
                  char **error);
  // Gradients of a value from those of the noisy one, and in `sigma` that of its noise.
  Tensor *(*quieten)(const Noise *noise, const Tensor *gradient,
                     const Tensor *noisy, double *sigma, char **error);
  void (*free)(char *error);
};

Callbacks callbacks = {};

// Takes over what a callback returned.
Tensor taken(Tensor *tensor, char *error) {
  if (tensor == nullptr) {
    const std::string message(error);
    callbacks.free(error);
    throw std::runtime_error(message);
  }
  const std::unique_ptr<Tensor> owner(tensor);
  return *tensor;
}

Tensor rounded(const Grid &grid, const Tensor &x) {
  char *error = nullptr;
  Tensor *tensor = callbacks.round(&grid, &x, &error);
  return taken(tensor, error);
}

Tensor stopped(const Grid &grid, const Tensor &gradient, const Tensor &x) {
  char *error = nullptr;
  Tensor *tensor = callbacks.stop(&grid, &gradient, &x, &error);
  return taken(tensor, error);
}

void save(AutogradContext *ctx, const Grid &grid) {
  ctx->saved_data["grid"] =
      std::vector<double>{grid.scale, grid.low, grid.high};
}

Grid saved_grid(AutogradContext *ctx) {
  const auto grid = ctx->saved_data["grid"].toDoubleVector();
  return {grid[0], grid[1], grid[2]};
}

// The gradient of a bias [O] from that of an output [N, O, ...].
Tensor of_bias(const Tensor &gradient) {
  std::vector<int64_t> others = {0};
  for (int64_t dimension = 2; dimension < gradient.dim(); ++dimension) {
    others.push_back(dimension);
  }
  return gradient.sum(others);
}

struct Convolution : torch::autograd::Function<Convolution> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, const Tensor &w,
                        const std::optional<Tensor> & /*bias*/,
                        const Tensor &y, Grid grid,
                        std::vector<int64_t> stride,
                        std::vector<int64_t> padding,
                        std::vector<int64_t> dilation, int64_t groups) {
    ctx->save_for_backward({x, w});
    save(ctx, grid);
    ctx->saved_data["stride"] = std::move(stride);
    ctx->saved_data["padding"] = std::move(padding);
    ctx->saved_data["dilation"] = std::move(dilation);
    ctx->saved_data["groups"] = groups;
    return y;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const auto grid = saved_grid(ctx);
    const auto stride = ctx->saved_data["stride"].toIntVector();
    const auto padding = ctx->saved_data["padding"].toIntVector();
    const auto dilation = ctx->saved_data["dilation"].toIntVector();
    const std::vector<int64_t> no_output_padding(stride.size(), 0);
    const std::array<bool, 3> wanted = {ctx->needs_input_grad(0),
                                        ctx->needs_input_grad(1), false};
    const auto x = wanted[1] ? rounded(grid, saved[0]) : saved[0];
    auto gradients = at::convolution_backward(
        grads[0], x, saved[1], at::OptionalIntArrayRef(), stride, padding,
        dilation, /*transposed=*/false, no_output_padding,
        ctx->saved_data["groups"].toInt(), wanted);
    const auto of_x =
        wanted[0] ? stopped(grid, std::get<0>(gradients), saved[0]) : Tensor();
    return {of_x,
            std::get<1>(gradients),
            ctx->needs_input_grad(2) ? of_bias(grads[0]) : Tensor(),
            Tensor(),
            Tensor(),
            Tensor(),
            Tensor(),
            Tensor(),
            Tensor()};
  }
};

struct Linear : torch::autograd::Function<Linear> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, const Tensor &w,
                        const std::optional<Tensor> & /*bias*/,
                        const Tensor &y, Grid grid) {
    ctx->save_for_backward({x, w});
    save(ctx, grid);
    return y;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const auto grid = saved_grid(ctx);
    const auto of_x = [&] {
      return stopped(grid, grads[0].mm(saved[1]), saved[0]);
    };
    const auto of_w = [&] {
      return grads[0].t().mm(rounded(grid, saved[0]));
    };
    return {ctx->needs_input_grad(0) ? of_x() : Tensor(),
            ctx->needs_input_grad(1) ? of_w() : Tensor(),
            ctx->needs_input_grad(2) ? of_bias(grads[0]) : Tensor(),
            Tensor(), Tensor()};
  }
};

struct Noisy : torch::autograd::Function<Noisy> {
  static Tensor forward(AutogradContext *ctx, const Tensor & /*value*/,
                        const Tensor &sigma, const Tensor &noisy, Noise noise) {
    // The next operation saves it as well, so it costs no memory.
    ctx->save_for_backward({noisy, sigma});
    ctx->saved_data["noise"] =
        std::vector<double>{noise.mean, noise.deviation, noise.sigma};
    ctx->saved_data["seed"] = noise.seed;
    return noisy;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const auto numbers = ctx->saved_data["noise"].toDoubleVector();
    const Noise noise = {numbers[0], numbers[1], numbers[2],
                         ctx->saved_data["seed"].toInt()};
    char *error = nullptr;
    double of_sigma = 0;
    Tensor *of_value =
        callbacks.quieten(&noise, &grads[0], &saved[0], &of_sigma, &error);
    return {taken(of_value, error), at::full_like(saved[1], of_sigma), Tensor(),
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

std::optional<Tensor> optional(const Tensor *tensor) {
  return tensor == nullptr ? std::nullopt : std::optional<Tensor>(*tensor);
}

} // namespace

extern "C" {

// Sets what the Rust side does; before anything else here.
void axmul_set_callbacks(const Callbacks *given) { callbacks = *given; }

// The gradients of a convolution of x [N, C, H, W], rounded, with w [O, C / groups, kh, kw] plus a bias [O] or null,
// under the value y. `geometry` holds stride, padding and dilation, two numbers each. Returns a tensor that the caller
// owns, or null and a message.
Tensor *axmul_straight_through_conv2d(const Tensor *x, const Tensor *w,
                                      const Tensor *bias, const Tensor *y,
                                      const Grid *grid, const int64_t *geometry,
                                      int64_t groups, char **error) {
  return guarded(error, [&] {
    return Convolution::apply(*x, *w, optional(bias), *y, *grid,
                              pair(geometry), pair(geometry + 2),
                              pair(geometry + 4), groups);
  });
}

// The gradients of x [rows, K], rounded, times the transpose of w [O, K] plus a bias [O] or null, under the value y. As
// above.
Tensor *axmul_straight_through_linear(const Tensor *x, const Tensor *w,
                                      const Tensor *bias, const Tensor *y,
                                      const Grid *grid, char **error) {
  return guarded(error, [&] {
    return Linear::apply(*x, *w, optional(bias), *y, *grid);
  });
}

// The gradients of noise on a value, of its size `sigma` and of its deviation, under the noisy value. As above.
Tensor *axmul_noisy(const Tensor *value, const Tensor *sigma,
                    const Tensor *noisy, const Noise *noise, char **error) {
  return guarded(error,
                 [&] { return Noisy::apply(*value, *sigma, *noisy, *noise); });
}

// Turns NNPACK off, whose convolutions go through transforms that are not exact on whole numbers.
void axmul_keep_convolutions_direct() {
  at::globalContext().setUserEnabledNNPACK(false);
}

// Frees a message.
void axmul_free_message(char *message) { free(message); }
}
