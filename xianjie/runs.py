"""How a run is carried out from Python: where its files are, who works on it, and what is said meanwhile."""

import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.execution import reuse, runner
from experiments.execution.worker_pool import Make
from experiments.results import folder as results
from experiments.results import journal, output_folder
from sim.core.inputs.errors import InputError
from xianjie.display import Line, somebody_looks, words_in
from xianjie.errors import Error, Incomplete, in_both_languages
from xianjie.results import Result
from xianjie.scenarios import Scenario

LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Options:
    """How something is to be run; see ``Scenario.run``."""

    seed: int = 2021
    workers: int | None = None
    draw_parameters: bool = True
    progress: bool | None = None
    scheduler: str | None = None
    fresh: bool = False

    def check(self, replications: int) -> None:
        """Raise InputError for a number that cannot be."""
        whole_number("replications", replications, 1)
        whole_number("seed", self.seed, 0, LARGEST_SEED)
        if self.workers is not None:
            whole_number("workers", self.workers, 1)
            if self.scheduler is not None:
                raise InputError(
                    "workers", 0, "is for this machine; a Dask cluster has the workers that were started for it",
                    "只用于本机；Dask 集群有多少工作进程，由启动时决定，请去掉这一项"
                )  # fmt: skip


def whole_number(name: str, value: Any, low: int, high: int | None = None) -> None:
    """Raise InputError unless ``value`` is a whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < low or (high is not None and value > high):
        raise InputError(
            name, 0, f"must be a whole number of at least {low}, not {value!r}", f"应是不小于 {low} 的整数，不能是 {value!r}"
        )


class Folder:
    """Where the files of a result are: the folder that was named, or one that goes with the last object that holds this."""

    def __init__(self, out: "str | os.PathLike[str] | None") -> None:
        self.path = Path(tempfile.mkdtemp(prefix="xianjie-") if out is None else out)
        if out is None:
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@contextmanager
def place(options: Options) -> Iterator[tuple[Make | None, int | None, Line]]:
    """Where to run (None: processes of this machine), how many workers, and the line that says how far it is."""
    line = Line(somebody_looks() if options.progress is None else options.progress)
    with ExitStack() as stack:
        stack.callback(line.end)
        if options.scheduler is None:
            yield None, options.workers, line
            return
        from experiments.execution.dask_executor import Cluster

        cluster = stack.enter_context(Cluster(options.scheduler))
        yield cluster.executor, cluster.first, line


@in_both_languages()
def run(scenario: Scenario, replications: int, out: "str | os.PathLike[str] | None", options: Options) -> Result:
    """Run a scenario; see ``Scenario.run``."""
    options.check(replications)
    folder = Folder(out)
    with place(options) as (executor, workers, line):
        one(scenario, folder.path, replications, options, (executor, workers, line))
    return Result(folder.path, folder)


def one(scenario: Scenario, out: Path, replications: int, options: Options, where: tuple[Make | None, int | None, Line]) -> None:
    """Run one scenario in ``out``. Raises what ``Scenario.run`` raises."""
    executor, workers, line = where
    work = _make_way(scenario, out, replications, options)
    try:
        wanted = runner.RunOptions(
            replications=replications,
            seed=options.seed,
            workers=workers,
            only_luck=not options.draw_parameters,
            executor=executor,
            on_status=line.say,
            on_progress=line,
        )
        outcome = runner.run(scenario.checked, work, wanted)
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
    work = reuse.make_way(out, "run", now, options.fresh, "out")
    done = sum(len(numbers) for numbers in journal.stored_replications(work / output_folder.JOURNAL).values())
    if done > replications:
        raise InputError(
            "out", 0, f"{out} holds {done} replications already: ask for as many, name another folder, or fresh=True",
            f"{out} 里已有 {done} 遍模拟：请要同样多的遍数，另写一个文件夹，或写 fresh=True 重算"
        )  # fmt: skip
    return work


def _say_failed(out: Path, completed: int, failed: int) -> None:
    """Warn of replications that failed; Error if there are no others."""
    facts = {"failed": failed, "total": completed + failed, "error": results.Results(out).failures[0]["error"]}
    english, chinese = (words_in(each)("python_failed", **facts) for each in ("en", "zh"))
    if not completed:
        raise Error(english, chinese)
    warnings.warn(f"{chinese}\n{english}", RuntimeWarning, stacklevel=2)
