"""What moves relapse: the table of docs/model.md, section 11. ``python -m tests.science.what_moves`` prints it (some minutes).

All rows share the founding of January 2021, as scenarios do, and are paired with the baseline over eight replications at central
parameters; means over the Decembers of 2022 to 2025.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.validation.relations.world import World

ROWS: dict[str, tuple[str, dict[str, object]]] = {
    "everybody listed whom verification finds at risk": ("list_all.yaml", {}),
    "no monitoring": ("no_monitoring.yaml", {}),
    "county money 10 million instead of 20": ("floor_10m.yaml", {}),
    "county money 40 million": ("floor_40m.yaml", {}),
    "drought in 2023": ("drought_2023.yaml", {}),
    "no public-welfare posts": ("baseline.yaml", {"public_posts__count": {"2021-01": 0}}),
    "8 000 posts": ("baseline.yaml", {"public_posts__count": {"2021-01": 8000}}),
    "no medical top-up": (
        "baseline.yaml",
        {"medical_reimbursement__target_ordinary": {"2021-01": 0.0}, "medical_reimbursement__target_major": {"2021-01": 0.0}},
    ),
    "queue by lot instead of severity": ("baseline.yaml", {"targeted_help__queue": {"2021-01": "random"}}),
    "industry first": ("industry_first.yaml", {}),
    "safety net first": ("safety_net_first.yaml", {}),
    "prices of vegetables and flowers crash in 2023": ("price_crash_2023.yaml", {}),
    "outside wages a fifth lower in 2022": ("wage_slump_2022.yaml", {}),
    "enclave projects at full effort": ("enclaves_full.yaml", {}),
    "no anti-poverty insurance": ("baseline.yaml", {"poverty_insurance__pool_share": {"2021-01": 0.0}}),
    "no loans": ("baseline.yaml", {"microcredit__loans": {"2021-01": 0}, "microcredit__startup_loans": {"2021-01": 0}}),
    "governments decide by their records": ("governments_react.yaml", {}),
    "governments decide by what is assessed": ("governments_assessed.yaml", {}),
    "every lever off, dibao too": ("support_withdrawn.yaml", {}),
}


def interval(values: NDArray) -> tuple[float, float]:
    """Mean and half width of its 95 % interval (Student's t with seven degrees of freedom)."""
    return float(values.mean()), 2.3646 * float(values.std(ddof=1)) / np.sqrt(len(values))


def means(world: World, indicator: str, file: str = "baseline.yaml", **changes: object) -> NDArray:
    return np.array([world.yearly(indicator, seed, file, **changes)[1:].mean() for seed in world.seeds])


def main() -> None:
    world = World(1.0, range(8))
    relapse, income = means(world, "relapse_rate"), means(world, "registered_income")
    print(f"baseline: {100 * relapse.mean():.2f} %, {income.mean():.0f} yuan")
    print("| change | relapse, points (95 %) | registered income, yuan (95 %) |\n|---|---|---|")
    for name, (file, changes) in ROWS.items():
        points, width = interval(100 * (means(world, "relapse_rate", file, **changes) - relapse))
        yuan, spread = interval(means(world, "registered_income", file, **changes) - income)
        print(f"| {name} | {points:+.2f} ± {width:.2f} | {yuan:+.0f} ± {spread:.0f} |", flush=True)


if __name__ == "__main__":
    main()
