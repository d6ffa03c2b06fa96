"""Where every number of a scenario comes from: the county's own tables or facts, Lingyuan in proportion, the nation."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.inputs.parameters import Parameter, load_all
from sim.core.inputs.resolve import scale_value
from sim.goals import home_plan
from sim.scenario.county_file import GUESSED, HOME, LOCAL, SIZE, Fact
from sim.scenario.county_folder import GENERAL_SIZE, PLACES, TOWNSHIPS
from sim.scenario.residents import RESIDENTS_FILE
from sim.scenario.scenario import Scenario

OWN_DISTRIBUTION, OWN_FACT, SCALED, NATIONAL, ASSUMED, PLAN = (
    "own_distribution", "own_fact", "scaled", "national", "assumed", "plan"
)  # fmt: skip
#: In the order in which founding prefers them; ``scaled`` is Lingyuan's number in proportion, or as it stands; ``national`` a
#: rule or a published figure of nation or province; ``plan`` what the scenario itself sets.
ORIGINS = (OWN_DISTRIBUTION, OWN_FACT, SCALED, NATIONAL, ASSUMED, PLAN)
FOUNDING, OWN_CLAUSE = "founding.", "own"
#: What the model has of Liaoning, and a county of another province should state of its own.
PROVINCIAL = ("province.growth",)
PAPER = "凌委办发"  # Lingyuan's own policy paper, as sources name it


@dataclass(frozen=True)
class Origin:
    """A number in force and where it comes from. ``value``: its central value, as a file would say it; ``local``: whether it
    differs from county to county; ``place``: the file and line that states it, or the fact that agrees with the model's own
    number; empty where nobody states it.
    """

    id: str
    name: dict[str, str]
    value: Any
    unit: str
    origin: str
    evidence: str
    source: str
    place: str
    local: bool


def origins(scenario: Scenario) -> tuple[Origin, ...]:
    """The origin of every parameter, in the order of the book."""
    facts = {fact.parameter: fact for fact in scenario.county if fact.parameter}
    tables: dict[str, tuple[Any, str]] = {} if scenario.distributions is None else dict(scenario.distributions.settings())
    if scenario.residents is not None:
        tables |= scenario.residents.settings()
        for identity in (TOWNSHIPS, GENERAL_SIZE):
            if any(each.place.endswith(RESIDENTS_FILE) for each in scenario.overrides.get(identity, ())[-1:]):
                tables[identity] = (None, RESIDENTS_FILE)
    size = size_of(scenario)
    found = []
    plan = scenario.plan or home_plan()
    for parameter in load_all().parameters.values():
        if parameter.id in plan.foreign and parameter.id not in scenario.overrides:
            continue  # a target of a document that this county is not judged by
        entries, fact = scenario.overrides.get(parameter.id, ()), facts.get(parameter.id)
        value = scale_value(parameter.value, size) if parameter.scales_with == SIZE else parameter.value
        source, place = parameter.sources[0].title if parameter.sources else "", ""
        if entries:
            value, place = entries[-1].value, f"{entries[-1].place}:{entries[-1].line}"
        elif fact is not None:
            value, place = fact.value, fact.id
        evidence = parameter.evidence if fact is None else fact.evidence
        origin = _origin(scenario, parameter, fact, tables)
        if origin == OWN_DISTRIBUTION:
            evidence, source = "measured", tables[parameter.id][1]
        elif origin in (OWN_FACT, ASSUMED) and fact is not None:
            source = fact.source
        found.append(
            Origin(
                parameter.id, parameter.name.model_dump(), value, parameter.unit, origin, str(evidence), source, place,
                local=is_local(parameter),
            )
        )  # fmt: skip
    return tuple(found)


def _origin(scenario: Scenario, parameter: Parameter, fact: Fact | None, tables: Iterable[str]) -> str:
    entries = scenario.overrides.get(parameter.id, ())
    if entries and (not entries[-1].status_quo or (scenario.plan is not None and entries[-1].place == scenario.plan.file)):
        return PLAN
    if parameter.id in scenario.scaled:
        return SCALED
    if parameter.id in tables:
        return OWN_DISTRIBUTION
    if fact is not None:
        return ASSUMED if fact.evidence in GUESSED else OWN_FACT  # what its file derives from elsewhere is not its own
    if is_lingyuan(scenario):
        own = parameter.scales_with == SIZE or parameter.id in LOCAL or _is_of_the_paper(parameter)
        own = own or any(PAPER in source.title for source in parameter.sources)
        return ASSUMED if parameter.evidence == ASSUMED else OWN_FACT if own else NATIONAL
    if parameter.scales_with == SIZE or parameter.id in LOCAL:
        return SCALED
    if parameter.evidence == ASSUMED:
        return ASSUMED
    return SCALED if is_local(parameter) or parameter.id in PROVINCIAL else NATIONAL


def _is_of_the_paper(parameter: Parameter) -> bool:
    """Whether the number is one of Lingyuan's own policy paper."""
    return parameter.clause not in (None, OWN_CLAUSE)


def is_local(parameter: Parameter) -> bool:
    """Whether a number differs from county to county, so that each ought to have its own."""
    return (
        parameter.id in LOCAL
        or parameter.scales_with == SIZE
        or (parameter.id.startswith(FOUNDING) and parameter.id not in (SIZE, PLACES))
        or _is_of_the_paper(parameter)
    )


def is_lingyuan(scenario: Scenario) -> bool:
    """Whether the county is the one whose numbers the parameters have."""
    return scenario.county_code == HOME or not (scenario.county or scenario.has_tables or SIZE in scenario.overrides)


def size_of(scenario: Scenario) -> float:
    """The county's size, Lingyuan being 1."""
    return float(scenario.overrides[SIZE][-1].value) if SIZE in scenario.overrides else 1.0


def scaled_levers(scenario: Scenario) -> dict[str, Any]:
    """Levers that stand at Lingyuan's value in proportion to the county's size, since neither it nor a plan states its own: their
    value at present by id, to three significant digits.
    """
    size, found = size_of(scenario), {}
    for each in load_all().parameters.values():
        entries = scenario.overrides.get(each.id, ())
        if each.role != "lever" or size == 1.0 or (each.scales_with != SIZE and each.id not in scenario.scaled):
            continue
        if not entries or each.id in scenario.scaled and entries[-1].status_quo:
            value = entries[-1].value if entries else scale_value(each.value, size)
            value = value[min(value)] if isinstance(value, Mapping) else value
            if np.any(value):  # nothing in proportion is nothing
                found[each.id] = round_three(value)
    return found


def round_three(value: Any) -> Any:
    """A number, or each of a list, to three significant digits."""
    if isinstance(value, (list, tuple)):
        return [round_three(each) for each in value]
    return value if isinstance(value, str) or not value else float(f"{value:.3g}")


def count_origins(found: Iterable[Origin]) -> dict[str, int]:
    """How many numbers are of each origin, all of ``ORIGINS`` named."""
    counted = Counter(each.origin for each in found)
    return {origin: counted[origin] for origin in ORIGINS}


#: The parameter that sets the target of an audited quantity, where the two are not called alike.
TARGETS = {
    "outside_jobs": "thresholds.outside_jobs", "local_jobs": "thresholds.local_jobs", "public_posts": "thresholds.posts",
    "first_secretaries": "founding.villages", "cultivated_land": "founding.land_per_household", "posts": "public_posts.count",
    "inherited_cases": "founding.inherited_cases_share", "income_2020": "founding.rural_income",
    "loans": "founding.loans_outstanding",
    "employed": "founding.outside_jobs",
}  # fmt: skip
IMPORTED = "imported_"  # begins what is audited against an import's own table
AGAIN = "_2021"  # what an audited quantity is called when January 2021 opens


def origin_of_target(audited: str, found: Mapping[str, str]) -> str | None:
    """The origin of an audited quantity's target, of origins by parameter; None where no parameter sets it."""
    if audited.startswith(IMPORTED):
        return OWN_DISTRIBUTION
    name = audited.removesuffix(AGAIN)
    return found.get(TARGETS.get(name, f"{FOUNDING}{name}"))


def missing_facts(scenario: Scenario) -> list[Fact]:
    """Local facts that are not the county's own, and so are the first to look up.

    Those of its file that are still assumed or derived; and, unless it is Lingyuan, all that its file is silent on: evidence
    "scaled" (Lingyuan's number times the size), "taken" (its number as it stands), and "assumed" or "derived" what founding
    assumes of any county.
    """
    own = [fact for fact in scenario.county if fact.evidence in GUESSED and fact.parameter]
    if scenario.county_code == HOME:
        return own
    stated = {fact.parameter for fact in scenario.county} | set(scenario.overrides) - set(scenario.scaled)
    size = size_of(scenario)
    left: list[Fact] = []
    plan = scenario.plan or home_plan()
    for each in load_all().parameters.values():
        if each.id in stated or each.id in (SIZE, PLACES) or each.id in plan.foreign:
            continue
        value, source = each.value, each.sources[0].title if each.sources else ""
        if each.id in scenario.scaled:
            evidence, value = "scaled", scenario.overrides[each.id][-1].value
        elif each.scales_with == SIZE:
            evidence = "taken" if size == 1.0 else "scaled"
            value = scale_value(value, size)
        elif each.id in LOCAL or each.id in PROVINCIAL:
            evidence = "taken"
        elif each.id.startswith(FOUNDING) and each.evidence in GUESSED:
            evidence = each.evidence
        else:
            continue
        left.append(Fact(each.id, each.name.model_dump(), each.id, value=value, evidence=evidence, source=source))
    return own + sorted(left, key=lambda fact: ("taken", "scaled", *GUESSED).index(fact.evidence))
