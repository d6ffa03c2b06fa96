"""``xianjie screen``: which numbers each goal hangs on, from a few hundred lives."""

from typing import Annotated, Any

import typer

from experiments.commands import console
from experiments.commands.console import BASELINE, Fresh, Json, Lang, Language, Out, Quiet, Scenario, Seed, Workers, Yes
from experiments.commands.structure import Finding, again, keep


def screen(
    scenario: Scenario = BASELINE,
    points: Annotated[int, typer.Option(min=24, max=20_000, help="Lives, each with all assumptions drawn anew.")] = 240,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    finding: Finding = None,
    fresh: Fresh = False,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw all assumptions at once and rank them for every goal; `sensitivity` then looks at the few that stand out.

    Asked again after an interruption it goes on. Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 3 some lives failed,
    5 the disk is full, 130 interrupted.
    """  # noqa: E501
    with console.exit_codes():
        from experiments import lives, screening
        from experiments.commands import living, studying
        from experiments.files import safe
        from experiments.study import Study
        from sim.scenario import load_scenario

        chosen = load_scenario(scenario)
        catalogue = lives.find(lives.COUNTY).catalogue(chosen)
        factors = screening.factors_of(chosen)
        names = [each.id for each in factors]
        made_points = screening.points(chosen, factors, points, seed)
        target = out or living.OUTPUTS / safe(f"screen-{chosen.id}-{seed}-x{points}")
        messages = console.messages(quiet)
        studying.make_way(target, fresh, ("screening.json",))
        seconds = studying.announce(chosen, points, target, seed, workers, False, lang, messages)
        studying.confirm(seconds, yes, lang)
        task = {"screen": names, "points": points}
        with studying.ending(target, lang), studying.bar(points, lang, messages) as progress:
            teller = living.teller(messages, lang)
            with Study(target, {chosen.id: chosen}, seed, True, task, workers, lives.COUNTY, teller, progress) as study:
                kept, lived = screening.live(study, made_points, screening.measures(catalogue))
        headline = [name for name, goal in catalogue.goals.items() if goal.headline]
        arguments = [] if scenario == BASELINE else [str(scenario)]
        made: dict[str, Any] = {
            "command": again("screen", finding, arguments, points=points, seed=seed),
            "code": lives.find(lives.COUNTY).code(), "scenario": chosen.id, "seed": seed, "failed": points - len(kept),
            **screening.told(names, screening.rows_of(kept, names), lived, headline),
        }  # fmt: skip
        with studying.writing(target, lang):
            keep(made, target / "screening.json", finding)
        if as_json:
            console.show_json(made)
        else:
            from experiments.briefing import structure as briefing

            console.show(briefing.screened(made, catalogue.goals, lang, target))
        if made["failed"]:
            raise typer.Exit(console.Code.SOME_FAILED)
