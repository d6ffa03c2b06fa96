"""The answer in sentences: what stands on page one, on the terminal and in ``compare --json``, from one set of facts.

The order is that of what matters: promises that break, the worst first; persons; the county's own money; the main goals.
Nothing is counted here: every number is one of ``analyses.consequences``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from experiments.analyses import settings
from experiments.analyses.changes import Amount, GoalChange, LeverChange
from experiments.analyses.consequences import RECORDED, TRUE, Consequences, monitored, promises
from experiments.reporting.lever_values import lever_name
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results.folder import Results
from sim.goals.own_goal import is_own_id

#: Fewer persons are no news.
FEW = 10
#: In so large a part of the runs a number of persons moves one way where the answer tells it.
MANY = 0.75
#: Less than this share of a purse, or of what there is, is no change.
SLIGHT = 0.01
#: Who bears so much of a price is named alone; what fewer runs meet is told by persons.
MOSTLY = 0.5
#: What is met more often is told from so large a change on; less stands in the tables.
TOLD = 0.2
#: The register hides a change where the truth moves so many times as much.
HIDDEN = 3.0


def in_both_languages(facts: Consequences) -> dict[str, list[str]]:
    """The sentences of page one by language."""
    return {language: list(sentences(facts, Words(language))) for language in LANGUAGES}


def broken(facts: Consequences) -> list[dict[str, Any]]:
    """What breaks as plain data, the worst first: ``persons`` and ``yuan`` in ``persons_year``, or where that is None a year from
    ``first_year`` on, other less first, None where the model has no such number.
    """
    return [_record(each) | {"persons_year": facts.persons_year(each)} for each in facts.broken]


def _record(change: GoalChange) -> dict[str, Any]:
    return {
        "goal": change.id, "name": dict(change.name), "first_year": change.first_year, "decided": change.decided,
        "promise": change.promise or change.owed,
        "persons": _mean(change.persons), "yuan": _mean(change.yuan), "pairs": change.pairs,
        "first_met": change.met_first, "other_met": change.met_other, "helped": change.helped, "harmed": change.harmed,
        "first_probability": change.first, "other_probability": change.other,
        "difference": change.difference, "low": change.low, "high": change.high,
        "persons_interval": _interval(change.persons), "yuan_interval": _interval(change.yuan), "lever": change.lever,
    }  # fmt: skip


def _mean(amount: Amount | None) -> float | None:
    return None if amount is None else amount.difference


def _interval(amount: Amount | None) -> list[float] | None:
    return None if amount is None else [asdict(amount)[key] for key in ("low", "high")]


def sentences(facts: Consequences, words: Words) -> Iterator[str]:
    """What the plan changes, the worst first."""
    if facts.same:
        yield words("answer_same")
        return
    numbers = OfficeNumbers(words)
    yield from idle(facts, numbers)
    found = facts.broken
    meant = [each for each in found if each.decided]
    promised = [each for each in found if not each.decided and (each.promise or each.owed)]
    others = [each for each in found if not each.decided and not (each.promise or each.owed)]
    if promised:
        year = min(each.first_year or facts.since for each in promised)
        label = "answer_broken_one" if len(promised) == 1 else "answer_broken"
        yield words(label, year=year, count=numbers.few(len(promised)), items=items(promised, numbers, facts))
    if meant:
        yield words("answer_decided", items=items(meant, numbers, facts))
    if others:
        yield words("answer_others", items=items(others, numbers, facts))
    if not promised and not meant:
        yield words("answer_none_broken")
    yield from people(facts, numbers)
    yield from money(facts, numbers)
    hollow = {change.id for change, _amount in facts.hollow}
    kept = [each for each in facts.kept if each.id not in hollow and (each.difference >= TOLD or each.headline)]
    if kept:
        yield words("answer_kept", items=items(kept, numbers, facts))
    for change, amount in facts.hollow:
        yield words("answer_hollow", goal=short_name(change, words), money=numbers.money(amount.difference))
    yield from main_goals(facts, numbers)
    if facts.trial:
        yield words("answer_trial", runs=facts.pairs)


def idle(facts: Consequences, numbers: OfficeNumbers) -> Iterator[str]:
    """Levers that are raised while few take what they offer: what is offered beside what is taken."""
    from sim.core.inputs.parameters import load_all

    book = load_all().parameters
    for change, year, more, amount in facts.idle:
        lever = book[change.id]
        told = amount.clear and amount.difference >= 1.0
        yield numbers.words(
            "answer_idle" if told else "answer_idle_none", name=lever_name(lever, numbers.words), year=year,
            more=numbers.setting(more, lever.unit), count=numbers.count(amount.difference),
        )  # fmt: skip


def items(changes: Sequence[GoalChange], numbers: OfficeNumbers, facts: Consequences) -> str:
    """Goals with how often each is met, those that stand and fall together in one breath; whom it touches and what is lacking."""
    words, told, texts = numbers.words, set(), []
    for group in grouped(changes):
        worst = group[0]
        if worst.given_up and worst.first < MOSTLY and worst.persons is not None:  # a fall from one run to none says little
            count = numbers.count(worst.persons.difference)
            year = facts.persons_year(worst)
            texts.append(words("item_given_up", name=short_name(worst, words), count=count, year=year))
            continue
        behind, met_first, met_other = worst.behind or worst.id, worst.met_first, worst.met_other
        down = met_other < met_first
        names = words("name_list").join(words("quoted_name", name=short_name(each, words)) for each in group)
        text = words(
            f"item_{'trial' if worst.pairs < 50 else 'runs'}_{'down' if down else 'up'}",
            names=names, runs=worst.pairs, met_first=met_first, met_other=met_other,
            first=numbers.times(met_first, worst.pairs), other=numbers.times(met_other, worst.pairs),
        )  # fmt: skip
        if behind not in told and down and not counted_below(worst):
            text += concerned(worst, numbers, facts)
        told.add(behind)
        texts.append(text)
    return words("item_list").join(texts)


def grouped(changes: Sequence[GoalChange]) -> list[list[GoalChange]]:
    """Goals that stand and fall together: the same payments behind them, the same counts."""
    groups: dict[Any, list[GoalChange]] = {}
    for each in changes:
        together = each.behind or (each.lever if each.owed else each.id)
        groups.setdefault((together, each.met_first, each.met_other), []).append(each)
    return list(groups.values())


def counted_below(change: GoalChange) -> bool:
    """Whether the persons of a promise are those below the line, whom the answer counts in a sentence of their own, by year."""
    return bool(promises().get(change.id, {}).get("persons") == TRUE)


def short_title(title: str) -> str:
    """What a title calls the plan, before the colon that explains it."""
    return re.split("：|: ", title)[0]


def long_title(title: str) -> str:
    """How a title explains the plan, after its last colon (a county may come first); the title where it has none."""
    return re.split("：|: ", title)[-1]


def short_name(change: GoalChange, words: Words) -> str:
    """A goal's name without what explains it in brackets or after a colon; of a reader's own the whole, which says so."""
    if is_own_id(change.id):
        return words.of(change.name)
    return re.split("（|: ", words.of(change.name))[0]


def concerned(change: GoalChange, numbers: OfficeNumbers, facts: Consequences) -> str:
    """Whom a broken promise touches and how much is lacking, each with its years, as the tail of a sentence."""
    words, text = numbers.words, ""
    year = facts.persons_year(change)
    span_of_years = range(change.first_year or facts.since, facts.years[-1] + 1)
    years = span_a_year(span_of_years, words)
    if change.persons is not None and abs(change.persons.difference) >= 1.0:
        label = "tail_cases" if change.behind and year is None else "tail_persons"
        text += words(label, count=numbers.count(change.persons.difference), year=year, years=years)
        if label == "tail_cases":  # the same years, told already
            years = words("over_each") if len(span_of_years) > 1 else ""
    if change.yuan is not None and abs(change.yuan.difference) >= 1.0:
        if year is not None and not change.behind:
            years = words("over_same")
        text += words(
            "tail_gap" if change.behind else "tail_less", money=numbers.money(change.yuan.difference), years=years
        ).rstrip()
    return text


def span_a_year(years: Sequence[int], words: Words) -> str:
    """Over which years something is told as a mean, or in which."""
    first, last = years[0], years[-1]
    return words("over_year", year=first) if first == last else words("over_years", first=first, last=last)


def worst_year(facts: Consequences) -> tuple[int, Amount] | None:
    """The year's end at which the number of persons below the line differs most; None where it is not known."""
    found = [(year, amount) for year in facts.years if (amount := facts.persons(TRUE, year)) is not None]
    return max(found, key=lambda entry: abs(entry[1].difference), default=None)


def people(facts: Consequences, numbers: OfficeNumbers) -> Iterator[str]:
    """Persons below the line, in truth and on the register, in the year in which they differ most and at the end."""
    words, found = numbers.words, worst_year(facts)
    if found is None:
        return
    year, amount = found
    if not persons_move(amount, facts.pairs):
        yield words("people_same")
        return
    side = "more" if amount.difference > 0 else "fewer"
    text = words(f"people_{side}", year=year, count=numbers.count(amount.difference))
    recorded = facts.persons(RECORDED, year)
    if recorded is not None and not all(monitored(each, year) for each in (facts.first, facts.other)):
        text += words("people_unmonitored")
    elif recorded is not None:
        same_way = recorded.difference * amount.difference > 0
        seen = abs(recorded.difference) if same_way and recorded.clear else 0.0
        label = "hidden" if HIDDEN * seen <= abs(amount.difference) else "seen"
        label = "unseen" if seen < 1.0 else label
        text += words(f"people_{label}_{side}", count=numbers.count(seen))
    last = facts.years[-1]
    end = facts.persons(TRUE, last)
    if year != last and end is not None and persons_move(end, facts.pairs) and end.difference * amount.difference > 0:
        text += words(f"people_end_{side}", year=last, count=numbers.count(end.difference))
    yield words("sentence_end", text=text)


def persons_move(amount: Amount, pairs: int) -> bool:
    """Whether a number of persons clearly changes, by more than a few and in most runs: the mean of a few runs is no news."""
    turned = amount.rises if amount.difference > 0 else amount.falls
    return amount.clear and abs(amount.difference) >= FEW and turned >= MANY * pairs


def money(facts: Consequences, numbers: OfficeNumbers) -> Iterator[str]:
    """The county's own money over the years in force, and what of the upper levels' money goes unspent or is added."""
    words, own, years = numbers.words, facts.own, span(facts, numbers.words)
    if moves(own):
        side = "saved" if own.difference < 0 else "spent"
        yield words(f"money_{side}", years=years, money=numbers.money(own.difference))
    else:
        yield words("money_own_same", years=years)
    upper = facts.paid(funds=("bridging", "employment"))
    if moves(upper):
        side = "less" if upper.difference < 0 else "more"
        yield words(f"money_upper_{side}", money=numbers.money(upper.difference))


def moves(amount: Amount) -> bool:
    """Whether money clearly changes, and by more than a trifle of it."""
    return amount.clear and abs(amount.difference) > SLIGHT * abs(amount.first)


def is_slight(line: Mapping[str, Any]) -> bool:
    """Whether a line of a comparison changes less than a hundredth of what there is."""
    return abs(line["difference"]) < SLIGHT * abs(line["first"])


def in_order(changes: Sequence[GoalChange]) -> list[GoalChange]:
    """What breaks in the order of the text: promises that nobody gave up, those given up, other readings."""
    return sorted(changes, key=lambda each: 1 if each.decided else 0 if each.promise or each.owed else 2)


def span(facts: Consequences, words: Words) -> str:
    """The years in force in words."""
    first, last = facts.in_force[0], facts.in_force[-1]
    return words("year_alone", year=first) if first == last else words("year_span", first=first, last=last)


def main_goals(facts: Consequences, numbers: OfficeNumbers) -> Iterator[str]:
    """The main goals that neither break nor are brought about, and that a poor chance is no proof of harmlessness."""
    words = numbers.words
    told = {each.id for each in (*facts.broken, *facts.kept)}
    left = [each for each in facts.goals if each.headline and each.id not in told]
    if not left:
        return
    names = words("name_list").join(words("quoted_name", name=short_name(each, words)) for each in left)
    times = words("name_list").join(numbers.times(each.met_first, each.pairs) for each in left)
    poor = all(each.first < 0.5 for each in left) and cuts(facts)  # where nothing is cut nobody would think of harm
    label = f"main_same{'_poor' if poor else ''}{'_one' if len(left) == 1 else ''}"
    yield words(label, goals=names, times=times)


def cuts(facts: Consequences) -> bool:
    """Whether the plan takes any lever back."""
    from sim.core.inputs.parameters import load_all

    book = load_all().parameters
    return any(settings.is_cut(book[each.id], each) for each in facts.levers if each.id in book)


def describe_levers(facts: Consequences, numbers: OfficeNumbers, most: int = 4) -> str:
    """What the plan sets otherwise than the reference, the earliest first; empty where it sets nothing of its own."""
    from sim.core.inputs.parameters import load_all

    book = load_all().parameters
    found = [each for each in facts.levers if each.id in book and book[each.id].role == "lever"]
    return describe_settings(found, numbers, most)


def describe_settings(changes: Sequence[LeverChange], numbers: OfficeNumbers, most: int = 4) -> str:
    """Settings with what they were and are, the earliest first, in one breath; empty for none."""
    from sim.core.inputs.parameters import load_all

    words, book = numbers.words, load_all().parameters
    texts = []
    for each in changes:
        known = book[each.id]
        was, now, end = (numbers.setting(value, known.unit) for value in (each.first, each.other, each.last))
        label = "lever_changed" if end == now else "lever_changed_again"
        texts.append(words(label, name=lever_name(known, words), first=was, other=now, last=end))
    if not texts:
        return ""
    shown = words("item_comma").join(texts[:most])
    if len(texts) > most:
        shown = words("levers_more", text=shown, count=len(texts))
    start = changes[0].month
    return words("levers_from", month=numbers.month(start), text=shown)


def add_answers(made: dict[str, Any], found: Sequence[Results]) -> None:
    """Give a comparison its ``answer`` (sentences by language) and ``broken``, each of its parts its own, all together on top."""
    made["answer"], made["broken"] = {language: [] for language in LANGUAGES}, []
    for one, other in zip(made["comparisons"], found[1:], strict=True):
        facts = Consequences(found[0], other)
        one["answer"], one["broken"], one["since"] = in_both_languages(facts), broken(facts), facts.since
        title = settings.title(other.manifest["scenario"])
        for language in LANGUAGES:
            told = list(one["answer"][language])
            if len(found) > 2:  # whose answer it is
                told[0] = Words(language)("of_plan", plan=short_title(title[language]), text=told[0])
            made["answer"][language] += told
        made["broken"] += [{"scenario": one["other"], **each} for each in one["broken"]]


def add_parts(made: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """Give a comparison of one plan what its settings contribute (``parts``) and how what it breaks is repaired (``repairs``); a
    repair that was found is told after what it repairs.
    """
    made["parts"], made["repairs"] = extra["parts"], extra["repairs"]
    for language in LANGUAGES:
        told = [text for each in extra["repairs"] if (text := repair_sentence(each, Words(language)))]
        made["answer"][language][1:1] = told
        made["comparisons"][0]["answer"][language][1:1] = told


def repair_sentence(found: Mapping[str, Any], words: Words) -> str:
    """What repairs a promise and what it costs the county a year."""
    from sim.core.inputs.parameters import load_all

    numbers = OfficeNumbers(words)
    goal = re.split("（|: ", words.of(found["name"]))[0]
    known = load_all().parameters.get(found["lever"])
    if found["value"] is None or known is None:
        return words("repair_none", goal=goal)
    value = numbers.setting(_rounded(found["value"]), known.unit)
    own, public = found["own_yuan"], found.get("public_yuan", found["own_yuan"])
    by = "own" if own >= MOSTLY * public else "public"  # posts, for one, are paid by upper levels
    price = words(f"repair_price_{by}", money=numbers.money(own if by == "own" else public))
    facts = {"goal": goal, "lever": lever_name(known, words), "value": value, "price": price,
             "times": numbers.times(found["met"], found["runs"])}  # fmt: skip
    if found.get("kept", True):
        return words("repair_found", **facts)
    return words("repair_raised", plan=numbers.setting(_rounded(found["plan"]), known.unit), **facts)


def _rounded(value: float) -> float:
    """A setting to three figures."""
    return float(f"{value:.3g}")
