//! Straight-through operations: any value forward, the gradients of the exact operation backward.
//!
//! tch 0.24 has no custom autograd functions, so these are written in C++ (`straight_through.cpp`), compiled by the build
//! script, and entered through a C interface. What they do on the way back comes from here again: [`Steps`] round
//! activations, [`Noise`] knows the gradients of noise.

use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use tch::{TchError, Tensor};

use crate::network::noise::Noise;
use crate::quantization::Steps;
use axmul_kernels::ConvShape;

/// As in `straight_through.cpp`.
#[repr(C)]
struct Callbacks {
    round: unsafe extern "C" fn(*const Steps, *const c_void, *mut *mut c_char) -> *mut c_void,
    stop: unsafe extern "C" fn(*const Steps, *const c_void, *const c_void, *mut *mut c_char) -> *mut c_void,
    quieten: unsafe extern "C" fn(
        *const Noise,
        *const c_void,
        *const c_void,
        *mut f64,
        *mut *mut c_char,
    ) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_char),
}

// A tensor of tch is a pointer to an `at::Tensor`, which is what these functions take and return.
unsafe extern "C" {
    fn axmul_set_callbacks(callbacks: *const Callbacks);
    fn axmul_straight_through_conv2d(
        x: *const c_void,
        w: *const c_void,
        bias: *const c_void,
        y: *const c_void,
        steps: *const Steps,
        geometry: *const i64,
        groups: i64,
        error: *mut *mut c_char,
    ) -> *mut c_void;
    fn axmul_straight_through_linear(
        x: *const c_void,
        w: *const c_void,
        bias: *const c_void,
        y: *const c_void,
        steps: *const Steps,
        error: *mut *mut c_char,
    ) -> *mut c_void;
    fn axmul_noisy(
        value: *const c_void,
        sigma: *const c_void,
        noisy: *const c_void,
        noise: *const Noise,
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

/// Operands of an exact operation, in whose place a value goes forward.
#[derive(Clone, Copy, Debug)]
pub struct Exact<'a> {
    /// Activations before rounding.
    pub x: &'a Tensor,
    /// How they are rounded.
    pub steps: Steps,
    /// Weights, rounded already.
    pub w: &'a Tensor,
    /// What the value contains for each output `[O]`.
    pub bias: Option<&'a Tensor>,
}

/// The value `y` with the gradients of the convolution of `x` `[N, C, H, W]`, rounded, with `w` `[O, C / groups, kh, kw]`.
///
/// `y` `[N, O, H', W']` was computed without gradients; batch, height and width of `shape` do not matter.
pub fn conv2d(operands: Exact<'_>, y: &Tensor, shape: &ConvShape) -> Result<Tensor, TchError> {
    let [s, p, d] = [shape.stride, shape.padding, shape.dilation].map(|pair| pair.map(|n| n as i64));
    let geometry = [s[0], s[1], p[0], p[1], d[0], d[1]];
    let mut error = std::ptr::null_mut();
    set_callbacks();
    // SAFETY: the tensors live through the call, and steps and geometry are what is read. What comes back is a new tensor
    // or null with a message, as `owned` expects.
    unsafe {
        let result = axmul_straight_through_conv2d(
            operands.x.as_ptr().cast(),
            operands.w.as_ptr().cast(),
            operands.bias.map_or(std::ptr::null(), |bias| bias.as_ptr().cast()),
            y.as_ptr().cast(),
            &operands.steps,
            geometry.as_ptr(),
            shape.groups as i64,
            &mut error,
        );
        owned(result, error)
    }
}

/// The value `y` `[rows, O]` with the gradients of `x` `[rows, K]`, rounded, times the transpose of `w` `[O, K]`.
pub fn linear(operands: Exact<'_>, y: &Tensor) -> Result<Tensor, TchError> {
    let mut error = std::ptr::null_mut();
    set_callbacks();
    // SAFETY: as above.
    unsafe {
        let result = axmul_straight_through_linear(
            operands.x.as_ptr().cast(),
            operands.w.as_ptr().cast(),
            operands.bias.map_or(std::ptr::null(), |bias| bias.as_ptr().cast()),
            y.as_ptr().cast(),
            &operands.steps,
            &mut error,
        );
        owned(result, error)
    }
}

/// The value `noisy` with the gradients of `value` and of the noise that it has in addition; `sigma` is a scalar.
pub fn noisy(value: &Tensor, sigma: &Tensor, noisy: &Tensor, noise: &Noise) -> Result<Tensor, TchError> {
    let mut error = std::ptr::null_mut();
    set_callbacks();
    // SAFETY: as above.
    unsafe {
        let result = axmul_noisy(
            value.as_ptr().cast(),
            sigma.as_ptr().cast(),
            noisy.as_ptr().cast(),
            noise,
            &mut error,
        );
        owned(result, error)
    }
}

fn set_callbacks() {
    static ONCE: Once = Once::new();
    let callbacks = Callbacks { round, stop, quieten, free };
    // SAFETY: it copies the functions, which have the signatures that `straight_through.cpp` has them by.
    ONCE.call_once(|| unsafe { axmul_set_callbacks(&callbacks) });
}

unsafe extern "C" fn round(steps: *const Steps, x: *const c_void, error: *mut *mut c_char) -> *mut c_void {
    // SAFETY: the caller lends steps and a tensor, and takes the message.
    unsafe { told(error, || (*steps).round(&lent(x))) }
}

unsafe extern "C" fn stop(
    steps: *const Steps,
    gradient: *const c_void,
    x: *const c_void,
    error: *mut *mut c_char,
) -> *mut c_void {
    // SAFETY: as above.
    unsafe { told(error, || (*steps).stop_clipped(&lent(gradient), &lent(x))) }
}

unsafe extern "C" fn quieten(
    noise: *const Noise,
    gradient: *const c_void,
    noisy: *const c_void,
    sigma: *mut f64,
    error: *mut *mut c_char,
) -> *mut c_void {
    let work = || {
        // SAFETY: as above; the gradient of sigma goes where the caller wants it.
        unsafe {
            let (of_value, of_sigma) = (*noise).gradients(&lent(gradient), &lent(noisy));
            *sigma = of_sigma;
            of_value
        }
    };
    // SAFETY: the caller takes the message.
    unsafe { told(error, work) }
}

unsafe extern "C" fn free(message: *mut c_char) {
    // SAFETY: it is a message of `told`, which the caller gives back once.
    drop(unsafe { CString::from_raw(message) });
}

/// A tensor that C++ lends: it is not deleted here.
///
/// # Safety
///
/// It points to a tensor that outlives what is returned.
unsafe fn lent(tensor: *const c_void) -> ManuallyDrop<Tensor> {
    // SAFETY: as demanded.
    ManuallyDrop::new(unsafe { Tensor::from_ptr(tensor.cast_mut().cast()) })
}

/// The tensor that some work makes, for the caller to delete, or null and a message for [`free`]. A panic, which is how
/// operations of tch fail, may not go through C++.
///
/// # Safety
///
/// `error` points to where the message goes.
unsafe fn told(error: *mut *mut c_char, work: impl FnOnce() -> Tensor) -> *mut c_void {
    match catch_unwind(AssertUnwindSafe(|| tch::no_grad(work))) {
        Ok(tensor) => ManuallyDrop::new(tensor).as_mut_ptr().cast(),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
            let message = CString::new(message.replace('\0', " ")).expect("no zeros are left");
            // SAFETY: as demanded.
            unsafe { *error = message.into_raw() };
            std::ptr::null_mut()
        }
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

    /// Rounding that changes no number of these tests.
    const STEPS: Steps = Steps { scale: 1.0, low: -127.0, high: 127.0 };

    fn whole<'a>(x: &'a Tensor, w: &'a Tensor) -> Exact<'a> {
        Exact { x, steps: STEPS, w, bias: None }
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
        let through = conv2d(whole(&x2, &w2), &y, &shape).unwrap();
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
        let through = linear(whole(&x, &w), &y).unwrap();
        assert_eq!(through, y);
        let upstream = numbers(&[3, 2], 11);
        (&through * &upstream).sum(Kind::Float).backward();
        assert_eq!(x.grad(), upstream.mm(&w));
        assert_eq!(w.grad(), upstream.tr().mm(&x));
    }

    /// Against rounding by libtorch's own operation and a bias added apart, where some activations are clipped.
    #[test]
    fn rounding_and_biases_have_their_gradients() {
        let values = numbers(&[2, 4, 7, 8], 3) * 0.37;
        let leaves = || {
            [values.copy(), numbers(&[6, 4, 3, 3], 5), numbers(&[6], 2)].map(|t| t.set_requires_grad(true))
        };
        let steps = Steps { scale: 0.25, low: -3.0, high: 3.0 };
        let shape = ConvShape { padding: [1, 1], ..ConvShape::new(2, [4, 7, 8], 6, [3, 3]) };
        let [x, w, bias] = leaves();
        let rounded = x.fake_quantize_per_tensor_affine(0.25, 0, -3, 3);
        let exact = rounded.conv2d(&w, None::<Tensor>, [1, 1], [1, 1], [1, 1], 1) + bias.view([1, -1, 1, 1]);
        let upstream = numbers(&exact.size(), 11);
        (&exact * &upstream).sum(Kind::Float).backward();
        let [x2, w2, bias2] = leaves();
        let operands = Exact { x: &x2, steps, w: &w2, bias: Some(&bias2) };
        (conv2d(operands, &exact.detach(), &shape).unwrap() * &upstream).sum(Kind::Float).backward();
        assert!(x.grad().eq(0.0).any().int64_value(&[]) == 1, "nothing was clipped");
        for (one, other) in [(x, x2), (w, w2), (bias, bias2)] {
            assert_eq!(one.grad(), other.grad());
        }

        let values = numbers(&[3, 5], 3) * 0.37;
        let leaves =
            || [values.copy(), numbers(&[2, 5], 5), numbers(&[2], 2)].map(|t| t.set_requires_grad(true));
        let [x, w, bias] = leaves();
        let exact = x.fake_quantize_per_tensor_affine(0.25, 0, -3, 3).linear(&w, Some(&bias));
        exact.square().sum(Kind::Float).backward();
        let [x2, w2, bias2] = leaves();
        let operands = Exact { x: &x2, steps, w: &w2, bias: Some(&bias2) };
        linear(operands, &exact.detach()).unwrap().square().sum(Kind::Float).backward();
        for (one, other) in [(x, x2), (w, w2), (bias, bias2)] {
            assert_eq!(one.grad(), other.grad());
        }
    }

    #[test]
    fn operands_that_need_no_gradient_get_none() {
        let x = numbers(&[3, 5], 3);
        let w = numbers(&[2, 5], 5).set_requires_grad(true);
        let through = linear(whole(&x, &w), &numbers(&[3, 2], 4)).unwrap();
        through.sum(Kind::Float).backward();
        assert!(!x.grad().defined());
        assert!(w.grad().defined());
    }

    #[test]
    fn exceptions_on_the_way_back_are_errors() {
        let x = numbers(&[3, 5], 3);
        let w = numbers(&[2, 4], 5).set_requires_grad(true);
        let through = linear(whole(&x, &w), &numbers(&[3, 7], 4)).unwrap();
        let error = through.sum(Kind::Float).f_backward().unwrap_err().to_string();
        assert!(error.contains("shape") || error.contains("size"), "{error}");
    }
}
