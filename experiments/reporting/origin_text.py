"""Where a county's numbers come from, in a sentence, and which of them it should look up first."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.reporting.translations import Words
from sim.core.inputs import shipped

FINDING = Path("docs/findings/screening.json")
#: How little a number rests on, by its origin; of one's own facts by their evidence.
WEAKNESS = {"assumed": 1.0, "scaled": 0.8, "national": 0.3, "own_fact": 0.0, "own_distribution": 0.0, "plan": 0.0}
DERIVED = 0.4
GUESSED_OR_OWN = ("own_fact", "assumed")  # where a county's file may say that it has derived a number
ORDER = ("own_distribution", "own_fact", "scaled", "assumed", "national", "plan")
SHOWN = 10


def sentence(counts: Mapping[str, int] | None, words: Words) -> str | None:
    """How many numbers are the county's own, in proportion to Lingyuan's, assumed; None where a result does not say.

    ``counts``: numbers by origin, as a manifest has them under ``origins.counts``.
    """
    if not counts:
        return None
    own = counts.get("own_distribution", 0) + counts.get("own_fact", 0)
    scaled = counts.get("scaled", 0)
    return words(
        "origin_line" if scaled else "origin_line_own",  # Lingyuan itself scales nothing
        own=own,
        scaled=scaled,
        assumed=counts.get("assumed", 0),
        national=counts.get("national", 0),
        plan=words("origin_set", count=counts["plan"]) if counts.get("plan") else "",
    )


def stored(root: Path = Path(".")) -> dict[str, Any]:
    """The finding of the screening under ``root``, else the shipped one; {} where there is none."""
    own = root / FINDING
    path = own if own.exists() else shipped.folder(FINDING.as_posix())
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def look_up_first(numbers: Sequence[Mapping[str, Any]], finding: Mapping[str, Any], goals: Sequence[str]) -> list[dict[str, Any]]:
    """Local numbers that a county ought to look up, the most urgent first: what matters to its goals and rests on little.

    ``numbers``: as ``SimulationModel.origins`` gives them; ``finding``: of ``xianjie screen``; ``goals``: ids of the main goals.
    ``matters`` is the mean, over these goals, of the squared rank correlation of the number with the goal's margin: about the
    share of what decides them; ``urgency`` that, times how little the number rests on. What matters to other goals alone follows,
    by its largest share, ``goal`` being that goal. What does not stand out from chance for any goal is left out.
    """
    screened = finding.get("goals", {})
    named = [goal for goal in goals if screened.get(goal)]
    shares: dict[str, float] = {}
    most: dict[str, tuple[float, str]] = {}
    for goal, lines in screened.items():
        for line in lines:
            if not line.get("stands_out", True):  # lost in the noise of so many numbers
                continue
            square = float(line["correlation"]) ** 2
            if goal in named:
                shares[line["factor"]] = shares.get(line["factor"], 0.0) + square / len(named)
            most[line["factor"]] = max(most.get(line["factor"], (0.0, "")), (square, goal))
    found = []
    for each in numbers:
        weakness = DERIVED if each["origin"] in GUESSED_OR_OWN and each["evidence"] == "derived" else WEAKNESS[each["origin"]]
        if each["local"] and weakness > 0.0 and each["id"] in most:
            matters, (largest, goal) = shares.get(each["id"], 0.0), most[each["id"]]
            urgency = {"matters": round(matters, 4), "urgency": round(weakness * matters, 4)}
            found.append({**each, **urgency, "goal": goal, "largest": round(weakness * largest, 4)})
    return sorted(found, key=lambda each: (-each["urgency"], -each["largest"], each["id"]))
