"""What a plan sets otherwise than the reference, in the words and units of an office."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from experiments.reporting.lever_values import value_text
from experiments.reporting.translations import Words
from sim.core.inputs.parameters import LONGEST, ParameterBook, load_all
from sim.core.inputs.resolve import month_name, resolve, value_in_force
from sim.scenario import Scenario
from sim.scenario.scenario_reader import LEVERS, SET


def without_plan(scenario: Scenario) -> Scenario:
    """The same county on the parameters' own values and its own facts, which is what the baseline says: it sets no parameter."""
    overrides = {
        identity: [
            each for each in found if each.place.partition(LEVERS)[0] not in scenario.files and not each.place.startswith(SET)
        ]
        for identity, found in scenario.overrides.items()
    }
    return replace(scenario, overrides=overrides)


def differences(scenario: Scenario, reference: Scenario, words: Words) -> Iterator[str]:
    """A sentence for every parameter whose value differs in some month of the scenario: was, is, and from which month."""
    book = load_all()
    for identity in sorted({*scenario.overrides, *reference.overrides}):
        parameter = book.parameters[identity]
        now, was = (_path(book, each, identity) for each in (scenario, reference))
        changes: list[tuple[int, Any]] = []
        for month in range(min(scenario.months, LONGEST)):
            value = value_in_force(now, month)
            if value != value_in_force(was, month) and (not changes or changes[-1][1] != value):
                changes.append((month, value))
        if not changes:
            continue
        first = changes[0][0]
        listed = [
            words("plan_changes_from", month=words.month(month_name(month)), value=value_text(parameter, value, words))
            for month, value in changes[:4]
        ]
        if len(changes) > 4:
            listed.append(words("plan_changes_more", count=len(changes) - 4))
        yield words(
            "plan_changes",
            name=words.of(parameter.name.model_dump()),
            was=value_text(parameter, value_in_force(was, first), words),
            now=words("comma").join(listed),
        )


def _path(book: ParameterBook, scenario: Scenario, identity: str) -> Any:
    one = ParameterBook({identity: book.parameters[identity]})
    return resolve(one, {identity: scenario.overrides.get(identity, [])}, months=LONGEST).used[identity]
