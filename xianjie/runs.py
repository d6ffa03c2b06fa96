"""How a run is carried out from Python: where its files are, who works on it, and what is said meanwhile."""

import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from experiments.execution import reuse, runner
from experiments.results import folder as results
from experiments.results import journal, output_folder
from sim.core.inputs.errors import InputError, recorded_problem
from xianjie.display import Line, somebody_looks, words_in
from xianjie.errors import Error, Incomplete, in_both_languages
from xianjie.options import Options
from xianjie.results import Result
from xianjie.scenarios import Scenario


class Folder:
    """Where the files of a result are: the folder that was named, or one that goes with the last object that holds this."""

    def __init__(self, out: "str | os.PathLike[str] | None") -> None:
        self.path = Path(tempfile.mkdtemp(prefix="xianjie-") if out is None else out)
        if out is None:
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@contextmanager
def place(options: Options) -> Iterator[runner.RunOptions]:
    """Where to run, and with how many workers; a line says how far it is."""
    line = Line(somebody_looks() if options.progress is None else options.progress)
    here = runner.RunOptions(
        seed=options.seed,
        workers=options.workers,
        only_luck=not options.draw_parameters,
        on_status=line.say,
        on_progress=line,
    )
    with ExitStack() as stack:
        stack.callback(line.end)
        if options.scheduler is None:
            yield here
            return
        from experiments.execution.dask_executor import Cluster

        cluster = stack.enter_context(Cluster(options.scheduler))
        yield replace(here, executor=cluster.executor, workers=cluster.first)


@in_both_languages()
def run(scenario: Scenario, replications: int, options: Options) -> Result:
    """Run a scenario; see ``Scenario.run``."""
    options.check(replications)
    folder = Folder(options.out)
    with place(options) as here:
        one(scenario, folder.path, options, replace(here, replications=replications))
    return Result(folder.path, folder)


def one(scenario: Scenario, out: Path, options: Options, where: runner.RunOptions) -> None:
    """Run one scenario in ``out``. Raises what ``Scenario.run`` raises."""
    work = _make_way(scenario, out, where.replications, options)
    try:
        outcome = runner.run(scenario.checked, work, where)
    except runner.Refused as reason:
        raise reuse.unjoinable("out", out, reason) from None
    if outcome.problem:
        english, chinese = (words_in(each)("python_halted", problem=outcome.problem) for each in ("en", "zh"))
        raise Incomplete(english, chinese)
    if outcome.interrupted:
        raise KeyboardInterrupt
    reuse.end(out, work)
    if outcome.failed:
        _say_failed(out, outcome.completed, outcome.failed)


def _make_way(scenario: Scenario, out: Path, replications: int, options: Options) -> Path:
    """Where to write: ``out``, or a place beside the result in it that is made anew. InputError rather than touch or lose any."""
    now = reuse.inputs_of({scenario.id: scenario.checked}, options.seed, not options.draw_parameters)
    work = reuse.make_way(out, "run", now, options.fresh, option="out")
    done = sum(len(numbers) for numbers in journal.stored_replications(work / output_folder.JOURNAL).values())
    if done > replications:
        raise InputError(
            "out", 0, f"{out} holds {done} replications already: ask for as many, name another folder, or fresh=True",
            f"{out} 里已有 {done} 次推演：请要同样多的次数，另写一个文件夹，或写 fresh=True 重算"
        )  # fmt: skip
    return work


def _say_failed(out: Path, completed: int, failed: int) -> None:
    """Warn of replications that failed; Error if there are no others."""
    facts, why = {"failed": failed, "total": completed + failed}, results.Results(out).failures[0]["error"]
    english, chinese = (words_in(each)("python_failed", **facts, error=recorded_problem(why, each)) for each in ("en", "zh"))
    if not completed:
        raise Error(english, chinese)
    warnings.warn(f"{chinese}\n{english}", RuntimeWarning, stacklevel=2)
