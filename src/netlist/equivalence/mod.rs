//! Whether two circuits compute the same products.
