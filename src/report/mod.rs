//! Floor 3: one file per output format.
