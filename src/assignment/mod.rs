//! Floor 2: which multiplier for which layer, given what each layer bears. No libtorch.
