//! Straight-through operations: any value forward, the gradients of the exact operation backward.
//!
//! tch 0.24 has no custom autograd functions, so these are written in C++ (`autograd.cpp`), compiled by the build
//! script, and entered through a C interface.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

use tch::{TchError, Tensor};

use crate::kernels::ConvShape;

// A tensor of tch is a pointer to an `at::Tensor`, which is what these functions take and return.
unsafe extern "C" {
    fn axmul_straight_through_conv2d(
        x: *const c_void,
        w: *const c_void,
        y: *const c_void,
        geometry: *const i64,
        groups: i64,
        error: *mut *mut c_char,
    ) -> *mut c_void;
    fn axmul_straight_through_linear(
        x: *const c_void,
        w: *const c_void,
        y: *const c_void,
        error: *mut *mut c_char,
    ) -> *mut c_void;
    fn axmul_keep_convolutions_direct();
    fn axmul_free_message(message: *mut c_char);
}

/// Keeps libtorch from convolutions on the CPU that transform their operands: those are not exact on whole numbers.
/// Where oneDNN convolves, as on x86-64, it adds products up anyway; NNPACK, which takes over elsewhere, does not.
pub fn keep_convolutions_direct() {
    static ONCE: Once = Once::new();
    // SAFETY: it takes nothing and sets a flag of libtorch, which this process does not set elsewhere.
    ONCE.call_once(|| unsafe { axmul_keep_convolutions_direct() });
}

/// The value `y` with the gradients of the convolution of `x` `[N, C, H, W]` with `w` `[O, C / groups, kh, kw]`.
///
/// `y` `[N, O, H', W']` was computed without gradients; batch, height and width of `shape` do not matter.
pub fn conv2d(x: &Tensor, w: &Tensor, y: &Tensor, shape: &ConvShape) -> Result<Tensor, TchError> {
    let [s, p, d] = [shape.stride, shape.padding, shape.dilation].map(|pair| pair.map(|n| n as i64));
    let geometry = [s[0], s[1], p[0], p[1], d[0], d[1]];
    let mut error = std::ptr::null_mut();
    // SAFETY: the three tensors live through the call, and geometry holds the six numbers that are read. What comes
    // back is a new tensor or null with a message, as `owned` expects.
    unsafe {
        let result = axmul_straight_through_conv2d(
            x.as_ptr().cast(),
            w.as_ptr().cast(),
            y.as_ptr().cast(),
            geometry.as_ptr(),
            shape.groups as i64,
            &mut error,
        );
        owned(result, error)
    }
}

/// The value `y` `[rows, O]` with the gradients of `x` `[rows, K]` times the transpose of `w` `[O, K]`.
pub fn linear(x: &Tensor, w: &Tensor, y: &Tensor) -> Result<Tensor, TchError> {
    let mut error = std::ptr::null_mut();
    // SAFETY: as above.
    unsafe {
        let result = axmul_straight_through_linear(
            x.as_ptr().cast(),
            w.as_ptr().cast(),
            y.as_ptr().cast(),
            &mut error,
        );
        owned(result, error)
    }
}

/// Takes over a new tensor, or a message.
///
/// # Safety
///
/// Exactly one of `tensor` and `error` is not null, and both come from a function above.
unsafe fn owned(tensor: *mut c_void, error: *mut c_char) -> Result<Tensor, TchError> {
    if tensor.is_null() {
        // SAFETY: then the message is a string that `axmul_free_message` frees, once.
        let message = unsafe {
            let message = CStr::from_ptr(error).to_string_lossy().into_owned();
            axmul_free_message(error);
            message
        };
        return Err(TchError::Torch(message));
    }
    // SAFETY: the tensor was made with `new` for us; tch deletes it.
    Ok(unsafe { Tensor::from_ptr(tensor.cast()) })
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    fn numbers(size: &[i64], seed: i64) -> Tensor {
        let n: i64 = size.iter().product();
        ((Tensor::arange(n, (Kind::Float, Device::Cpu)) * (seed as f64)).remainder(7.0) - 3.0).view(size)
    }

    /// Stride 2, padding, dilation and groups: the value is ours, the gradients those of libtorch's convolution.
    #[test]
    fn convolutions_pass_gradients_of_the_exact_operation() {
        let shape = ConvShape {
            stride: [2, 1],
            padding: [1, 2],
            dilation: [1, 2],
            groups: 2,
            ..ConvShape::new(2, [4, 7, 8], 6, [3, 2])
        };
        let leaves =
            || [numbers(&[2, 4, 7, 8], 3), numbers(&[6, 2, 3, 2], 5)].map(|t| t.set_requires_grad(true));
        let [x, w] = leaves();
        let exact = x.conv2d(&w, None::<Tensor>, [2, 1], [1, 2], [1, 2], 2);
        let y = (exact.detach() * 0.5).round();
        let upstream = numbers(&exact.size(), 11);
        (&exact * &upstream).sum(Kind::Float).backward();

        let [x2, w2] = leaves();
        let through = conv2d(&x2, &w2, &y, &shape).unwrap();
        assert_eq!(through, y);
        (&through * &upstream).sum(Kind::Float).backward();
        assert_eq!(x2.grad(), x.grad());
        assert_eq!(w2.grad(), w.grad());
    }

    #[test]
    fn matrix_products_pass_gradients_of_the_exact_operation() {
        let x = numbers(&[3, 5], 3).set_requires_grad(true);
        let w = numbers(&[2, 5], 5).set_requires_grad(true);
        let y = numbers(&[3, 2], 4);
        let through = linear(&x, &w, &y).unwrap();
        assert_eq!(through, y);
        let upstream = numbers(&[3, 2], 11);
        (&through * &upstream).sum(Kind::Float).backward();
        assert_eq!(x.grad(), upstream.mm(&w));
        assert_eq!(w.grad(), upstream.tr().mm(&x));
    }

    #[test]
    fn operands_that_need_no_gradient_get_none() {
        let x = numbers(&[3, 5], 3);
        let w = numbers(&[2, 5], 5).set_requires_grad(true);
        let through = linear(&x, &w, &numbers(&[3, 2], 4)).unwrap();
        through.sum(Kind::Float).backward();
        assert!(!x.grad().defined());
        assert!(w.grad().defined());
    }

    #[test]
    fn exceptions_on_the_way_back_are_errors() {
        let x = numbers(&[3, 5], 3);
        let w = numbers(&[2, 4], 5).set_requires_grad(true);
        let through = linear(&x, &w, &numbers(&[3, 7], 4)).unwrap();
        let error = through.sum(Kind::Float).f_backward().unwrap_err().to_string();
        assert!(error.contains("shape") || error.contains("size"), "{error}");
    }
}
