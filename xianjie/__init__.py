"""Xianjie 衔接 in Python: a county's plan, run many times, compared, swept and solved for.

>>> import xianjie as xj
>>> plan = xj.scenario("baseline").set({"public_posts.count": 3000})
>>> plan.months
60

Every public name is listed in ``xj.__all__`` and described in docs/python.md; nothing else is promised. Names are imported when
they are first used, so that ``import xianjie`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.world import codes
    from xianjie.comparisons import Comparison, compare
    from xianjie.display import language
    from xianjie.errors import Error, Incomplete
    from xianjie.policies import Policy, policy
    from xianjie.results import Result, load
    from xianjie.scenarios import Plan, Scenario, plan, scenario
    from xianjie.studies import Solution, Sweep, solve, sweep

#: Where each public name is defined.
_PLACES = {
    "Comparison": "xianjie.comparisons",
    "Error": "xianjie.errors",
    "Incomplete": "xianjie.errors",
    "Plan": "xianjie.scenarios",
    "Policy": "xianjie.policies",
    "Result": "xianjie.results",
    "Scenario": "xianjie.scenarios",
    "Solution": "xianjie.studies",
    "Sweep": "xianjie.studies",
    "codes": "sim.world",
    "compare": "xianjie.comparisons",
    "language": "xianjie.display",
    "load": "xianjie.results",
    "plan": "xianjie.scenarios",
    "policy": "xianjie.policies",
    "scenario": "xianjie.scenarios",
    "solve": "xianjie.studies",
    "sweep": "xianjie.studies",
}

__all__ = [
    "Comparison", "Error", "Incomplete", "Plan", "Policy", "Result", "Scenario", "Solution", "Sweep",
    "codes", "compare", "language", "load", "plan", "policy", "scenario", "solve", "sweep",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("xianjie")
    elif name == "codes":
        value = import_module("sim.world.codes")
    elif name in _PLACES:
        value = getattr(import_module(_PLACES[name]), name)
    else:
        raise AttributeError(f"module 'xianjie' has no attribute '{name}'; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
