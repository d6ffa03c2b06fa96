"""What ``warn`` looks at: a result folder or a scenario, and the levers and months to try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analyses import design, early_warning
from experiments.execution.runner import RunOptions
from experiments.execution.study import Study
from experiments.model_api import Point, load_model
from experiments.results import folder as results
from experiments.results.files import safe
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.parameters import load_all, month_within
from sim.core.inputs.resolve import month_name
from sim.scenario import load_scenario

TASK: Mapping[str, Any] = {"warn": "paired"}


@dataclass(frozen=True)
class Trial:
    """A lever set to a value from a month on."""

    lever: str
    setting: Any
    start: str
    point: Point


@dataclass(frozen=True)
class WarningRequest:
    """The scenario whose goals are looked at; ``results``: its result folder, None if only a scenario was named."""

    scenario: Any
    results: results.Results | None
    seed: int
    only_luck: bool
    runs: int

    @classmethod
    def of(cls, path: Path, seed: int | None, only_luck: bool, sets: Sequence[str]) -> "WarningRequest":
        """A folder or a file as named on the command line. Raises InputError."""
        if not path.is_dir():
            return cls(load_scenario(path, list(sets)), None, 2021 if seed is None else seed, only_luck=only_luck, runs=0)
        if sets or seed is not None or only_luck:
            raise InputError(
                path, 0, "is a result folder, which has its own settings: leave out --set, --seed and --only-luck",
                "这是结果文件夹，已有自己的设置；请去掉 --set、--seed 和 --only-luck"
            )  # fmt: skip
        try:
            found = results.open_folder(path)
        except ValueError as problem:
            raise InputError.of(path, 0, problem) from None
        manifest = found.manifest
        runs = manifest["replications"]["completed"]
        if runs < early_warning.LEAST_RUNS:
            raise InputError(
                path, 0, f"holds {runs} replications; {early_warning.LEAST_RUNS} are the least from which anything can be seen: "
                f"add some with 'xianjie run … --add-replications'",
                f"只有 {runs} 次推演，至少要 {early_warning.LEAST_RUNS} 次才能看出规律；"
                f"请用 xianjie run … --add-replications 补足"
            )  # fmt: skip
        try:
            scenario = load_model(manifest["lives"], from_file=True).restore_scenario(manifest["scenario"])
        except ValueError as problem:
            raise InputError.of(path, 0, problem) from None
        return cls(scenario, found, manifest["seed"], only_luck=manifest["only_luck"], runs=runs)

    def goals(self, wanted: Sequence[str], catalogue: Any) -> list[str]:
        """The goals named, or those that the paper sets. Raises InputError for one that there is not."""
        for name in wanted:
            if name not in catalogue.goals:
                raise InputError("--goal", 0, *unknown("there is no goal", "没有这个目标：", name, list(catalogue.goals)))
        return list(dict.fromkeys(wanted)) or [
            name for name, goal in catalogue.goals.items() if goal.headline or goal.weight > 0.0 or goal.after
        ]


def outlooks(request: WarningRequest, goals: Sequence[str], catalogue: Any, likely: float) -> dict[str, early_warning.Outlook]:
    """What can be seen of each goal in the replications of a result folder."""
    assert request.results is not None
    years = range(2021, 2021 + request.scenario.months // 12)
    columns = ["replication", "draw"]
    for name in goals:
        columns += [f"goal.{name}.met", *(f"goal.{name}.{year}" for year in years)]
    table = request.results.table("replications", columns)
    watched = {part for name in goals for part in (catalogue.goals[name].watched or "").split("/") if part}
    months = request.results.table("months", ["replication", *sorted(watched)])
    shape = (len(table), request.scenario.months)
    assert (months["replication"].to_numpy().reshape(shape)[:, 0] == table["replication"].to_numpy()).all()
    series = {name: months[name].to_numpy().reshape(shape) for name in watched}
    draws = table["draw"].to_numpy().astype(np.int64)
    found = {}
    for name in goals:
        goal = catalogue.goals[name]
        course = table[[f"goal.{name}.{year}" for year in years]].to_numpy(dtype=np.float64)
        met = table[f"goal.{name}.met"].to_numpy().astype(np.float64)
        end = early_warning.deadline_of(goal, request.scenario.months)
        found[name] = early_warning.outlook(
            met, course, early_warning.series_of(goal.watched, series), draws=draws, deadline=end, likely=likely
        )
    return found


def list_trials(scenario: Any, levers: str, starts: str, goals: Sequence[str], catalogue: Any) -> list[Trial]:
    """Every lever at every setting from every month. Raises InputError for what cannot be, before anything is run."""
    last = max(early_warning.deadline_of(catalogue.goals[name], scenario.months) for name in goals)
    months = []
    for text in starts.split(","):
        try:
            month = month_within(text.strip())
        except ValueError as problem:
            raise InputError.of("--from", 0, problem) from None
        if not 0 <= month < last:
            end = month_name(last - 1)
            raise InputError(
                "--from", 0, f"{text.strip()} does not lie between 2021-01 and {end}, when all is decided",
                f"{text.strip()} 不在 2021-01 至 {end} 之间；{end} 之后一切已成定局"
            )  # fmt: skip
        months.append(month)
    found = []
    seen: set[tuple] = set()
    for text in levers.split(","):
        lever, equals, value = text.strip().partition("=")
        parameter = load_all().parameters.get(lever)
        if parameter is None or parameter.role != "lever":
            known = [each.id for each in load_all().parameters.values() if each.role == "lever"]
            raise InputError("--levers", 0, *unknown("there is no lever", "没有这个政策措施：", lever, known))
        for month in months:
            record = {"from": month_name(month)}
            if equals:
                record["values"] = [yaml_file.parse(value, "--levers")]  # type: ignore[assignment]
            elif parameter.options is not None:
                record["values"] = list(parameter.options)  # type: ignore[assignment]
            try:
                factor = design.factor(lever, design.record_of(**record), "values" in record)
            except InputError as problem:
                raise InputError.of("--levers", 0, problem) from None
            except ValueError as problem:
                raise InputError.of("--levers", 0, problem, lever) from None
            settings = factor.levels or tuple(dict.fromkeys((factor.at(0.0), factor.at(1.0))))
            for setting in settings:
                if (meant := (lever, month, factor.canonical_value(setting))) in seen:
                    raise InputError(
                        "--levers", 0, f"{lever} = {setting} from {month_name(month)} is there twice; leave one out",
                        f"{lever} 从 {month_name(month)} 起取 {setting} 写了两次；请去掉一个"
                    )  # fmt: skip
                seen.add(meant)
                name = safe(f"{lever}-{month_name(month)}-{setting}")
                found.append(Trial(lever, setting, month_name(month), design.point(scenario, [factor], {lever: setting}, name)))
    return found


def run_rescues(
    request: WarningRequest,
    trials: Sequence[Trial],
    goals: Sequence[str],
    numbers: range,
    *,
    target: Path,
    likely: float,
    options: RunOptions,
) -> list[early_warning.Rescue]:
    """Run the same futures without and with every lever, into the journal of ``target``; goal by goal, what each does."""
    plain = Point("as-it-is", request.scenario)
    with Study(target, {request.scenario.id: request.scenario}, TASK, options) as study:
        study.run([(point, numbers) for point in (plain, *(each.point for each in trials))])
        without = study.outcomes(plain, numbers)
        found = [(each, study.outcomes(each.point, numbers)) for each in trials]
    return [
        early_warning.rescue(name, each.lever, each.setting, start=each.start, without=without, found=outcomes, likely=likely)
        for name in goals
        for each, outcomes in found
    ]
