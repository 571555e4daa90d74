//! Which instructions of this processor are used.

use std::sync::OnceLock;

/// Instructions that kernels ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instructions {
    /// 256-bit integers of x86.
    pub avx2: bool,
}

/// Those of this processor, less what the environment variable `AXMUL_SIMD=off` masks. Looked up once.
pub(super) fn detect() -> Instructions {
    static FOUND: OnceLock<Instructions> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let masked = std::env::var_os("AXMUL_SIMD").is_some_and(|value| value == "off");
        #[cfg(target_arch = "x86_64")]
        let avx2 = is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let avx2 = false;
        Instructions { avx2: avx2 && !masked }
    })
}
