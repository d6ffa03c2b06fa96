"""Where a command runs its replications: on this machine, or on a Dask cluster that is running already."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from experiments.reporting.translations import Words
from sim.core.inputs.errors import InputError

if TYPE_CHECKING:
    from experiments.execution.dask_executor import Cluster
    from experiments.execution.worker_pool import Make


class Kind(StrEnum):
    """Where replications can run."""

    LOCAL = "local"
    DASK = "dask"


Executor = Annotated[Kind, typer.Option("--executor", help="Where to live them: processes of this machine, or a Dask cluster.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="With --executor dask: the scheduler, as tcp://host:8786.")
]


class Place:
    """Where replications run. ``executor`` makes an executor from a worker factory (None: processes of this machine), ``workers``
    is the number of workers. A ``with`` statement disconnects from a cluster.

    Raises InputError when the options contradict each other.
    """

    def __init__(self, kind: Kind, scheduler: str | None, workers: int | None, lang: str) -> None:
        if kind is Kind.DASK and not scheduler:
            raise InputError(
                "--executor", 0, "dask needs --scheduler ADDRESS, as the scheduler prints it: tcp://host:8786",
                "用 dask 时要写 --scheduler 地址，照调度器显示的写，如 tcp://host:8786"
            )  # fmt: skip
        if kind is Kind.LOCAL and scheduler:
            raise InputError("--scheduler", 0, "is for --executor dask", "只与 --executor dask 一起用")
        if kind is Kind.DASK and workers:
            raise InputError(
                "--workers", 0, "is for this machine; a Dask cluster has the workers that were started for it",
                "只用于本机；Dask 集群有多少工作进程，由启动时决定，请去掉这一项"
            )  # fmt: skip
        self.executor: Make | None = None
        self.workers = workers
        self._scheduler, self._words = scheduler, Words(lang)
        self._cluster: Cluster | None = None

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *problem: object) -> None:
        if self._cluster is not None:
            self._cluster.__exit__(*problem)

    def open(self, screen: Console) -> None:
        """Connect to the cluster, if one was named, and check that it fits; InputError if not. Call it before anything costly."""
        if self._scheduler is None:
            return
        from experiments.execution import dask_executor

        try:
            self._cluster = dask_executor.Cluster(self._scheduler)
        except dask_executor.NoCluster as reason:
            raise InputError.of("--scheduler", 0, reason) from None
        self.executor, self.workers = self._cluster.executor, self._cluster.first
        screen.print(self._words("say_cluster", workers=self.workers, scheduler=self._scheduler))
