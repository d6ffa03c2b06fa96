"""Levers and assumptions on the terminal, by subject: value, how far it goes, what it rests on or does, who pays."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding

from experiments.reporting import lever_effects
from experiments.reporting.lever_values import limits_text, value_text
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words
from sim.world.funds import fund_records

INDENT = (0, 0, 0, 4)
#: Blanks, and commas between thousands, which an office's Chinese has not.
BLANK = re.compile(r" +|(?<=\d),(?=\d{3})")


def answer(levers: Sequence[Any], language: str) -> Iterator[RenderableType]:
    """The levers under the headings of their subjects, in the order of the model."""
    words = Words(language)
    effects = lever_effects.stored().get("levers", {})
    by_subject: dict[str, list[Any]] = {}
    for lever in levers:
        by_subject.setdefault(subject(lever), []).append(lever)
    for heading, found in by_subject.items():
        yield Prose(f"\n{subject_name(heading, words)}", "bold")
        for lever in found:
            yield Padding(Prose(f"{words.of(lever.name.model_dump())}  {lever.id}", "bold"), (0, 0, 0, 2))
            yield Padding(Prose(facts(lever, words)), INDENT)
            if lever.role == "lever":
                yield Padding(Prose(effect_sentence(lever, effects.get(lever.id), words)), INDENT)
    only_levers = all(lever.role == "lever" for lever in levers)
    yield Prose(f"\n{words('levers_count' if only_levers else 'parameters_count', count=len(levers))}")


def subject(lever: Any) -> str:
    """The subject a lever belongs to: the folder of its process."""
    parts = str(lever._path).replace("\\", "/").split("/")
    return parts[-2] if len(parts) > 1 else ""


def subject_name(name: str, words: Words) -> str:
    """The heading of a subject; what belongs to none of ours stands apart."""
    return words(f"subject_{name}" if words.has(f"subject_{name}") else "subject_other")


def facts(lever: Any, words: Words) -> str:
    """Its value as things stand, how far it may be set, what off is, who pays, and the section of the paper; of an assumption its
    value, range, evidence and sources.
    """
    if lever.role != "lever":
        return assumption_facts(lever, words)
    told = [words("lever_now", value=value_text(lever, lever.value, words))]
    if lever.options:
        told.append(words("lever_options", options=words("comma").join(map(words.option, lever.options))))
    elif lever.bounds:
        low, high = limits_text(lever, lever.bounds, words)
        told.append(words("lever_bounds", low=low, high=high))
    off = value_text(lever, lever.off, words)
    told.append(words("lever_off", value=off))
    if lever.fund:
        names = {fund.name.lower(): record.name for fund, record in fund_records().items()}
        told.append(words("lever_fund", fund=words.of(names[lever.fund])))
    told.append(words("lever_own") if lever.clause == "own" else words("lever_clause", clause=words.clause(lever.clause)))
    return words("sentence", text=words("semicolon").join(told))


def assumption_facts(parameter: Any, words: Words) -> str:
    """The value of an assumption, in which range it is drawn, and what it rests on."""
    told = [words("parameter_value", value=value_text(parameter, parameter.value, words))]
    if parameter.range:
        low, high = limits_text(parameter, parameter.range, words)
        told.append(words("parameter_range", low=low, high=high))
    told.append(words(f"grade_{parameter.evidence}"))
    if parameter.clause and parameter.clause != "own":
        told.append(words("lever_clause", clause=words.clause(parameter.clause)))
    told += [words("parameter_source", source=source.title) for source in parameter.sources]
    return words("sentence", text=words("semicolon").join(told))


def effect_sentence(lever: Any, effect: Mapping[str, Any] | None, words: Words) -> str:
    """What a lever does, in a sentence, how far it goes told in the lever's unit."""
    told = lever_effects.sentence(words, effect, lambda value: value_text(lever, value, words))
    return BLANK.sub("", told) if words.language == "zh" else told


def search(levers: Sequence[Any], text: str) -> list[Any]:
    """The levers in whose names, id, fund or subject a text occurs, in either language and letter case."""
    wanted = text.casefold()
    funds = {fund.name.lower(): record.name for fund, record in fund_records().items()}
    found = []
    for lever in levers:
        names = [*lever.name.model_dump().values(), lever.id, *(funds.get(lever.fund, {}) or {}).values()]
        names += [subject_name(subject(lever), Words(language)) for language in ("zh", "en")]
        if any(wanted in str(name).casefold() for name in names):
            found.append(lever)
    return found
