//! Floor 2: ranking, thresholds and Pareto fronts.
