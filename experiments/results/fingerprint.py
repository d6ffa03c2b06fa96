"""What a journal belongs to: everything that decides its replications. If any of it changes, old and new may not be mixed."""

import hashlib
import importlib.metadata
import math
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from experiments.model_api import Scenario, SimulationModel, load_model
from experiments.results import journal
from experiments.results.files import as_json, canonical, plain, read_object, write_text
from sim.core.inputs.errors import BilingualText, UserError, join_texts
from sim.core.inputs.notation import as_written

FILE = "belongs.json"
SHOWN = 3
#: Rooms of ``experiments`` whose code can change a replication or how it is packed.
ROOMS = ("statistics", "results", "execution", "analyses", "validation")
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


def collect_inputs(
    model: SimulationModel,
    model_name: str,
    scenarios: Mapping[str, Scenario],
    seed: int,
    only_luck: bool,
    task: Any = None,
    single_draws: bool = False,
) -> dict[str, Any]:
    """Everything that decides the replications of these scenarios; ``task`` is the rest of the question, as plain data;
    ``single_draws`` as in ``Plan``, and said only where it is so.
    """
    value: dict[str, Any] = plain(
        {
            "format": journal.FORMAT,
            "scenarios": {name: model.canonical_inputs(scenario) for name, scenario in scenarios.items()},
            "seed": seed,
            "only_luck": only_luck,
            **({"single_draws": True} if single_draws else {}),
            "task": task,
            "lives": model_name,
            "code": model.code(),
            "versions": versions(),
            "platform": {"system": platform.system(), "machine": platform.machine()},
        }
    )
    return value


def describe_machine(model_name: str) -> dict[str, Any]:
    """Everything about this process, but for the question, that could change a replication or its chunk: equal here and there,
    equal bytes from here and there.
    """
    value: dict[str, Any] = plain(
        {
            "code": load_model(model_name).code(),
            "program": _program(),
            "versions": versions(),
            "platform": {"system": platform.system(), "machine": platform.machine()},
            "arithmetic": _arithmetic(),
        }
    )
    return value


def _program() -> str:
    """Hash of the modules of ``experiments`` that run counties and pack chunks."""
    home = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256((home / "model_api.py").read_bytes())
    for room in ROOMS:
        for path in sorted((home / room).glob("*.py")):
            digest.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _arithmetic() -> str:
    """Hash of functions of NumPy and of the C library at fixed points.

    Libraries choose their instructions by the processor, and one processor's exponential may differ from another's in the last
    digit: enough to make another county of it.
    """
    points = np.linspace(-30.0, 30.0, 20_011)
    digest = hashlib.sha256()
    for function in (np.exp, np.sin, np.cbrt, np.tanh, np.expm1):
        digest.update(function(points).tobytes())
    for positive in (np.log, np.sqrt, np.log1p):
        digest.update(positive(np.abs(points) + 0.1).tobytes())
    digest.update(np.power(np.abs(points) + 0.1, 0.37).tobytes())
    digest.update(np.cumsum(points * points).tobytes() + np.float64((points * 0.1).sum()).tobytes())
    digest.update(np.array([(math.exp(x), math.sin(x), math.log(abs(x) + 0.1)) for x in points[::7].tolist()]).tobytes())
    return digest.hexdigest()[:16]


def write_fingerprint(folder: Path, inputs: Mapping[str, Any]) -> None:
    """Write down what the journal in ``folder`` belongs to."""
    write_text(folder / FILE, as_json(inputs))


def read_fingerprint(folder: Path) -> dict[str, Any] | None:
    """What a journal belongs to; None where there is no journal, or none that says so."""
    return read_object(folder / FILE)


def digest(inputs: Mapping[str, Any]) -> str:
    """What every chunk of a journal carries: the hash of what it belongs to."""
    return hashlib.sha256(canonical(plain(inputs)).encode()).hexdigest()


class IncompatibleRun(UserError):
    """What was simulated, or would be simulated, elsewhere does not go together with what is here; the message says why."""

    @classmethod
    def of(cls, reasons: list[BilingualText]) -> Self:
        """For several reasons at once."""
        return cls(*join_texts(reasons))


WORDS = {
    "format": BilingualText("the format of the journal has changed", "记录的格式变了"),
    "seed": BilingualText("the seed differs", "随机种子不同"),
    "only_luck": BilingualText("--only-luck differs", "--only-luck 不同"),
    "single_draws": BilingualText("--single-draws differs", "--single-draws 不同"),
    "lives": BilingualText("another model ran them", "是另一个模型推演的"),
    "code": BilingualText("the program's rules or parameters have changed since", "程序的规则或参数后来改过"),
}
#: Of what else may differ, part by part: what is said of it, and of each part, which has an old and a new value.
PARTS = {
    "versions": (
        BilingualText("a dependency has another version", "依赖的软件版本不同"),
        BilingualText("{} {}, now {}", "{} 原为 {}，现为 {}"),
    ),
    "platform": (
        BilingualText("the machine is of another kind", "计算机类型不同"),
        BilingualText("{} {}, now {}", "{} 原为 {}，现为 {}"),
    ),
    "scenarios": (
        BilingualText("the scenario has changed", "情景改过"),
        BilingualText("{} was {}, is {}", "{} 原为 {}，现为 {}"),
    ),
    "task": (
        BilingualText("what is asked has changed", "要算的内容改过"),
        BilingualText("{} was {}, is {}", "{} 原为 {}，现为 {}"),
    ),
}


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[BilingualText]:
    """Why replications of ``before`` may not be joined by those of ``now``; empty if they may."""
    found = []
    for key, words in WORDS.items():
        if before.get(key) != now.get(key):
            # --single-draws is said only where it is so.
            old, new = (as_written(each.get(key, False if key == "single_draws" else None)) for each in (before, now))
            values = (
                BilingualText("", "") if key == "code" else BilingualText(f" ({old}, now {new})", f"（原为 {old}，现为 {new}）")
            )
            found.append(BilingualText(words.english + values.english, words.chinese + values.chinese))
    for key, (words, each) in PARTS.items():
        other = list(differences(before.get(key), now.get(key)))
        if other:
            more = len(other) - SHOWN
            english, chinese = ([text.format(*one) for one in other[:SHOWN]] for text in each)
            found.append(
                BilingualText(
                    f"{words.english}: {'; '.join(english)}" + (f", and {more} more" if more > 0 else ""),
                    f"{words.chinese}：{'；'.join(chinese)}" + (f"，另有 {more} 处" if more > 0 else ""),
                )
            )
    return found


def differences(before: Any, now: Any, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two pieces of plain data differ: the key, and both values, shortened."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*before, *now)):
            yield from differences(before.get(key), now.get(key), str(key))
    elif before != now:
        yield name, _short(before), _short(now)


def _short(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= 60 else text[:57] + "..."
