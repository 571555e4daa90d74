//! The reference tables of EvoApproxLib, where they are at hand.

use axmul_support::testing::reference_data;

use crate::sandbox::Sandbox;

#[test]
fn all_tables_are_compared() {
    let Some(catalog) = reference_data("evoapprox") else { return };
    let sandbox = Sandbox::new();
    let run = |sign: &str| {
        let output = sandbox
            .command()
            .args(["compare", "--format", "json", "--pareto", "mae_pct,power_mw", sign, "--catalog"])
            .arg(&catalog)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Vec<serde_json::Value>>(&output.stdout).unwrap()
    };
    for (sign, count, exact) in [("--signed", 13, "mul8s_1KV8"), ("--unsigned", 36, "mul8u_1JFF")] {
        let rows = run(sign);
        assert_eq!(rows.len(), count);
        // The most accurate first; the exact one is on the front with everything at 0.
        assert_eq!(rows[0]["name"], exact);
        for key in ["mae", "wce", "mre_pct", "ep_pct", "mse", "mean_error"] {
            assert_eq!(rows[0][key], 0.0, "{key}");
        }
        assert_eq!(rows[0]["pareto"], true);
        assert!(rows.iter().all(|row| row["power_mw"].is_number() && row["pareto"].is_boolean()));
        // From the cache the answer is the same.
        assert_eq!(run(sign), rows);
    }
}
