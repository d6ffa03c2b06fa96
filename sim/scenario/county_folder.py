"""A county as its folder says: the file of facts, the tables beside it, and what follows from them in proportion.

Of several numbers for the same parameter a table goes before a fact, and a fact before what is only in proportion to Lingyuan.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.inputs import shipped
from sim.core.inputs.errors import BilingualText, InputError, one_of
from sim.core.inputs.parameters import ParameterBook
from sim.core.inputs.resolve import Override
from sim.scenario import county_file, distributions, residents
from sim.scenario.county_file import SIZE, AddFault, Fact
from sim.scenario.distributions import Distributions
from sim.scenario.residents import Residents
from sim.world.places import read_townships, read_villages

LOG = logging.getLogger("xianjie")
#: A county of another size has other townships and villages than the listed ones.
PLACES, NUMBERED = "founding.places", "numbered"
TOWNSHIPS, VILLAGES = "founding.townships", "founding.villages"
#: What tells a county's size where it is not stated, the better measure first.
MEASURES = ("founding.rural_persons", "founding.registered_persons")
#: What there is only of registered persons: where a county has fewer of them than its size suggests, it has fewer of these.
REGISTERED = "founding.registered_persons"
OF_REGISTERED = (
    "founding.registered_dibao_persons", "founding.registered_dibao_households", "founding.outside_jobs", "founding.local_jobs",
    "public_posts.count", "founding.loans_outstanding",
)  # fmt: skip
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
    plan: Path | None = None  # the file of its plan
    residents: Residents | None = None


def read(
    file: Path,
    book: ParameterBook,
    overrides: Mapping[str, Sequence[Override]],
    add_fault: AddFault,
    override: Callable[[str, Any, str, int, bool, bool], None],
) -> CountyFolder:
    """Read a county file and the tables in its folder; ``override`` takes what they set, and ``overrides`` is what it keeps."""
    of_folder = file.name == shipped.COUNTY_FILE
    has_tables = of_folder and distributions.has_distributions(file.parent)
    has_residents = of_folder and residents.has_residents(file.parent)
    faults = 0

    def count_fault(place: Any, line: int, english: str, chinese: str) -> None:
        nonlocal faults
        faults += 1
        add_fault(place, line, english, chinese)

    found = county_file.read(file, book, count_fault, override, elsewhere=has_tables or has_residents)
    tables = distributions.read(file.parent, add_fault) if has_tables else None
    census = residents.read(file.parent, add_fault) if has_residents else None
    if (has_tables and tables is None) or (has_residents and census is None):
        # What is wrong with them is said, and nothing follows from half of them.
        return CountyFolder(found.facts, found.title, found.code, None, (), found.plan)
    settings: dict[str, tuple[Any, str]] = {} if tables is None else dict(tables.settings())
    settings |= {} if census is None else census.settings()
    for identity, (value, name) in settings.items():
        place = str(file.parent / name)
        stated = next((fact.value for fact in found.facts if fact.parameter == identity), value)
        if stated != value:
            told = InputError(
                place, 1, f"{identity} is {_shown(value)} here and {_shown(stated)} in {file.name}: the table is used",
                f"{identity} 在这张表里是 {_shown(value)}，在 {file.name} 里是 {_shown(stated)}：采用表中的数"
            )  # fmt: skip
            LOG.warning("%s", told)
        override(identity, value, place, 1, True, True)
    elsewhere = not county_file.is_home(found.code, tables is not None or census is not None)
    named = [] if tables is None else tables.names("township")
    towns = [] if census is None else census.townships
    if towns and elsewhere:  # streets without rural residents are none of the model's
        override(TOWNSHIPS, len(towns), str(file.parent / residents.RESIDENTS_FILE), 1, True, True)
    elif named and elsewhere and TOWNSHIPS not in overrides:
        override(TOWNSHIPS, len(named), str(file.parent / distributions.MARGINS_FILE), 1, True, True)
    stated = float(overrides[TOWNSHIPS][-1].value if TOWNSHIPS in overrides else book.parameters[TOWNSHIPS].value)
    if len(named) > stated:
        add_fault(
            file.parent / distributions.MARGINS_FILE, 1, f"names {len(named)} townships, and the county has {stated:g}",
            f"列出了 {len(named)} 个乡镇，而全县只有 {stated:g} 个"
        )  # fmt: skip
    if towns:
        _check_townships(
            file.parent / residents.RESIDENTS_FILE,
            towns,
            named,
            listed=None if elsewhere else listed_names(),
            add_fault=add_fault,
        )
    # A refused one has its message.
    stated_size = faults > 0 or any(fact.parameter in (*MEASURES, SIZE) for fact in found.facts)
    scaled = _complete(file, book, overrides, None if stated_size else add_fault, override) if elsewhere else ()
    if census is not None and census.cells:
        _set_general_size(file.parent / residents.RESIDENTS_FILE, census, tables, _values(book, overrides), add_fault, override)
    return CountyFolder(found.facts, found.title, found.code, tables, scaled, found.plan, census)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def listed_names() -> list[str]:
    """The townships that have villages, of the county whose list the model has, by name."""
    owners = {row["code"][:9] for row in read_villages()}
    return [row["name"] for row in read_townships() if row["code"] in owners]


def _check_townships(
    file: Path, towns: list[str], registered: list[str], listed: list[str] | None, add_fault: AddFault
) -> None:  # fmt: skip
    """Fault a table of residents that has other townships than the county's list, or lacks one with registered households."""
    for name in registered:
        if name not in towns:
            add_fault(
                file, 1, f"lacks the township '{name}', in which {distributions.MARGINS_FILE} has registered households",
                f"缺少“{name}”，而 {distributions.MARGINS_FILE} 中该乡镇有脱贫户"
            )  # fmt: skip
            return
    unknown = next((name for name in towns if listed is not None and name not in listed), None)
    if unknown is not None:
        problem = one_of(unknown, listed or [])
        add_fault(file, 1, f"township {problem.english}", f"乡镇名称{problem.chinese}")
        return
    lacking = next((name for name in listed or () if name not in towns), None)
    if lacking is not None:
        add_fault(file, 1, f"lacks the township '{lacking}', which has villages", f"缺少有行政村的“{lacking}”")


GENERAL_SIZE, OTHER_SIZE = "founding.general_size", "founding.other_registered_size"


def _set_general_size(
    file: Path, census: Residents, tables: Distributions | None, value: Callable[[str], float], add_fault: AddFault,
    override: Callable[[str, Any, str, int, bool, bool], None]
) -> None:  # fmt: skip
    """Set the mean size of general households so that they and the listed are as many as the table of residents has."""
    on_dibao = value("founding.registered_dibao_persons")
    other, marginal = value(REGISTERED) - on_dibao, value("founding.marginal_persons")
    persons = census.persons - other - value("founding.dibao_persons") - marginal
    registered = round(other / value(OTHER_SIZE)) if tables is None else sum(c.households for c in tables.cells if not c.dibao)
    listed = registered + round(value("founding.dibao_households")) + round(marginal / value(OTHER_SIZE))
    households = census.households - listed
    if not 0 < households <= persons:
        add_fault(
            file, 1, f"has {census.households} households with {census.persons} persons; {listed} of them are listed, and "
            f"{persons:.0f} persons in {households} general households cannot be",
            f"共 {census.households} 户 {census.persons} 人，其中脱贫、低保和边缘户 {listed} 户，余下的一般农户 "
            f"{households} 户 {persons:.0f} 人不合理；请核对"
        )  # fmt: skip
        return
    override(GENERAL_SIZE, persons / households, str(file), 1, True, True)


def _complete(
    file: Path,
    book: ParameterBook,
    overrides: Mapping[str, Sequence[Override]],
    add_fault: AddFault | None,
    override: Callable[[str, Any, str, int, bool, bool], None],
) -> tuple[str, ...]:
    """Another county's size, places and dibao, where it does not state them, in proportion to what it does state; ``add_fault``
    takes it where nothing says how large the county is.
    """
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
    elif SIZE not in overrides and add_fault is not None:
        add_fault(
            file, 1, f"is of another county and does not say how large it is: state {' or '.join((*MEASURES, SIZE))}",
            f"是另一个县，却没有说明规模：请写明 {' 或 '.join((*MEASURES, SIZE))}"
        )  # fmt: skip
    imply(PLACES, NUMBERED)
    for name in (TOWNSHIPS, VILLAGES) if own(SIZE) is not None else ():  # there is one of each at least
        imply(name, max(1, round(home(name) * (own(SIZE) or 0.0))))
    of_registered, size = (own(REGISTERED) or 0.0) / home(REGISTERED), own(SIZE)
    for name in OF_REGISTERED if size is not None and 0.0 < of_registered < size else ():
        imply(name, round(home(name) * of_registered))
    for whole, part in DIBAO:
        if (registered := own(part)) is not None:
            imply(whole, round(registered * home(whole) / home(part)))
    return tuple(implied)


#: What cannot be otherwise: the sum of the first is at least that of the second. Names are those that a message uses.
SUMS: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...], str], ...] = (
    ("脱贫人口", (REGISTERED,), "其中的低保人口", ("founding.registered_dibao_persons",),
     "registered persons, and those among them on dibao"),
    ("农村低保人口", ("founding.dibao_persons",), "其中的脱贫人口", ("founding.registered_dibao_persons",),
     "dibao persons, and the registered among them"),
    ("农村低保户", ("founding.dibao_households",), "其中的脱贫户", ("founding.registered_dibao_households",),
     "dibao households, and the registered among them"),
    ("农村常住人口", ("founding.rural_persons", "founding.registered_dibao_persons"), "脱贫、低保和边缘人口",
     (REGISTERED, "founding.dibao_persons", "founding.marginal_persons"),
     "rural persons, and all registered, dibao and marginal persons"),
    ("脱贫人口", (REGISTERED,), "就业和公益岗位人数", ("founding.outside_jobs", "founding.local_jobs", "public_posts.count"),
     "registered persons, and those of them in work"),
    ("行政村", ("founding.villages",), "乡镇", ("founding.townships",), "villages, and townships"),
)  # fmt: skip


def _values(book: ParameterBook, overrides: Mapping[str, Sequence[Override]]) -> Callable[[str], float]:
    """The central value of a number of the county, as stated or in proportion to its size."""

    def value(identity: str) -> float:
        if identity in overrides:
            stated = overrides[identity][-1].value
            stated = next(iter(stated.values())) if isinstance(stated, Mapping) else stated
            return float(stated)
        parameter = book.parameters[identity]
        size = overrides[SIZE][-1].value if SIZE in overrides else 1.0
        return float(parameter.value) * (size if parameter.scales_with == SIZE else 1.0)

    return value


def is_stated(identity: str, overrides: Mapping[str, Sequence[Override]], scaled: Sequence[str]) -> bool:
    """Whether somebody states a number; ``scaled``: those that were put in proportion first of all."""
    return len(overrides.get(identity, ())) > (identity in scaled)


def last_stated(names: Sequence[str], overrides: Mapping[str, Sequence[Override]]) -> Override:
    """Where the last of these numbers is stated: by a plan, or else by the county."""
    stated = [overrides[name][-1] for name in names]
    return [*(each for each in stated if each.status_quo), *(each for each in stated if not each.status_quo)][-1]


def contradictions(
    book: ParameterBook, overrides: Mapping[str, Sequence[Override]], scaled: Sequence[str] = ()
) -> Iterator[tuple[str, int, str, str]]:  # fmt: skip
    """Numbers that cannot both be true of a county: where the last of them is stated, and the message in English and Chinese.

    ``scaled``: those that nobody states. A sum of which nobody states anything is not looked at: the parameters agree with each
    other. Nor is what a plan sets: it begins in 2021, and a county is as it was in 2020.
    """
    held = {
        identity: found
        for identity, each in overrides.items()
        if (found := [one for one in each if one.status_quo or book.parameters[identity].role != "lever"])
    }
    value = _values(book, held)
    for whole_zh, whole, part_zh, parts, english in SUMS:
        known = [name for name in (*whole, *parts) if is_stated(name, held, scaled)]
        others = [name for name in (*whole, *parts) if name not in known]
        # Who is registered and on dibao is counted twice among the parts.
        twice = sum(map(value, whole[1:]))
        most, least = value(whole[0]), sum(map(value, parts)) - twice
        if known and round(most) < round(least):
            last = last_stated(known, held)
            follow = BilingualText(
                f"; not stated, and so as in the model or in proportion: {', '.join(others)}",
                f"；没有写明，因此按程序自带的数或按比例取的：{'、'.join(others)}",
            ) if others else BilingualText("", "")  # fmt: skip
            yield (
                last.place, last.line,
                f"{english}, cannot be {most:,.0f} and {least:,.0f}: check {', '.join(known)}{follow.english}",
                f"{whole_zh}（{most:.0f}）不能少于{part_zh}（{least:.0f}）：请核对 {'、'.join(known)}{follow.chinese}",
            )  # fmt: skip
            return
