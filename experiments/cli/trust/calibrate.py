"""``xianjie calibrate``: from published figures to the plausible ensemble."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Fresh, Json, Lang, Language, Out, Quiet, Workers, Yes


def calibrate(
    context: typer.Context,
    workers: Workers = None,
    out: Out = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Only show whether known truth is found again; half of the replications.")
    ] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Store the ensemble with the project, where 'run' takes it from.")
    ] = False,
    fresh: Fresh = False,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Calibrate the assumptions of experiments/validation/calibration.yaml on the published figures of 2022 or earlier.

    Two waves of history matching, then approximate Bayesian computation, after showing on runs with known parameters that these
    are recovered. Repeated after an interruption, it goes on. Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 5 the
    disk is full, 130 interrupted.
    """
    with console.exit_codes():
        if synthetic:
            console.refuse_given(
                context, "does nothing with --synthetic, which makes no ensemble; leave one of them out",
                "与 --synthetic 同用时不起作用，因为不产生参数集合；请去掉其中一个", "store"
            )  # fmt: skip
        from experiments import model_api
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution.study import Study
        from experiments.results import output_folder
        from experiments.statistics import history_matching
        from experiments.validation import calibration as calibration_study
        from experiments.validation import published_figures
        from sim.core.inputs.errors import InputError

        work = calibration_study.CalibrationPlan(calibration_study.load())
        run = StudyRun(
            "calibrate",
            {work.scenario.id: work.scenario},
            work.task,
            RunRequest(seed=work.spec.seed, workers=workers, lang=lang, fresh=fresh),
            stem=f"calibrate-{work.scenario.id}-{work.spec.seed}",
            out=out,
            quiet=quiet,
        )
        count = work.spec.waves[0] if synthetic else work.replications
        run.begin(count, yes)
        code = model_api.load_model(model_api.COUNTY).code()
        with run.running(count) as options, Study(run.work, run.scenarios, work.task, options, outcomes_only=False) as study:
            recovery = calibration_study.recover(work, study)
            if synthetic:
                made: dict[str, Any] = {"recovery": calibration_study.recovery_record(work.names, recovery)}
            else:
                try:
                    result = calibration_study.calibrate(work, study)
                except history_matching.TooImplausible as reason:
                    raise InputError(
                        published_figures.FILE,
                        0,
                        f"no ensemble: {reason.english}; state larger errors, or fewer figures",
                        f"得不到参数集合：{reason.chinese}；请把误差写大些，或少用几项数字",
                    ) from None
                made = calibration_study.summary(work, result, recovery, code)
        with run.finishing(), output_folder.building(run.work) as new:
            _write(new, made)
            if not synthetic:
                calibration_study.store(work, result, code, new / "ensemble.csv")
        if store and not synthetic:
            calibration_study.store(work, result, code)
        if as_json:
            console.show_json({**made, "out": str(run.target)})
        else:
            from experiments.reporting.terminal import calibration

            console.show(calibration.answer(made, lang, run.target))


def _write(target: Path, made: dict[str, Any]) -> None:
    from experiments.results import folder as results
    from experiments.results.files import as_json, write_csv, write_text

    rows = made["recovery"]["assumptions"]
    write_csv(target / "recovery.csv", [{"assumption": name, **row} for name, row in rows.items()])
    if "figures" not in made:
        write_text(target / "synthetic.json", as_json(made))
        return
    write_text(target / "calibration.json", as_json(made))
    write_csv(target / "figures.csv", [results.flat(_split_ranges(line)) for line in made["figures"]])
    write_csv(target / "assumptions.csv", [results.flat(_split_ranges(line)) for line in made["learned"]])


def _split_ranges(line: dict[str, Any]) -> dict[str, Any]:
    """A line with a column for each end of a range or a band."""
    row: dict[str, Any] = {}
    for key, value in line.items():
        if isinstance(value, (list, tuple)):
            ends = ("low", "high") if len(value) == 2 else ("low", "middle", "high")
            row |= {f"{key}_{end}": each for end, each in zip(ends, value)}
        else:
            row[key] = value
    return row
