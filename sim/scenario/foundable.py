"""Whether a county can be founded: looked at when a scenario is read or made, so that no command runs one that cannot."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sim.core.inputs.errors import CannotBeFounded, InputError
from sim.core.inputs.parameters import ParameterBook, load_all
from sim.core.inputs.resolve import resolve
from sim.founding import founding
from sim.founding.population import check_counts
from sim.scenario.county_file import is_home
from sim.scenario.county_folder import SUMS, contradictions, is_stated, last_stated

#: What begins the ids of the numbers that a county is founded on.
FOUNDING = "founding."


def decides_founding(identity: str) -> bool:
    """Whether a parameter is among those that ``check_founding`` looks at."""
    return identity.startswith(FOUNDING) or any(identity in (*whole, *parts) for _, whole, _, parts, _ in SUMS)


@cache
def _numbers() -> ParameterBook:
    """The parameters that founding sees, and no others: a sweep looks at a county for every point."""
    book = load_all()
    names = [name for name in book.parameters if name.startswith(FOUNDING) or name in founding.BORROWED.values()]
    return ParameterBook({name: book.parameters[name] for name in names})


def check_founding(scenario: Any, quantiles: Mapping[str, float] | None = None) -> None:
    """Raise InputError where no county has the numbers of a scenario, at their central values but for ``quantiles``.

    Nothing is founded for it, and no ensemble is asked: counts are not calibrated.
    """
    for contradiction in contradictions(load_all(), scenario.overrides, scenario.scaled):
        raise InputError(*contradiction)
    home = is_home(scenario.county_code, scenario.has_tables)
    values = resolve(_numbers(), scenario.overrides, quantiles)
    try:
        check_counts(founding.parameters(_numbers(), values, scenario.distributions, home, scenario.residents), scenario.weight)
    except CannotBeFounded as problem:
        raise unfounded(scenario, problem) from None


def unfounded(scenario: Any, problem: Exception) -> InputError:
    """What of a county cannot be founded, with the place where the last of its counts is stated."""
    overrides = scenario.overrides
    stated = [name for name in overrides if name.startswith(FOUNDING) and is_stated(name, overrides, scenario.scaled)]
    if not stated:
        return InputError.of(scenario.files[-1], 0, problem)
    last = last_stated(stated, overrides)
    return InputError.of(last.place, last.line, problem)
