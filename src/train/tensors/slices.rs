//! The memory of CPU tensors as slices.

use tch::{Device, Kind, Tensor};

/// The memory of a tensor of bytes, signed or not.
pub fn bytes(tensor: &Tensor) -> &[u8] {
    assert!(matches!(tensor.kind(), Kind::Int8 | Kind::Uint8));
    // SAFETY: bytes of any sign are bytes.
    unsafe { slice(tensor) }
}

/// The same to write to.
pub fn bytes_mut(tensor: &mut Tensor) -> &mut [u8] {
    assert!(matches!(tensor.kind(), Kind::Int8 | Kind::Uint8));
    // SAFETY: as above.
    unsafe { slice_mut(tensor) }
}

/// The memory of a tensor of i32 to write to.
pub fn integers_mut(tensor: &mut Tensor) -> &mut [i32] {
    assert_eq!(tensor.kind(), Kind::Int);
    // SAFETY: the elements are i32.
    unsafe { slice_mut(tensor) }
}

/// The memory of a tensor of i64 to write to.
pub fn long_integers_mut(tensor: &mut Tensor) -> &mut [i64] {
    assert_eq!(tensor.kind(), Kind::Int64);
    // SAFETY: the elements are i64.
    unsafe { slice_mut(tensor) }
}

/// The memory of an fp32 tensor.
pub fn floats(tensor: &Tensor) -> &[f32] {
    assert_eq!(tensor.kind(), Kind::Float);
    // SAFETY: the elements are f32.
    unsafe { slice(tensor) }
}

/// The same to write to.
pub fn floats_mut(tensor: &mut Tensor) -> &mut [f32] {
    assert_eq!(tensor.kind(), Kind::Float);
    // SAFETY: the elements are f32.
    unsafe { slice_mut(tensor) }
}

/// # Safety
///
/// The elements of the tensor are of type `T`, which any bits make.
unsafe fn slice<T>(tensor: &Tensor) -> &[T] {
    assert!(tensor.device() == Device::Cpu && tensor.is_contiguous());
    if tensor.numel() == 0 {
        return &[];
    }
    // SAFETY: a contiguous CPU tensor holds `numel` elements one after another; it is borrowed for as long as the slice,
    // and nobody writes to it meanwhile.
    unsafe { std::slice::from_raw_parts(tensor.data_ptr().cast(), tensor.numel()) }
}

/// # Safety
///
/// As above, and no other tensor that shares the memory is read or written meanwhile.
unsafe fn slice_mut<T>(tensor: &mut Tensor) -> &mut [T] {
    assert!(tensor.device() == Device::Cpu && tensor.is_contiguous());
    if tensor.numel() == 0 {
        return &mut [];
    }
    // SAFETY: as above; the tensor is borrowed mutably, and no other one that shares its memory is in use.
    unsafe { std::slice::from_raw_parts_mut(tensor.data_ptr().cast(), tensor.numel()) }
}
