"""A county as its folder says: the file of facts, the tables beside it, and what follows from them in proportion.

Of several numbers for the same parameter a table goes before a fact, and a fact before what is only in proportion to Lingyuan.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import ParameterBook
from sim.core.inputs.resolve import Override
from sim.scenario import county_file, distributions
from sim.scenario.county_file import SIZE, AddFault, Fact
from sim.scenario.distributions import Distributions

LOG = logging.getLogger("xianjie")
#: A county of another size has other townships and villages than the listed ones.
PLACES, NUMBERED = "founding.places", "numbered"
TOWNSHIPS = "founding.townships"
#: What tells a county's size where it is not stated, the better measure first.
MEASURES = ("founding.rural_persons", "founding.registered_persons")
#: Persons and households on dibao, each with the registered ones among them.
DIBAO = (
    ("founding.dibao_persons", "founding.registered_dibao_persons"),
    ("founding.dibao_households", "founding.registered_dibao_households"),
)


@dataclass(frozen=True)
class CountyFolder:
    """What is known of a county. ``scaled``: parameters set in proportion to what it states, Lingyuan being the measure."""

    facts: tuple[Fact, ...]
    title: dict[str, str] | None
    code: str | None
    distributions: Distributions | None
    scaled: tuple[str, ...]


def read(
    file: Path,
    book: ParameterBook,
    overrides: Mapping[str, Sequence[Override]],
    add_fault: AddFault,
    override: Callable[[str, Any, str, int, bool, bool], None],
) -> CountyFolder:
    """Read a county file and the tables in its folder; ``override`` takes what they set, and ``overrides`` is what it keeps."""
    has_tables = file.name == shipped.COUNTY_FILE and distributions.has_distributions(file.parent)
    found = county_file.read(file, book, add_fault, override, elsewhere=has_tables)
    tables = distributions.read(file.parent, add_fault) if has_tables else None
    if has_tables and tables is None:  # what is wrong with them is said, and nothing follows from half of them
        return CountyFolder(found.facts, found.title, found.code, None, ())
    for identity, (value, name) in {} if tables is None else tables.settings().items():
        place = str(file.parent / name)
        stated = next((fact.value for fact in found.facts if fact.parameter == identity), value)
        if stated != value:
            told = InputError(
                place, 1, f"{identity} is {value:g} here and {stated} in {file.name}: the table is used",
                f"{identity} 在这张表里是 {value:g}，在 {file.name} 里是 {stated}：采用表中的数"
            )  # fmt: skip
            LOG.warning("%s", told)
        override(identity, value, place, 1, True, True)
    elsewhere = not county_file.is_home(found.code, tables is not None)
    named = [] if tables is None else tables.names("township")
    if named and elsewhere and TOWNSHIPS not in overrides:
        override(TOWNSHIPS, len(named), str(file.parent / distributions.MARGINS_FILE), 1, True, True)
    stated = float(overrides[TOWNSHIPS][-1].value if TOWNSHIPS in overrides else book.parameters[TOWNSHIPS].value)
    if len(named) > stated:
        add_fault(
            file.parent / distributions.MARGINS_FILE, 1, f"names {len(named)} townships, and the county has {stated:g}",
            f"列出了 {len(named)} 个乡镇，而全县只有 {stated:g} 个"
        )  # fmt: skip
    scaled = _complete(file, book, overrides, add_fault, override) if elsewhere else ()
    return CountyFolder(found.facts, found.title, found.code, tables, scaled)


def _complete(
    file: Path,
    book: ParameterBook,
    overrides: Mapping[str, Sequence[Override]],
    add_fault: AddFault,
    override: Callable[[str, Any, str, int, bool, bool], None],
) -> tuple[str, ...]:
    """Another county's size, places and dibao, where it does not state them, in proportion to what it does state."""
    implied: list[str] = []

    def own(identity: str) -> float | None:
        value = overrides[identity][-1].value if identity in overrides else None
        return float(value) if isinstance(value, (int, float)) else None

    def home(identity: str) -> float:
        return float(book.parameters[identity].value)

    def imply(identity: str, value: Any) -> None:
        if identity not in overrides:
            override(identity, value, str(file), 1, True, True)
            implied.append(identity)

    share = next((known / home(name) for name in MEASURES if (known := own(name))), None)
    if share is not None:
        imply(SIZE, share)
    elif SIZE not in overrides:
        add_fault(
            file, 1, f"is of another county and does not say how large it is: state {' or '.join((*MEASURES, SIZE))}",
            f"是另一个县，却没有说明规模：请写明 {' 或 '.join((*MEASURES, SIZE))}"
        )  # fmt: skip
    imply(PLACES, NUMBERED)
    for whole, part in DIBAO:
        if (registered := own(part)) is not None:
            imply(whole, round(registered * home(whole) / home(part)))
    return tuple(implied)
