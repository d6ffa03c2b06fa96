"""A plausible ensemble: what calibration leaves of ignorance, as quantiles of some assumptions, one row a member.

The file says in its head what made it and, for each assumption, the distribution that its quantiles belong to. Where the
parameters' files now say something else, the ensemble is of another model, and is refused.
"""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from sim.core.compiled.compilation import ENSEMBLE
from sim.core.inputs.errors import BilingualText, InputError, all_of
from sim.core.inputs.parameters import SIM, Parameter, ParameterBook
from sim.core.random_draws import draw_quantiles

FILE = SIM / ENSEMBLE
OF = "of "  # begins the lines of the head that say to which distribution quantiles belong
AGAIN = BilingualText(
    "run 'xianjie calibrate' again, or write 'uncertainty: prior' in the scenario",
    "请重新运行 xianjie calibrate，或在情景文件里写 uncertainty: prior",
)


@dataclass(frozen=True)
class Ensemble:
    """``members``: quantiles in (0, 1), (members, names), in an order that means nothing; ``about``: what made them, by key."""

    about: dict[str, str]
    names: tuple[str, ...]
    members: np.ndarray
    digest: str

    def member(self, seed: int, draw: int) -> dict[str, float]:
        """The quantiles of one parameter draw: draws in succession take members in succession, from one that the seed chooses."""
        (first,) = draw_quantiles(seed, 0, ["member of the ensemble"])
        row = (int(first * len(self.members)) + draw) % len(self.members)
        return dict(zip(self.names, self.members[row].tolist()))

    @cached_property
    def centre(self) -> dict[str, float]:
        """The median quantile of each assumption: where the central scenario stands."""
        return dict(zip(self.names, np.median(self.members, axis=0).tolist()))


def distribution_of(parameter: Parameter) -> str:
    """What quantiles of a parameter mean, as one line: they are of another distribution where it differs."""
    shape = "1" if parameter.has_factor_range else f"{parameter.value:g}"
    low, high = parameter.range or (parameter.value, parameter.value)
    return f"{shape} within {low:g} to {high:g}, {parameter.distribution}"


def text(about: Mapping[str, str], names: Sequence[str], members: np.ndarray, book: ParameterBook) -> str:
    """The file of an ensemble; six digits of a quantile are more than any calibration knows."""
    head = [f"# {key}: {value}" for key, value in about.items()]
    head += [f"# {OF}{name}: {distribution_of(book.parameters[name])}" for name in names]
    rows = [",".join(f"{value:.6f}" for value in row) for row in members]
    return "\n".join([*head, ",".join(names), *rows]) + "\n"


def load(book: ParameterBook, path: Path = FILE) -> Ensemble:
    """Read an ensemble and hold it against today's parameters.

    Raises InputError if there is none, if it is not whole, or if an assumption is gone or has another distribution than the
    quantiles were made for.
    """
    place = path.relative_to(SIM.parent) if path.is_relative_to(SIM.parent) else path
    try:
        content = path.read_text(encoding="utf-8")
    except OSError:
        raise InputError(
            place, 0, f"there is no plausible ensemble; {AGAIN.english}", f"没有校准得到的参数集合；{AGAIN.chinese}"
        ) from None
    lines = content.splitlines()
    head = [line[2:].partition(": ") for line in lines if line.startswith("# ")]
    about = {key: value for key, _, value in head}
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    names = tuple(rows[0]) if rows else ()
    try:
        members = np.array([[float(cell) for cell in row] for row in rows[1:]]).reshape(-1, len(names))
        whole = len(members) > 0 and bool(((members > 0.0) & (members < 1.0)).all())
    except ValueError:
        whole = False
    if not whole:
        raise InputError(
            place, 0, f"is no whole ensemble: a row of names, then rows of quantiles between 0 and 1; {AGAIN.english}",
            f"参数集合文件不完整：第一行应是参数名，以下各行是 0 与 1 之间的分位数；{AGAIN.chinese}"
        )  # fmt: skip
    faults = [_fault(name, about.get(OF + name), book) for name in names]
    errors = [
        InputError(place, 0, f"is outdated: {fault.english}; {AGAIN.english}", f"已经过时：{fault.chinese}；{AGAIN.chinese}")
        for fault in faults
        if fault
    ]
    if errors:
        raise all_of(errors)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Ensemble({key: value for key, value in about.items() if not key.startswith(OF)}, names, members, digest)


def _fault(name: str, meant: str | None, book: ParameterBook) -> BilingualText | None:
    """What is wrong with one assumption; None if nothing is."""
    parameter = book.parameters.get(name)
    if parameter is None or not parameter.varies:
        return BilingualText(f"'{name}' is no assumption that varies any more", f"“{name}”已不再是有不确定范围的假定")
    now = distribution_of(parameter)
    return None if now == meant else BilingualText(f"'{name}' was {meant}, and is now {now}", f"“{name}”原为 {meant}，现为 {now}")
