//! Floor 1: integer convolution and GEMM with product tables, on plain slices.
