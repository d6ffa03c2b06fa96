"""What a lever does, in a sentence: from the stored finding of ``xianjie effects``, which needs simulation runs."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.reporting.translations import Words
from sim.core.inputs import shipped
from sim.goals import COUNTY_ONLY, GOALS, INDICATORS
from sim.world.funds import fund_records

FINDING = Path("docs/findings/effects.json")
SIDES = ("off", "most")
LARGE = 1e5  # yuan, from which a change is put in millions
HUNDRED_MILLION = 100.0  # million yuan, from which an office says 亿元
SHOWN = 3  # outcomes named of each side in a table; a sentence names the first


def stored(root: Path = Path(".")) -> dict[str, Any]:
    """The finding under ``root``, else the shipped one; {} where there is none."""
    own = root / FINDING
    path = own if own.exists() else shipped.folder(FINDING.as_posix())
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def sentence(words: Words, effect: Mapping[str, Any] | None, tell: Callable[[Any], str] | None = None) -> str:
    """One sentence for a planner: what off and most clearly change, or that nothing is seen; ``tell``: how a value is told."""
    if effect is None:
        return words("sentence", text=words("effects_not_done"))
    if effect["verdict"] == "fixed":
        return words("sentence", text=words("effects_fixed"))
    parts = [side_text(words, effect, side, 1, tell) for side in SIDES if side in effect]
    return words("sentence", text=words("semicolon").join(parts))


def side_text(
    words: Words, effect: Mapping[str, Any], side: str, shown: int = SHOWN, tell: Callable[[Any], str] | None = None
) -> str:  # fmt: skip
    """What one side clearly changes: the first outcomes of the list, the public money, and what more is asked of purses that have
    no money for it.
    """
    lines = effect[side]["outcomes"]
    clear = [name for name, line in lines.items() if line["clear"]]
    chosen = [name for name in clear if not _is_money(name)][:shown] + [
        name for name in clear if name == "public_spending" or (name == "unpaid" and lines[name]["change"] > 0.0)
    ]
    value = effect[side]["value"]
    head = words("effects_off") if side == "off" else words("effects_most", value=(tell or _plain)(value))
    body = words("comma").join(_phrase(words, name, lines[name]) for name in chosen) or words("effects_nothing")
    return words("effects_side", head=head, body=body)


def payers(words: Words, effect: Mapping[str, Any]) -> str:
    """The purses that clearly pay more or less when the lever is turned."""
    names = {fund.name.lower(): record.name for fund, record in fund_records().items()}
    return words("comma").join(words.of(names[fund]) for fund in effect["pays"])


def _is_money(name: str) -> bool:
    return name in ("public_spending", "unpaid") or name.startswith("fund.")


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _phrase(words: Words, name: str, line: Mapping[str, Any]) -> str:
    """An outcome and its change, with the interval."""
    if _is_money(name):
        label, unit, scale = words("effects_unpaid" if name == "unpaid" else "effects_public"), "million yuan/year", 1.0
    else:
        first, _, part = name.partition(".")
        record = GOALS[first] if part == "margin" else {**INDICATORS, **COUNTY_ONLY}[first]
        label, unit, scale = words.of(record.name), record.unit, 1.0
        if part:
            label = words(f"effects_{part}", name=label)
        if unit == "yuan" and abs(line["change"]) >= LARGE:
            unit, scale = "million yuan", 1e-6
    if unit.startswith("million") and words.language == "zh":  # a county office reckons in 万元
        most = abs(line["change"]) * scale >= HUNDRED_MILLION
        unit = unit.replace("million yuan", "亿元" if most else "万元").replace("year", "年")
        scale *= 0.01 if most else 100.0
    low, high = (words.number(line[end] * scale, unit, sign=True) for end in ("low", "high"))
    change = words.quantity(line["change"] * scale, unit, True)
    span = words("range_signed", low=low, high=high)
    return words("effects_change", name=label, change=words("with_range", value=change, range=span))
