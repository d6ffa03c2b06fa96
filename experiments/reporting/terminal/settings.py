"""What a scenario sets, and where every value comes from: what differs first, the rest after it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding

from experiments.reporting.lever_values import value_text
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import month_name

BUILT_IN, ENSEMBLE = "built in", "ensemble, its centre"


def differences(scenario: Any, language: str) -> Iterator[RenderableType]:
    """What a scenario sets itself: name, value, and the model's own value; then how many it leaves as they are."""
    words, book = Words(language), load_all().parameters
    yield Prose(scenario.title[language], "bold")
    yield Prose(words("config_frame", months=scenario.months, weight=scenario.weight))
    yield Prose(words("config_sets", count=len(scenario.own)))
    for identity in scenario.own:
        value, parameter = scenario.overrides[identity][-1].value, book[identity]
        dated = {month_name(month): each for month, each in value.items()} if isinstance(value, dict) else value
        now, usual = (value_text(parameter, each, words) for each in (dated, parameter.value))
        name = words.of(parameter.name.model_dump())
        yield Padding(Prose(words("config_set", name=name, id=identity, now=now, usual=usual)), (0, 0, 0, 2))
    yield Prose(words("config_rest", count=len(book) - len(scenario.own)))


def configuration(values: Mapping[str, Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """Every parameter by id with its ``value`` and where it comes ``from``: what a file or an option sets, then the others."""
    words, book = Words(language), load_all().parameters
    told = {BUILT_IN: words("from_built_in"), ENSEMBLE: words("from_ensemble")}
    own = [name for name, each in values.items() if each["from"] not in told]
    others = [name for name in values if name not in own]
    for label, names in (("config_differing", own), ("config_others", others)):
        yield Prose(words(label, count=len(names)))
        for name in names:
            place, title = values[name]["from"], words.of(book[name].name.model_dump())
            value = value_text(book[name], values[name]["value"], words)
            yield Prose(words("config_line", name=title, id=name, value=value, place=told.get(place, place)))
