"""Which goals a table or a figure shows, and under which headings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.goals.own_goal import is_own_id

PLAN_ENDS = 2025
FAMILIES = ("headline", *"GRLZECHWFNYBX", "other", "joint")


def plan_goals(goals: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The goals that a picture has room for: the headline, those set by the policy paper, their recorded twins, the reader's own,
    those due after the plan where the run is long enough, and all jointly.

    Other readings and analytic twins are on the terminal's scoreboard and in ``goals.csv``. Where no goal has a weight, all.
    """
    chosen = {
        goal["id"] for goal in goals
        if goal["headline"] or goal.get("weight", 0.0) > 0.0 or "members" in goal or (goal.get("deadline") or 0) > PLAN_ENDS
        or is_own_id(goal["id"])
    }  # fmt: skip
    chosen -= {"joint_all"}
    if not any(goal.get("weight", 0.0) > 0.0 for goal in goals):
        return list(goals)
    return [goal for goal in goals if goal["id"].removesuffix("_observed") in chosen]


def group_goals(goals: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[tuple[Mapping[str, Any], ...]]]]:
    """Goals under their headings: the headline, then families by the letter of their ids, then all jointly.

    Yields the heading's label and its rows: a goal, or a goal with its recorded twin (``ID_observed``).
    """
    twins = {goal["id"].removesuffix("_observed"): goal for goal in goals if goal["observed"]}
    true = {goal["id"] for goal in goals if not goal["observed"]}
    places: dict[str, list[tuple[Mapping[str, Any], ...]]] = {f"heading_{name}": [] for name in FAMILIES}
    for goal in goals:
        if goal["observed"] and goal["id"].removesuffix("_observed") in true:
            continue
        letter = goal["id"][0]
        family = "joint" if "members" in goal else letter if letter in FAMILIES else "other"
        place = places[f"heading_{'headline' if goal['headline'] else family}"]
        twin = None if goal["observed"] else twins.get(goal["id"])
        place.append((goal,) if twin is None else (goal, twin))
    yield from ((heading, rows) for heading, rows in places.items() if rows)
