"""The scoreboard as text: how likely each goal is, by what margin, and how much of the spread is luck.

Plain lines for a terminal of any width and any encoding a Chinese console has (GBK knows no minus sign but
the hyphen).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from experiments.briefing.words import Words, bound, margin, probability

RARE = 0.01
LABEL = 12
INHERITED = "inherited"
FAMILIES = ("headline", *"GRLZECHFB", "other", "joint")


def lines(
    manifest: Mapping[str, Any],
    goals: Sequence[Mapping[str, Any]],
    audit: Sequence[Mapping[str, Any]],
    language: str,
) -> Iterator[str]:
    """The whole answer of a run, line by line."""
    words = Words(language)
    yield from _head(manifest, goals, words)
    for heading, group in groups(goals):
        yield ""
        yield words(heading)
        for goal in group:
            yield from _goal(goal, words)
    yield ""
    yield words("margin_meaning")
    yield ""
    yield words("heading_definitions")
    for goal in goals:
        if "definition" in goal:
            yield f"{_label(goal['id'])}{words.of(goal['definition'])}"
    yield from _audit(audit, words)


def groups(goals: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Goals under their headings: the headline, then families by the letter of their ids, then all jointly.

    A recorded goal (``ID_observed``) follows the true one wherever that stands. Yields the heading's label
    and its goals.
    """
    single = [goal for goal in goals if "members" not in goal]
    twins = {goal["id"].removesuffix("_observed"): goal for goal in single if goal["observed"]}
    places: dict[str, list[Mapping[str, Any]]] = {f"heading_{name}": [] for name in FAMILIES}
    for goal in single:
        if goal["observed"] and any(other["id"] == goal["id"].removesuffix("_observed") for other in single):
            continue
        family = "headline" if goal["headline"] else goal["id"][0] if goal["id"][0] in FAMILIES else "other"
        place = places[f"heading_{family}"]
        place.append(goal)
        if not goal["observed"] and goal["id"] in twins:
            place.append(twins[goal["id"]])
    for goal in goals:
        if "members" in goal:
            places["heading_headline" if goal["headline"] else "heading_joint"].append(goal)
    yield from ((heading, group) for heading, group in places.items() if group)


def _head(manifest: Mapping[str, Any], goals: Sequence[Mapping[str, Any]], words: Words) -> Iterator[str]:
    scenario, counts = manifest["scenario"], manifest["replications"]
    if words.of(scenario.get("title")):
        yield words.of(scenario["title"])
    parts = [words("lived", runs=counts["completed"], **span(manifest)), *basis(manifest, goals, words)]
    yield words("sentence", text=words("comma").join(parts))
    if not manifest["complete"]:
        yield words("incomplete", **counts)
    elif counts["failed"]:
        yield words("some_failed", failed=counts["failed"])


def span(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The first and the last month of the lives, as text."""
    return {"first": manifest["months"][0], "last": manifest["months"][-1]}


def basis(manifest: Mapping[str, Any], goals: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """What the probabilities rest on: draws, seed, vantage."""
    draws = goals[0]["draws"] if goals else 0
    vantage = manifest["scenario"].get("vantage")
    return [
        words("lived_luck") if manifest["only_luck"] else words("lived_pairs", draws=draws),
        words("seed", seed=manifest["seed"]),
        words("vantage", vantage=vantage) if vantage else words("vantage_today"),
    ]


def _goal(goal: Mapping[str, Any], words: Words) -> Iterator[str]:
    """One goal on two lines: name and result, then what stands beside it.

    Below 1 % and above 99 % the probability is mostly a statement about the number of runs, so the margin
    leads.
    """
    jointly = "members" in goal
    name = words.of(goal["name"])
    label = _label(
        "+".join(goal["members"]) if jointly and len(goal["members"]) <= 3 else "" if jointly else goal["id"]
    )
    chance = goal["probability"]
    if chance is None:
        yield f"{label}{name}  {words('unknown')}"
        return
    # Of a bound only the weaker end is known: 0 of 100 runs are no more than "very unlikely".
    said = words.chance({"below": goal["high"], "above": goal["low"], None: chance}[goal["bound"]])
    if jointly:
        yield f"{label}{name}  {_chance(goal, words)}  {said}"
        return
    middle, around = margin(words, goal)
    apart = words("margin", margin=middle, range=around)
    if chance < RARE or chance > 1 - RARE:
        yield f"{label}{name}  {apart}"
        yield f"{_label('')}{_chance(goal, words)}{words('semicolon')}{_shares(goal, words)}"
    else:
        yield f"{label}{name}  {_chance(goal, words)}  {said}"
        yield f"{_label('')}{apart}{words('semicolon')}{_shares(goal, words)}"


def _chance(goal: Mapping[str, Any], words: Words) -> str:
    """The probability; a rare or a near certain one as a count of runs."""
    chance, runs = goal["probability"], goal["runs"]
    if goal["bound"]:
        label = "met_none" if goal["bound"] == "below" else "met_all"
        return words(label, runs=runs, bound=bound(words, goal))
    if chance < RARE or chance > 1 - RARE:
        interval = words.percents(goal["low"], goal["high"])
        return words("met_some", count=round(chance * runs), runs=runs, interval=interval)
    return probability(words, goal)


def _shares(goal: Mapping[str, Any], words: Words) -> str:
    if goal["luck"] is None:
        return words("shares_unknown")
    if goal["ignorance_negative"]:
        return words("shares_negative")
    return words("shares", luck=words.percent(goal["luck"]), ignorance=words.percent(goal["ignorance"]))


def _audit(audit: Sequence[Mapping[str, Any]], words: Words) -> Iterator[str]:
    """Quantities of the founding population that missed their target, and who is below the line from the
    start.
    """
    inherited = [line for line in audit if INHERITED in line["id"]]
    checked = [line for line in audit if INHERITED not in line["id"]]
    missed = [line for line in checked if not line["ok"]]
    yield ""
    yield words("heading_audit")
    if not missed:
        yield f"  {words('audit_kept', count=len(checked))}"
    else:
        yield f"  {words('audit_missed', count=len(checked), missed=len(missed))}"
    for line in missed:
        numbers = {part: words.number(line[part], "") for part in ("target", "achieved")}
        yield f"  {words('audit_line', id=line['id'], status=line['status'], **numbers)}"
    if inherited:
        yield ""
        yield words("heading_inherited")
    for line in inherited:
        numbers = {part: words.number(line[part], "") for part in ("achieved", "lowest", "highest")}
        yield f"  {words('inherited_line', id=line['id'], **numbers)}"


def profile(times: Mapping[str, float], language: str) -> Iterator[str]:
    """Milliseconds of each process of the month, slowest first, and their sum."""
    words = Words(language)
    yield words("heading_profile")
    width = max((cell_len(name) for name in times), default=0)
    for name, milliseconds in sorted(times.items(), key=lambda item: -item[1]):
        yield f"  {name}{' ' * (width - cell_len(name))}  {milliseconds:9.2f}"
    total = words("total")
    yield f"  {total}{' ' * (width - cell_len(total))}  {sum(times.values()):9.2f}"


def _label(text: str) -> str:
    """An id padded to the width of its column, two spaces in."""
    return f"  {text}{' ' * max(1, LABEL - cell_len(text))}"
