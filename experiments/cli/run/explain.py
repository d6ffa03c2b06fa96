"""``xianjie explain``: one household's story in words, and candidates for one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Json, Lang, Language, OnlyLuck, Seed, Sets

SHOWN = 30


def explain(
    context: typer.Context,
    household: Annotated[int | None, typer.Option(min=0, help="The household's number.")] = None,
    find: Annotated[str | None, typer.Option(help="List candidates: relapsed, served-late or never-noticed.")] = None,
    town: Annotated[str | None, typer.Option(help="With --find: only this township, by a part of its name.")] = None,
    cause: Annotated[str | None, typer.Option(help="With --find: only this cause, such as illness.")] = None,
    year: Annotated[int | None, typer.Option(min=2021, max=2035, help="With --find: only this year.")] = None,
    identified: Annotated[
        bool | None, typer.Option("--identified/--unidentified", help="With --find: only those identified by the end, or not.")
    ] = None,
    scenario: Annotated[Path, typer.Option(help="The scenario it is run in.")] = BASELINE,
    beside: Annotated[Path | None, typer.Option(help="A second scenario, shown beside the first.")] = None,
    replication: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Which replication of the run.")] = 0,
    seed: Seed = 2021,
    only_luck: OnlyLuck = False,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Run one replication again and tell one household's story: what happened, who noticed, what was paid, how it ended."""
    with console.exit_codes():
        from sim.core.inputs.errors import InputError, one_of
        from sim.household_trace import FINDS
        from sim.scenario import load_scenario

        if (household is None) == (find is None):
            raise InputError(
                "explain", 0, "say either --household N or --find relapsed, served-late or never-noticed",
                "请在 --household N 与 --find relapsed、served-late、never-noticed 中选一种"
            )  # fmt: skip
        if find is not None:
            console.refuse_given(
                context, "is for --household; leave it out", "只与 --household 一起用；请去掉", "beside"
            )  # fmt: skip
        if find is None:
            console.refuse_given(
                context, "is for --find; leave it out", "只与 --find 一起用；请去掉", "town", "cause", "year", "identified"
            )
        if find is not None and find not in FINDS:
            raise InputError("--find", 0, *one_of(find, list(FINDS)))
        chosen = [load_scenario(path, sets or []) for path in (scenario, beside) if path is not None]
        address = {"seed": seed, "replication": replication, "only_luck": only_luck}
        if find is not None:
            wanted = Filter(town, _cause_code(cause), year, identified)
            _list_candidates(find, chosen[0], address, wanted, lang=lang, as_json=as_json)
            return
        assert household is not None
        _print_story(household, chosen, address, lang=lang, as_json=as_json)


def _found_county(scenario: Any, seed: int, replication: int, only_luck: bool) -> Any:
    """The county of a replication, founded as the runner does."""
    from sim.county import County, parameter_draw_of, sample_values

    number = None if only_luck else parameter_draw_of(replication)
    return County(scenario, sample_values(scenario, seed, number), seed, replication)


@dataclass(frozen=True)
class Filter:
    """Which candidates are wanted: a part of the township's name, a cause, a year, identified or not; None for any."""

    town: str | None = None
    cause: str | None = None
    year: int | None = None
    identified: bool | None = None

    def fits(self, each: dict[str, Any]) -> bool:
        """Whether a candidate is wanted."""
        town = self.town is None or any(self.town.casefold() in name.casefold() for name in each["township"].values())
        cause = self.cause is None or each["cause"] == self.cause
        year = self.year is None or 2021 + each["month"] // 12 == self.year
        return town and cause and year and (self.identified is None or each["identified"] == self.identified)


def _cause_code(cause: str | None) -> str | None:
    """The code of a cause that a person names in either language; InputError, naming the nearest, if there is none."""
    from experiments.reporting.household_story import StoryWriter
    from sim.core.inputs.errors import InputError, one_of
    from sim.world.codes import Cause

    if cause is None:
        return None
    names = {each.name: {each.name.lower(), *(StoryWriter(lang, {})("codes", each.name) for lang in Language)} for each in Cause}
    found = next((code for code, known in names.items() if cause in known), None)
    if found is None:
        raise InputError("--cause", 0, *one_of(cause, sorted(set().union(*names.values()))))
    return found


def _list_candidates(kind: str, scenario: Any, address: dict[str, Any], wanted: Filter, *, lang: Language, as_json: bool) -> None:
    from experiments.cli.model.describe import show_list
    from experiments.reporting.household_story import StoryWriter
    from sim.core.inputs.errors import InputError
    from sim.county import catalogue
    from sim.household_trace import candidates, fund_names

    names = catalogue(scenario)
    if wanted.town is not None and not any(Filter(wanted.town).fits({"township": each}) for each in names.townships):
        towns = {lang: [each[lang] for each in names.townships] for lang in ("en", "zh")}
        raise InputError(
            "--town", 0, f"no township has '{wanted.town}' in its name; they are {', '.join(towns['en'])}",
            f"没有名称含“{wanted.town}”的乡镇；有 {'、'.join(towns['zh'])}"
        )  # fmt: skip
    every = [
        {**each, "township": names.townships[each["township"]], "segment": names.segments[each["segment"]]}
        for each in candidates(_found_county(scenario, **address), kind)
    ]
    found = [each for each in every if wanted.fits(each)]
    if as_json:
        console.show_json(found)
        return
    telling = StoryWriter(lang, fund_names())
    lines = [
        {
            **each,
            "month": telling.month(each["month"]),
            "household": each["row"],
            "cause": _cause_name(each["cause"], telling, lang),
        }
        for each in found[:SHOWN]
    ]
    if lines:
        show_list(lines, ("household", "month", "cause", "township", "segment", "members"), lang, False)
    console.show([telling("page", "found", count=len(found))])


def _cause_name(code: str, telling: Any, lang: Language) -> str:
    """A cause in words; unknown where none stood out."""
    from experiments.reporting.translations import Words

    text: str = Words(lang)("unknown") if code == "NONE" else telling("codes", code)
    return text


def _print_story(row: int, scenarios: list[Any], address: dict[str, Any], lang: Language, as_json: bool) -> None:
    from experiments.reporting.household_story import StoryWriter
    from sim.core.inputs.errors import InputError
    from sim.county import catalogue
    from sim.household_trace import HouseholdTrace, end_of, fund_names

    telling = StoryWriter(lang, fund_names())
    first = _found_county(scenarios[0], **address)
    rows = first.tables["households"]
    if row >= len(rows):
        last = len(rows) - 1
        raise InputError(
            "--household", 0, f"there is no household {row}; they are numbered from 0 to {last}",
            f"没有第{row}号农户；编号为0至{last}"
        )  # fmt: skip
    identity = int(rows["identity"][row])
    stories: list[Any] = []
    months = []
    for number, scenario in enumerate(scenarios):
        county = first if number == 0 else _found_county(scenario, **address)
        life = HouseholdTrace(county, identity)
        stories.append((scenario, life.facts, end_of(county, life.row)))
        months.append(life.months)
    names = catalogue(scenarios[0])
    if as_json:
        console.show_json([
            {"scenario": scenario.id, "title": scenario.title, **address, "end": end,
             "township": names.townships[end["township"]], "segment": names.segments[end["segment"]],
             "facts": [vars(fact) for fact in facts], "months": stood}
            for (scenario, facts, end), stood in zip(stories, months)
        ])  # fmt: skip
        return
    for scenario, _facts, end in stories:
        place, kind = names.townships[end["township"]][lang], names.segments[end["segment"]][lang]
        values = {"row": row, "township": place, "segment": kind, "title": scenario.title[lang], **address}
        console.show([telling("page", "heading", **values)])
    if stories[0][2]["weight"] > 1:
        console.show([telling("page", "weight", weight=stories[0][2]["weight"])])
    console.show([_build_table(stories, telling, lang)])
    for scenario, facts, end in stories:
        lines = telling.ending(end, facts)
        console.show([f"{scenario.title[lang]}：" if lang == "zh" else f"{scenario.title[lang]}:"] if len(stories) > 1 else [])
        console.show(lines)


def _build_table(stories: list[Any], telling: Any, lang: Language) -> Any:
    """Month by month, the scenarios beside each other."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(telling("page", "column_month"), no_wrap=True)
    for scenario, _facts, _end in stories:
        table.add_column(scenario.title[lang], overflow="fold", ratio=1)
    months = sorted({fact.month for _scenario, facts, _end in stories for fact in facts})
    for month in months:
        cells = [
            "\n".join(telling.fact(fact.kind, fact.values) for fact in facts if fact.month == month) for _s, facts, _e in stories
        ]
        table.add_row(telling.month(month), *cells)
    return table
