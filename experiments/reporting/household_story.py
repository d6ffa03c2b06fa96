"""The story of one household: sentences made by fixed rules from the facts of ``sim.household_trace``."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from experiments.reporting.translations import LANGUAGES, Words

ADULT = 16  # years
CODES = ("was", "now", "cause", "channel", "help", "loan", "line")
#: Values that are shares.
SHARES = ("share", "expected", "neighbours")


@cache
def _book() -> dict[str, dict[str, dict[str, str]]]:
    return yaml.safe_load((Path(__file__).parent / "life.yaml").read_text(encoding="utf-8"))


class StoryWriter:
    """Writes facts as sentences in one language; ``funds``: both names of every purse."""

    def __init__(self, language: str, funds: Mapping[str, Mapping[str, str]]) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"the languages are {', '.join(LANGUAGES)}, not '{language}'")
        self.language, self.funds = language, funds

    def __call__(self, part: str, name: str, **values: Any) -> str:
        """A phrase of ``life.yaml`` with its values; KeyError if there is none."""
        return _book()[part][name][self.language].format(**values)

    def _yuan(self, yuan: float) -> str:
        return Words(self.language).grouped(f"{yuan:,.0f}")

    def month(self, month: int) -> str:
        """A month, counted from January 2021 as 0, written as 2022-07."""
        return f"{2021 + month // 12}-{month % 12 + 1:02d}"

    def fact(self, kind: str, values: Mapping[str, Any]) -> str:
        """The sentence of a fact; ``kind`` and ``values`` as in ``sim.household_trace.Fact``."""
        phrases = {name: self._value(name, value) for name, value in values.items()}
        if "age" in values:
            phrases["who"] = self._person(values)
        phrases["major"] = self("words", "major") if values.get("major") else ""
        phrases["since"] = self("words", "since", months=values["months"]) if values.get("months") is not None else ""
        phrases["by"] = self("words", "by", funds=phrases["funds"]) if values.get("funds") else ""
        for name in ("who", "funds", "help", "loan"):
            if name in phrases:
                phrases[name.capitalize()] = phrases[name][:1].upper() + phrases[name][1:]
        return self("facts", kind, **phrases)

    def _person(self, values: Mapping[str, Any]) -> str:
        young = values["age"] < ADULT
        sex = ("girl" if young else "female") if values["female"] else ("boy" if young else "male")
        return self("words", "person", age=values["age"], sex=self("words", sex))

    def _value(self, name: str, value: Any) -> Any:
        if name in CODES and isinstance(value, str):
            return self("codes", value)
        if name == "process":
            return self("processes", value)
        if name == "funds":
            return self("words", "and").join(self.funds[fund][self.language] for fund in value)
        if name in SHARES:
            return f"{100 * value:.0f}%" if self.language == "zh" else f"{100 * value:.0f} %"
        return self._yuan(value) if isinstance(value, float) else value

    def ending(self, end: Mapping[str, Any], facts: Iterable[Any]) -> list[str]:
        """Sentences on the end: where it stands, how many months below the line, and who paid what."""
        facts = list(facts)
        numbers = {"net": self._yuan(end["net_per_head"]), "line": self._yuan(end["line"])}
        last = "ended_gone" if end["members"] == 0 else "ended_below" if end["below"] else "ended_above"
        lines = [self("page", last, **numbers)]
        months = months_below(facts, end)
        if months:
            noticed = self("page", "was_identified" if end["identified"] else "was_not_identified")
            lines.append(self("page", "months_below", months=months, noticed=noticed))
        else:
            lines.append(self("page", "never_below"))
        sums: dict[str, float] = {}
        for fact in facts:
            if fact.kind in ("help_delivered", "received") and fact.values["funds"]:
                purse = self("words", "and").join(self.funds[fund][self.language] for fund in fact.values["funds"])
                sums[purse] = sums.get(purse, 0.0) + fact.values["yuan"]
        if sums:
            items = (self("page", "paid_item", fund=fund, yuan=self._yuan(yuan)) for fund, yuan in sums.items())
            lines.append(self("page", "paid", sums=self("words", "and").join(items)))
        return lines


def months_below(facts: Iterable[Any], end: Mapping[str, Any]) -> int:
    """Months below the line, from the facts of falling and rising; a last spell lasts to the end."""
    total, since, last = 0, None, 0
    for fact in facts:
        last = max(last, fact.month)
        if fact.kind == "fell_below":
            since = fact.month
        elif fact.kind == "rose_above":
            total += fact.values["months"]
            since = None
    if since is not None and end["below"]:
        total += last - since + 1
    return total
