"""``xianjie facts``: stylised facts of the literature compared with the model, hits and misses."""

from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language, Quiet, Seed, Yes


def facts(
    lives: Annotated[int, typer.Option(min=1, max=console.MOST, help="Replications with support, and as many without.")] = 12,
    seed: Seed = 2021,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the model with what is known of poverty dynamics, and print every hit and every miss."""
    with console.exit_codes():
        from experiments.cli import study_run
        from experiments.cli.model.describe import show_list
        from experiments.reporting.translations import Words
        from experiments.validation import stylised_facts

        study_run.announce_here(console.progress_console(quiet), 2 * lives, seed, lang, yes)
        found = stylised_facts.lines(stylised_facts.measure(seed, lives))
        if as_json:
            console.show_json(found)
            return
        words = Words(lang)

        def band(line: dict) -> str:
            low, high = (None if line[end] is None else words.level(line[end], line["unit"]) for end in ("low", "high"))
            return (
                words("at_least", share=low)
                if high is None
                else words("at_most", share=high)
                if low is None
                else f"{low} – {high}"
            )

        shown = [
            {
                **line,
                "value": words.quantity(line["value"], line["unit"]),
                "band": band(line),
                "hit": words("hit" if line["hit"] else "miss"),
            }
            for line in found
        ]
        show_list(shown, ("id", "fact", "value", "band", "hit"), lang, False)
        console.show(
            [f"{fact}: {words.of(why['fact'])}: {words.of(why['why'])}" for fact, why in stylised_facts.UNTESTED.items()]
        )
        console.show([words("facts_count", hits=sum(line["hit"] for line in found), count=len(found))])
