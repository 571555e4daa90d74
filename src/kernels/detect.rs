//! Which instructions of this processor are used.

use std::sync::OnceLock;

use super::Path;

/// Instructions that kernels ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Instructions {
    /// 256-bit integers of x86.
    pub avx2: bool,
    /// AVX-512 with permutes of bytes.
    pub vbmi: bool,
    /// AVX-512 with sums of products of bytes and of words.
    pub vnni: bool,
}

/// Those of this processor, less what the environment variable `AXMUL_SIMD` masks: all if it is `off`, those beyond AVX2
/// if it is `avx2`. Looked up once.
pub(super) fn detect() -> Instructions {
    static FOUND: OnceLock<Instructions> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let mask = std::env::var("AXMUL_SIMD").unwrap_or_default();
        processor().masked(&mask)
    })
}

#[cfg(target_arch = "x86_64")]
fn processor() -> Instructions {
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl");
    Instructions {
        avx2: is_x86_feature_detected!("avx2"),
        vbmi: avx512 && is_x86_feature_detected!("avx512vbmi"),
        vnni: avx512 && is_x86_feature_detected!("avx512vnni"),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn processor() -> Instructions {
    Instructions::default()
}

impl Instructions {
    fn masked(self, mask: &str) -> Self {
        match mask {
            "off" => Self::default(),
            "avx2" => Self { avx2: self.avx2, ..Self::default() },
            _ => self,
        }
    }

    /// Whether they are enough for a path.
    pub fn suffice(self, path: Path) -> bool {
        match path {
            Path::Scalar | Path::Rows | Path::LowRank => true,
            Path::RowsAvx2 | Path::LowRankAvx2 => self.avx2,
            Path::Avx512 | Path::ErrorPlaneAvx512 => self.vbmi,
            Path::RowsAvx512 | Path::LowRankAvx512 | Path::LowRankVnni => self.vnni,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_can_be_masked() {
        let all = Instructions { avx2: true, vbmi: true, vnni: true };
        let open = |mask| Path::ALL.into_iter().filter(|&path| all.masked(mask).suffice(path)).count();
        assert_eq!(["", "on", "avx2", "off"].map(open), [10, 10, 5, 3]);
    }
}
