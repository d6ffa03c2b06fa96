"""What a plan sets otherwise than the baseline of its county, and what a plan is called that is not quite the one it is named
after.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.analyses.changes import LeverChange
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import LONGEST, Parameter, ParameterBook, load_all
from sim.core.inputs.resolve import month_name, resolve, value_in_force
from sim.scenario import Scenario, restore_scenario
from sim.scenario.scenario_reader import LEVERS, SET

#: How the baseline's title calls it, whatever the county before it and the paper after it.
BASELINE = {"zh": "基准方案", "en": "Baseline"}
COLON = {"zh": "：", "en": ": "}


def without_plan(scenario: Scenario) -> Scenario:
    """The same county on the parameters' own values and its own facts, which is what the baseline says: it sets no parameter."""
    overrides = {
        identity: [
            each for each in found if each.place.partition(LEVERS)[0] not in scenario.files and not each.place.startswith(SET)
        ]
        for identity, found in scenario.overrides.items()
    }
    return replace(scenario, overrides=overrides)


def by_month(book: ParameterBook, scenario: Scenario, identity: str) -> Any:
    """The values of one parameter by month, in proportion to the county's size where nobody states them."""
    owner = book.parameters[identity].scales_with
    names = [identity, *([owner] if owner and owner != identity else [])]
    few = ParameterBook({name: book.parameters[name] for name in names})
    stated = {name: scenario.overrides[name] for name in names if name in scenario.overrides}
    return resolve(few, {identity: [], **stated}, months=LONGEST).used[identity]


def against_baseline(description: Mapping[str, Any]) -> list[LeverChange]:
    """Every setting of a plan that differs from the baseline of its county, the earliest first; ``description`` as a manifest
    keeps it. [] for one of another version of the program.
    """
    try:
        scenario = restore_scenario({**description, "policies": ()})
    except (InputError, KeyError, TypeError):
        return []
    return sorted(changes(scenario, without_plan(scenario), scenario.overrides), key=lambda each: each.month)


def changes(scenario: Scenario, reference: Scenario, names: Iterable[str]) -> Iterator[LeverChange]:
    """Of the parameters named, those that a scenario sets otherwise than a reference, by name."""
    book, months = load_all(), range(min(scenario.months, LONGEST))
    for identity in sorted(names):
        now, was = (by_month(book, each, identity) for each in (scenario, reference))
        month = next((each for each in months if value_in_force(now, each) != value_in_force(was, each)), None)
        if month is not None:
            first, other, last = value_in_force(was, month), value_in_force(now, month), value_in_force(now, months[-1])
            yield LeverChange(identity, month_name(month), first, other, last=last)


def title(description: Mapping[str, Any]) -> dict[str, str]:
    """What a plan is called: as its file says, unless that is the name of a plan that lacks some of its settings, those of the
    command line, of Python, or of a file that has the baseline's title from the file it builds on.
    """
    own: dict[str, str] = dict(description["title"])
    added = {
        name
        for name, found in (description.get("overrides") or {}).items()
        for each in found
        if str(each["place"]).startswith(SET)
    }
    named = BASELINE["zh"] in own["zh"].split(COLON["zh"])
    if not (named or added or description.get("policies")):
        return own
    changed = [each.id for each in against_baseline(description) if named or each.id in added]
    policies = [str(each["name"]) for each in description.get("policies") or ()]  # which the plan's own title names
    return {language: _altered(text, language, len(changed), policies) for language, text in own.items()} if changed else own


def _altered(text: str, language: str, count: int, policies: Sequence[str]) -> str:
    parts = text.split(COLON[language])
    place = parts.index(BASELINE[language]) if BASELINE[language] in parts else 0
    settings = "1 setting" if count == 1 else f"{count} settings"
    called = {
        "zh": f"调整方案：{parts[place]}改动{count}项",
        "en": f"Changed plan: {parts[place]} with {settings} changed",
    }[language]
    if policies:
        called += f"（{'、'.join(policies)}）" if language == "zh" else f" ({', '.join(policies)})"
    return COLON[language].join([*parts[:place], called])


def is_cut(parameter: Parameter, change: LeverChange) -> bool:
    """Whether a setting takes a lever nearer to what it is without any policy."""
    if parameter.role != "lever" or parameter.off is None:
        return False
    off, first, other = (np.atleast_1d(each) for each in (parameter.off, change.first, change.other))
    if any(each.dtype.kind not in "fi" for each in (off, first, other)):
        return bool(change.other == parameter.off)
    return bool(abs(other - off).sum() < abs(first - off).sum())
