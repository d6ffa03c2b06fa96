"""What a journal belongs to: everything that decides its lives. If any of it changes, old and new lives may not be mixed."""

import importlib.metadata
import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments import journal
from experiments.files import as_json, canonical, plain, write_text
from experiments.lives import Lives

FILE = "belongs.json"
SHOWN = 3
#: Whose versions can change a number.
PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "mesa", "pydantic", "pyyaml", "matplotlib", "salib")


def version(package: str) -> str | None:
    """The version of an installed package; None if it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def versions() -> dict[str, str | None]:
    """Python and the packages whose versions can change a number."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def identity(
    model: Lives, lives: str, scenarios: Mapping[str, Any], seed: int, only_luck: bool, task: Any = None
) -> dict[str, Any]:
    """Everything that decides the lives of these scenarios; ``task`` is what else was asked, as plain data."""
    return plain(
        {
            "format": journal.FORMAT,
            "scenarios": {name: model.asked(scenario) for name, scenario in scenarios.items()},
            "seed": seed,
            "only_luck": only_luck,
            "task": task,
            "lives": lives,
            "code": model.code(),
            "versions": versions(),
            "platform": {"system": platform.system(), "machine": platform.machine()},
        }
    )


def note(folder: Path, belongs: Mapping[str, Any]) -> None:
    """Write down what the journal in ``folder`` belongs to."""
    write_text(folder / FILE, as_json(belongs))


def noted(folder: Path) -> dict[str, Any] | None:
    """What a journal belongs to; None where there is no journal, or none that says so."""
    try:
        return json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


WORDS = {
    "format": "the format of the journal has changed",
    "seed": "the seed differs",
    "only_luck": "--only-luck differs",
    "lives": "another model lived them",
    "code": "the program's rules or parameters have changed since",
}


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Why lives of ``before`` may not be joined by lives of ``now``; empty if they may."""
    found = []
    for key, words in WORDS.items():
        if before.get(key) != now.get(key):
            values = "" if key == "code" else f" ({before.get(key)}, now {now.get(key)})"
            found.append(words + values)
    for key, words in (("versions", "a dependency has another version"), ("platform", "the machine is of another kind")):
        other = [f"{name} {old}, now {new}" for name, old, new in _differences(before.get(key), now.get(key))]
        if other:
            found.append(f"{words}: {', '.join(other)}")
    for key, words in (("scenarios", "the scenario has changed"), ("task", "what is asked has changed")):
        other = [f"{name} was {old}, is {new}" for name, old, new in _differences(before.get(key), now.get(key))]
        if other:
            more = f", and {len(other) - SHOWN} more" if len(other) > SHOWN else ""
            found.append(f"{words}: {'; '.join(other[:SHOWN])}{more}")
    return found


def _differences(before: Any, now: Any, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two pieces of plain data differ: the key, and both values, shortened."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*before, *now)):
            yield from _differences(before.get(key), now.get(key), str(key))
    elif before != now:
        yield name, _short(before), _short(now)


def _short(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= 60 else text[:57] + "..."
