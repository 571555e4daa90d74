//! Floor 2: where multipliers come from.

mod families;
