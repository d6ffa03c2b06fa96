"""What common random numbers are worth: how many times smaller the variance of a difference between two scenarios is when both
have the same random draws. Parameters are fixed, so that the draws are all that varies.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measuring import BASELINE, ROOT, BenchmarkOptions, Line, scratch
from experiments.analyses.budget import programmes
from experiments.execution import runner
from experiments.results import folder as results
from experiments.statistics.paired import variance_ratio

#: The other scenario, and whether its variance has to fall to a tenth; large structural changes share few random draws.
CONTRASTS = (("floor_40m", True), ("no_monitoring", False), ("support_withdrawn", False))
TARGET = 10.0
REPLICATIONS = 200
R3 = "county R3, mean of the Decembers"
#: What all programmes of help pay to or for households, entitlements and rationed packages alike.
SPENDING = "total help spending"
#: The part of it that a purse rations: relief, repair and development in single cases.
PACKAGES = "of it packages for single cases"
PACKAGE = "help_"
#: Uses of money that help households, beside those of ``programmes.yaml``; what goes to industry is no help to a household.
FURTHER = frozenset({"premium_assisted", "medical_aid", "job_services", "farm_premium_subsidy"})
INDUSTRY, PURSE = "industry", "county_floor"


def uses_of_help() -> set[str]:
    """Uses of money that help households."""
    own = {use for name, each in programmes().items() if name not in (INDUSTRY, PURSE) for use in each["uses"]}
    return own | FURTHER


def largest_gain(first: np.ndarray, second: np.ndarray) -> float:
    """The ratio of variances if both scenarios answered the same random draws alike: what is left is that one scatters more."""
    one, other = float(np.std(first, ddof=1)), float(np.std(second, ddof=1))
    return math.inf if one == other else (one**2 + other**2) / (one - other) ** 2


def indicators(folder: Path) -> dict[str, np.ndarray]:
    """By name, one value for each replication of a result folder, in the order of replications."""
    found = results.open_folder(folder)
    if found.failures:
        raise RuntimeError(f"{len(found.failures)} replications failed: {found.failures[0]['error']}")
    months = found.table("months", ["replication", "month", "relapse_rate", "relapse_recorded", "registered_income"])
    decembers = months[months["month"].dt.month == 12]
    yearly = decembers.groupby("replication").mean(numeric_only=True).sort_index()
    last = decembers.groupby("replication").last().sort_index()
    payments = found.table("payments", ["replication", "use", "yuan"])

    def spent(chosen) -> np.ndarray:
        paid = payments[chosen(payments["use"])].groupby("replication")["yuan"].sum()
        return paid.reindex(yearly.index, fill_value=0.0).to_numpy()

    return {
        R3: yearly["relapse_rate"].to_numpy(),
        SPENDING: spent(lambda use: use.isin(uses_of_help()) | use.str.startswith(PACKAGE)),
        PACKAGES: spent(lambda use: use.str.startswith(PACKAGE)),
        "county R3, last December": last["relapse_rate"].to_numpy(),
        "relapse on file, mean of the Decembers": yearly["relapse_recorded"].to_numpy(),
        "income of registered people, last December": last["registered_income"].to_numpy(),
    }


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """A line for each contrast and indicator."""
    from sim.scenario import load_scenario

    replications = 10 if options.quick else REPLICATIONS
    note = f"{replications} replications, parameters fixed" + (" (too few to judge)" if options.quick else "")
    with scratch() as folder:
        outcomes: dict[str, dict[str, np.ndarray]] = {}
        for name in (BASELINE.stem, *(other for other, _ in CONTRASTS)):
            scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
            runner.run(scenario, folder / name, runner.RunOptions(replications, workers=options.workers, only_luck=True))
            outcomes[name] = indicators(folder / name)
            if name == BASELINE.stem:
                continue
            judged = dict(CONTRASTS)[name]
            for what, values in outcomes[name].items():
                gain = variance_ratio(outcomes[BASELINE.stem][what], values)
                wanted = judged and what in (R3, SPENDING)
                reached = gain >= TARGET if wanted and not options.quick else None
                first = outcomes[BASELINE.stem][what]
                step, most = float(np.mean(values - first)), largest_gain(first, values)
                yield Line(
                    f"variance unpaired / paired, baseline and {name}: {what}",
                    f"{gain:.3g}",
                    f">= {TARGET:.0f}" if wanted else "",
                    reached,
                    f"{note}; mean difference {step:+.4g}; no better sharing of draws could reach more than {most:.3g}",
                )
