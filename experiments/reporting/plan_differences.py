"""What a plan sets otherwise than the reference, in the words and units of an office."""

from collections.abc import Iterator
from typing import Any

from experiments.analyses.settings import by_month
from experiments.reporting.lever_values import value_text
from experiments.reporting.translations import Words
from sim.core.inputs.parameters import LONGEST, load_all
from sim.core.inputs.resolve import month_name, value_in_force
from sim.scenario import Scenario, round_three, scaled_levers


def differences(scenario: Scenario, reference: Scenario, words: Words) -> Iterator[str]:
    """A sentence for every parameter whose value differs in some month of the scenario: was, is, and from which month."""
    book, scaled = load_all(), scaled_levers(reference)
    for identity in sorted({*scenario.overrides, *reference.overrides}):
        parameter = book.parameters[identity]
        now, was = (by_month(book, each, identity) for each in (scenario, reference))
        changes: list[tuple[int, Any]] = []
        for month in range(min(scenario.months, LONGEST)):
            value = value_in_force(now, month)
            if value != value_in_force(was, month) and (not changes or changes[-1][1] != value):
                changes.append((month, value))
        if not changes:
            continue
        first = changes[0][0]
        before = value_in_force(was, first)
        listed = [
            words("plan_changes_from", month=words.month(month_name(month)), value=value_text(parameter, value, words))
            for month, value in changes[:4]
        ]
        if len(changes) > 4:
            listed.append(words("plan_changes_more", count=len(changes) - 4))
        yield words(
            "plan_changes",
            name=words.of(parameter.name.model_dump()),
            was=value_text(parameter, round_three(before) if identity in scaled else before, words),
            now=words("comma").join(listed),
        )


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
        lines.append(words("plan_scaled_line", name=words.of(lever.name.model_dump()), value=value_text(lever, value, words)))
    return [words("plan_scaled_head", count=len(found)), *lines]
