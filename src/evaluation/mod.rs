//! Floor 1: error metrics of anything that computes products.
