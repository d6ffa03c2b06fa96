"""How something is run: the keywords that ``Scenario.run``, ``compare``, ``sweep`` and ``solve`` have in common."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ParamSpec, TypedDict, TypeVar

from sim.core.inputs.errors import InputError

LARGEST_SEED = 2**63 - 1

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


class OptionKeywords(TypedDict, total=False):
    """The fields of ``Options`` as keywords, for editors and type checkers."""

    seed: int
    workers: int | None
    out: str | os.PathLike[str] | None
    draw_parameters: bool
    progress: bool | None
    scheduler: str | None
    fresh: bool


@dataclass(frozen=True)
class Options:
    """How something is to be run; see ``Scenario.run``."""

    seed: int = 2021
    workers: int | None = None
    out: str | os.PathLike[str] | None = None
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


def takes_options(function: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
    """Name the fields of ``Options``, with their defaults, in the signature of a function of ``**options``: ``help()`` and
    notebooks show it.
    """
    signature = inspect.signature(function)
    own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    common = [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=each.type)
        for each in fields(Options)
    ]
    shown: Any = function
    shown.__signature__ = signature.replace(parameters=[*own, *common])
    return function


def whole_number(name: str, value: Any, low: int, high: int | None = None) -> None:
    """Raise InputError unless ``value`` is a whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < low or (high is not None and value > high):
        raise InputError(
            name, 0, f"must be a whole number of at least {low}, not {value!r}", f"应是不小于 {low} 的整数，不能是 {value!r}"
        )
