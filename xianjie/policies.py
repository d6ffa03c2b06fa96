"""Policies as Python functions: the decorator, and what is kept of a function so that another process runs the same one."""

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cloudpickle

import sim.policies
from sim.core.inputs.errors import InputError, unknown
from xianjie.errors import in_both_languages
from xianjie.fingerprints import Unrecognisable, fingerprint

Function = Callable[..., None]


@in_both_languages()
def policy(after: str, pays: str, sees: str = "records", name: str | None = None) -> Callable[[Function], "Policy"]:
    """Make a policy of a function: it acts every month from January 2021, after one of the processes of the month.

    Parameters
    ----------
    after : str
        The process behind which it acts, such as "case_review"; ``xianjie month`` lists them in order.
    pays : str
        The fund that it pays from, one with a budget, such as "county_floor".
    sees : {"records", "truth"}
        What the administration has on file, or also what is so in the model.
    name : str, optional
        By default the function's.

    Returns
    -------
    callable
        A decorator; it makes a ``Policy``, which is added to a scenario with ``+``.

    Raises
    ------
    Error
        For a process or a fund that there is not (the nearest is named), and for parameters that nothing is handed to.

    Notes
    -----
    The function takes by name what it uses of ``county``, ``pay`` and ``draw``; parameters of its own need defaults.

    ``county.register["dibao"]`` or ``county.register.dibao`` is a column as an array that cannot be written to (units as in
    docs/reference/tables.en.md); ``county.year``, ``county.month`` (1 to 12), ``county.date`` ("2021-03"); ``county.fund(name)``
    is what a fund holds in yuan, ``county.setting(path)`` a lever's value this month.

    ``pay(rows, yuan)`` pays each household of these rows of ``households`` (numbers, or a mask) as transfer income, in this
    order, and returns for each row whether the fund sufficed. It is a line of the budget, ``policy_NAME``, and checked with the
    month's books.

    ``draw(decision, rows=None, every="month")`` gives each row, or all, a uniform number in (0, 1) that is the same in every
    scenario. Other randomness, the clock, and files are refused when the policy is added to a scenario.

    Examples
    --------
    >>> @policy(after="case_review", pays="county_floor")
    ... def heating(county, pay, yuan=300.0):
    ...     if county.month in (11, 12, 1, 2):
    ...         pay(county.register.dibao == 1, yuan)
    >>> heating
    xj.policy heating: after case_review, pays county_floor, sees records
    """

    @in_both_languages()
    def make(function: Function) -> Policy:
        made = Policy(function, str(name or getattr(function, "__name__", "")), after, pays=pays, sees=sees)
        sim.policies.check(made.name, after, pays, sees)
        for parameter in inspect.signature(function).parameters.values():
            positional = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            if positional or (parameter.name not in sim.policies.ARGUMENTS and parameter.default is parameter.empty):
                kind = "it is handed county, pay and draw, and parameters of its own need defaults: nothing is called"
                found = unknown(
                    kind, "能交给它的只有 county、pay、draw，其余参数要有默认值；没有", parameter.name, sim.policies.ARGUMENTS
                )
                raise InputError(f"policy {made.name}", 0, *found)
        if "county" not in inspect.signature(function).parameters:
            raise InputError(
                f"policy {made.name}",
                0,
                "a policy has a parameter 'county', by which it sees the county",
                "政策函数要有参数 county",
            )
        return made

    return make


@dataclass(frozen=True)
class Policy:
    """A policy that may be added to a scenario or a plan with ``+``. Made by the decorator ``policy``.

    Calling it calls the function.
    """

    function: Function = field(repr=False)
    name: str
    after: str
    pays: str
    sees: str = "records"

    def __call__(self, *arguments: Any, **named: Any) -> None:
        self.function(*arguments, **named)

    def kept(self) -> sim.policies.Policy:
        """What is kept of it in a scenario: as it is now, with the values that it uses.

        Raises InputError where it draws at random by itself, or uses what cannot be sent to another process.
        """
        where = f"policy {self.name}"
        try:
            known, reason = fingerprint(self.function, where), ""
        except Unrecognisable as unknown_:
            known, reason = "", str(unknown_)
        try:
            code = _bytes(self.function)
        except Exception as problem:
            raise InputError(
                where, 0, f"it uses what cannot be sent to another process ({type(problem).__name__}: {problem})",
                f"它用到了无法传给其他进程的内容；系统提示原文：{type(problem).__name__}: {problem}"
            ) from None  # fmt: skip
        return sim.policies.Policy(
            self.name, self.after, self.pays, sees=self.sees, code=code, fingerprint=known, source=self.source, reason=reason
        )

    @cached_property
    def source(self) -> str:
        """Its source text; empty where Python does not know it."""
        try:
            return textwrap.dedent(inspect.getsource(self.function))
        except (OSError, TypeError):
            return ""

    def __repr__(self) -> str:
        return f"xj.policy {self.name}: after {self.after}, pays {self.pays}, sees {self.sees}"


def _bytes(function: Function) -> bytes:
    """The function with all that it uses of its own module; a worker process need not find that module."""
    module = sys.modules.get(function.__module__)
    by_value = module is not None and function.__module__ != "__main__"
    if by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        value: bytes = cloudpickle.dumps(function)
        return value
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)
