"""How far the page's quick look is off: paired differences of the small county beside those of the whole, on the same draws.

python -m benchmarks.quick_look
"""

import numpy as np

from experiments.model_api import COUNTY, load_model
from experiments.page import quick_look
from sim.scenario import Scenario, load_scenario, with_settings

PLANS = {
    "3 000 posts": {"public_posts.count": 3000},
    "10 million of the county's own": {"budget.county_floor": 10_000_000},
    "dibao line held at 1.2 times that of 2020": {"lines.dibao_uprating": 1.2},
    "no loans": {"microcredit.loans": 0},
    "no hospital top-up": {"medical_reimbursement.target_ordinary": 0.0, "medical_reimbursement.target_major": 0.0},
}


def rows(scenario: Scenario, share: float) -> np.ndarray:
    """(pairs, outcomes) of a scenario in a county of this share of the size."""
    found = [quick_look.outcome(scenario, number, share) for number in range(quick_look.PAIRS)]
    return np.array([list(each.values()) for each in found])


def main() -> None:
    """Print, for each plan and outcome, both differences, and whether the small county's interval holds the whole's mean."""
    reference = load_scenario("baseline")
    load_model(COUNTY).prepare(reference)
    small, whole = rows(quick_look.small_county(reference), quick_look.SHARE), rows(reference, 1.0)
    held = total = 0
    print("| plan | outcome | small county, ten pairs (95 %) | whole county, ten pairs | holds |\n|---|---|---|---|---|")
    for name, settings in PLANS.items():
        plan = with_settings(reference, settings, "quick look: ")
        ours = quick_look.differences(rows(quick_look.small_county(plan), quick_look.SHARE), small)
        theirs = quick_look.differences(rows(plan, 1.0), whole)
        for one, other in zip(ours, theirs, strict=True):
            holds = one["low"] <= other["change"] <= one["high"]
            held, total = held + holds, total + 1
            interval = f"{one['change']:.4g} ({one['low']:.4g} to {one['high']:.4g})"
            print(f"| {name} | {one['id']} | {interval} | {other['change']:.4g} | {'yes' if holds else 'no'} |")
    print(f"\n{held} of {total} intervals hold the whole county's difference.")


if __name__ == "__main__":
    main()
