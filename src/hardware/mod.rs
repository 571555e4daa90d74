//! Floor 1: what circuits cost.
