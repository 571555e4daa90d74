//! Floor 2: data sets, fetched, verified and read. No libtorch.
