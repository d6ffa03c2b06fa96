"""What a plan sets otherwise than the reference, in the words and units of an office."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from experiments.analyses import settings
from experiments.reporting.lever_values import lever_name, part_names, value_text
from experiments.reporting.translations import Words
from sim.core.inputs.parameters import LONGEST, Parameter, load_all
from sim.core.inputs.resolve import month_name, value_in_force
from sim.scenario import Scenario, round_three, scaled_levers

FIRST_YEAR = 2021
MOST = 4  # changes after the first that a sentence tells one by one; of more, the last


def differences(scenario: Scenario, reference: Scenario, words: Words) -> Iterator[str]:
    """A sentence for every parameter, or part of one, that a scenario sets otherwise than a reference: what it was, what it
    becomes and when, to its last change. Of scenarios of two counties that is said first, and the scenario is held against the
    baseline of its own county: counties differ in more than plans set.
    """
    if scenario.county != reference.county:
        yield words("plan_changes_county")
        if scaled := scaled_levers(scenario):
            yield words("plan_scaled_same", count=len(scaled))
        reference = settings.without_plan(scenario)
    usual = scaled_levers(reference)
    for identity, parameter in load_all().parameters.items():
        if identity not in scenario.overrides and identity not in reference.overrides:
            continue
        before, found = _changes(scenario, reference, identity)
        if not found:
            continue
        before = round_three(before) if identity in usual else before
        for part, name in _parts(parameter, [before, *(value for _month, value in found)], words):
            steps = [(month, value[part] if name else value) for month, value in found]
            yield _sentence(parameter, name, before[part] if name else before, steps, words)
    if scenario.months != reference.months:
        yield words("plan_changes_length", was=last_year(reference), now=last_year(scenario))


def last_year(scenario: Scenario) -> int:
    """The year in which a scenario ends."""
    return FIRST_YEAR + (scenario.months - 1) // 12


def _changes(scenario: Scenario, reference: Scenario, identity: str) -> tuple[Any, list[tuple[int, Any]]]:
    """What a parameter is in the reference before the first month that differs, and its values in the scenario from then to where
    both are the same again, each with its first month.
    """
    now, was = (settings.by_month(load_all(), each, identity) for each in (scenario, reference))
    months = range(min(scenario.months, LONGEST))
    values = [value_in_force(now, month) for month in months]
    differing = [month for month in months if values[month] != value_in_force(was, month)]
    if not differing:
        return None, []
    last = min(differing[-1] + 1, months[-1])
    turns = [month for month in range(differing[0], last + 1) if month == differing[0] or values[month] != values[month - 1]]
    return value_in_force(was, differing[0]), [(month, values[month]) for month in turns]


def _parts(parameter: Parameter, values: Sequence[Any], words: Words) -> list[tuple[int, str]]:
    """Which parts of a list change, each with its name; one without a name for a single number, for a list whose parts have no
    names, or where all parts are alike.
    """
    if not words.has(f"parts_{parameter.id}") or all(len(set(each)) == 1 for each in values):
        return [(0, "")]
    names = part_names(parameter, words)
    return [(part, name) for part, name in enumerate(names) if len({each[part] for each in values}) > 1]


def _sentence(parameter: Parameter, part: str, before: Any, found: Sequence[tuple[int, Any]], words: Words) -> str:
    found = [found[0], *(after for one, after in pairwise(found) if one[1] != after[1])]  # a part may stay where another moves
    name = lever_name(parameter, words)
    name = words("plan_changes_part", name=name.partition(":")[0], part=part) if part else name
    tell = partial(value_text, parameter, words=words)
    (month, value), rest = found[0], found[1:]
    label = "plan_changes" if month == 0 else "plan_changes_from"
    texts = [words(label, name=name, was=tell(before), now=tell(value), month=words.month(month_name(month)))]
    shown = rest if len(rest) <= MOST else rest[-1:]
    for number, (month, value) in enumerate(shown):
        more = len(shown) < len(rest) and number == len(shown) - 1
        label = "plan_changes_last" if more else "plan_changes_then"
        texts.append(words(label, month=words.month(month_name(month)), value=tell(value), count=len(rest) - len(shown)))
    return words("comma").join(texts)


def in_proportion(scenario: Scenario, words: Words, explain: bool) -> list[str]:
    """One line for the levers that stand at Lingyuan's value in proportion to the county's size, none where there are none; with
    ``explain`` each of them follows.
    """
    found = scaled_levers(scenario)
    if not found:
        return []
    if not explain:
        return [words("plan_scaled", count=len(found))]
    lines = []
    for identity, value in found.items():
        lever = load_all().parameters[identity]
        lines.append(words("plan_scaled_line", name=lever_name(lever, words), value=value_text(lever, value, words)))
    return [words("plan_scaled_head", count=len(found)), *lines]
