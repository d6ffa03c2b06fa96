"""What all parts of a brief share: the result with its words, and how columns and cells are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.analyses import settings
from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Cell, Column, Kind, Place
from experiments.reporting.documents.measures import Measurements
from experiments.reporting.documents.probability_wording import Chance, Change
from experiments.reporting.translations import Words, is_nothing
from experiments.results.folder import Results


@dataclass(frozen=True)
class ReportContext:
    """A result as a brief reports it: its numbers, the words, and what it is compared with.

    ``other``: the title of the scenario it is compared with; None where that is the run without county policy.
    """

    measured: Measurements
    words: Words
    other: str | None = None

    @property
    def results(self) -> Results:
        """The result."""
        return self.measured.results

    @property
    def manifest(self) -> dict[str, Any]:
        """Its manifest."""
        return self.results.manifest

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self.words.of(settings.title(self.manifest["scenario"]))

    @property
    def last_month(self) -> str:
        """The month of the end, as written."""
        return self.manifest["months"][-1]

    @property
    def last_year(self) -> int:
        """The last year."""
        return int(self.last_month[:4])

    @property
    def headline(self) -> list[dict[str, Any]]:
        """The headline goals."""
        return [goal for goal in self.results.goals if goal["headline"] and "members" not in goal]

    @property
    def vantage(self) -> str:
        """The date whose knowledge the result rests on: the scenario's vantage, or the day of the run."""
        chosen = self.manifest["scenario"].get("vantage")
        return self.words("vantage", vantage=chosen) if chosen else self.words("vantage_run", day=self.day)

    @property
    def day(self) -> str:
        """The day of the run."""
        return str(self.manifest["run"]["started"])[:10]

    def twin(self, goal: Mapping[str, Any]) -> dict[str, Any] | None:
        """The goal's recorded twin; None if it has none."""
        return next((each for each in self.results.goals if each["id"] == f"{goal['id']}_observed"), None)

    def against(self, goal: Mapping[str, Any]) -> dict[str, Any] | None:
        """The line of the comparison with the base for a goal; None without a base."""
        comparison = self.measured.comparison
        return None if comparison is None else next((line for line in comparison["goals"] if line["id"] == goal["id"]), None)

    def command(self) -> str:
        """The command line that makes this result again."""
        return command(self.manifest)


def command(manifest: Mapping[str, Any]) -> str:
    """The command line that makes a result again, settings of the command line included."""
    scenario = manifest["scenario"]
    files = scenario.get("files") or [f"{scenario['id']}.yaml"]
    words = [
        "xianjie run",
        quote(files[-1]),
        f"--replications {manifest['replications']['requested']}",
        f"--seed {manifest['seed']}",
    ]
    if manifest["only_luck"]:
        words.append("--only-luck")
    if manifest.get("single_draws"):
        words.append("--single-draws")
    for entries in (scenario.get("overrides") or {}).values():
        words += [quote(entry["place"]) for entry in entries if str(entry["place"]).startswith("--set ")]
    return " ".join(words)


def quote(text: Any) -> str:
    """A word of a command line; in quotes where a shell would split it. ``--set key=value`` stays two words."""
    import shlex

    word = str(text)
    if word.startswith("--set "):
        return f"--set {shlex.quote(word.removeprefix('--set '))}"
    return shlex.quote(word)


def column(
    words: Words, id: str, kind: Kind = "text", width: float = 1.0, place: Place = "both", digits: int | None = None,
    label: str | None = None, meaning: str | None = None, titled: str | None = None,
) -> Column:  # fmt: skip
    """A column named and explained by the words, ``col_ID`` and ``explains_ID`` unless other labels are given.

    ``titled``: the column is named after this scenario.
    """
    name = words("col_titled", title=titled) if titled is not None else words(label or f"col_{id}")
    decimals = DIGITS.get(kind, 0) if digits is None else digits
    return Column(id, name, words(meaning or f"explains_{id}"), kind=kind, width=width, place=place, digits=decimals)


#: Decimals of a kind of column in a workbook, unless it says otherwise.
DIGITS = {"points": 1, "money": 2}


def share(chance: Chance | None, words: Words) -> Cell:
    """A probability for a workbook: a number, or a bound as text."""
    if chance is None:
        return Cell(None, words("unknown"))
    if chance.bound:
        return Cell(None, probability_wording.format_bound(chance, words))
    return Cell(round(chance.probability, 3), words.percent(chance.probability))


def part(value: float | None, kind: Kind, words: Words) -> Cell:
    """A plain number for a workbook, written out for a document."""
    if value is None or value != value:
        return Cell(None, words("unknown"))
    number = round(value, 4) if kind in ("share", "points") else value
    return Cell(number, words.percent(value) if kind == "share" else words.number(value, ""))


def points(change: Change | None, words: Words, levels: tuple[float, float] | None = None) -> str:
    """A change of a probability in whole points over its interval; the column says that they are points. ``levels``: both
    probabilities, which stand beside it in whole percent and have to differ by what it says.
    """
    if change is None:
        return words("unknown")
    if is_nothing(change.difference, change.low, change.high):
        return words("no_difference")
    whole = [round(100 * each) for each in (change.difference, change.low, change.high)]
    if levels is not None:
        whole[0] = round(100 * levels[1]) - round(100 * levels[0])
    middle, low, high = ((words.minus if each < 0 else "+" if each else "") + str(abs(each)) for each in whole)
    return words("with_range", value=middle, range=words("range_signed", low=low, high=high))
