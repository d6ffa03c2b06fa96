"""Relations and stylised facts as one table on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.reporting.translations import Words


def answer(result: Mapping[str, Any], language: str) -> Iterator[RenderableType]:
    """One row for each: the sentence, how strict it is, what was measured, whether it holds, where in the model."""
    words = Words(language)
    yield words("selftest_head", size=f"{result['size']:g}", seeds=result["seeds"], lives=result["lives"])
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for column in ("column_id", "column_relation", "column_kind", "column_measured", "column_holds", "column_where"):
        table.add_column(words(column), overflow="fold")
    for row in result["relations"]:
        verdict = words("selftest_holds" if row["holds"] else "selftest_fails")
        table.add_row(
            row["id"],
            words.of(row["statement"]),
            words(f"selftest_{row['kind']}"),
            words.of(row["measured"]),
            verdict,
            row["where"],
        )
    for row in result["facts"]:
        table.add_row(
            row["id"],
            words.of(row["fact"]),
            words("selftest_fact"),
            fact_measured(row, words),
            fact_verdict(row, words),
            "experiments/validation/stylised_facts.py",
        )
    yield table
    strict = [row for row in result["relations"] if row["kind"] == "strict"]
    mean = [row for row in result["relations"] if row["kind"] == "mean"]
    tested = [row for row in result["facts"] if row["hit"] is not None]
    yield Text(
        words(
            "selftest_count",
            strict_held=sum(row["holds"] for row in strict),
            strict=len(strict),
            mean_held=sum(row["holds"] for row in mean),
            mean=len(mean),
            hits=sum(row["hit"] for row in tested),
            facts=len(tested),
        )  # fmt: skip
    )


def fact_measured(row: Mapping[str, Any], words: Words) -> str:
    """What the model shows against the band of the literature; or why it cannot be tested."""
    if row["hit"] is None:
        return words.of(row["why"])
    low, high = (None if row[end] is None else words.level(row[end], row["unit"]) for end in ("low", "high"))
    band = words("at_least", share=low) if high is None else words("at_most", share=high) if low is None else f"{low} – {high}"
    return words("with_range", value=words.quantity(row["value"], row["unit"]), range=band)


def fact_verdict(row: Mapping[str, Any], words: Words) -> str:
    """Hit, miss, or not tested."""
    return words("selftest_untested" if row["hit"] is None else "hit" if row["hit"] else "miss")
