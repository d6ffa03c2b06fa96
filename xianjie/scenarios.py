"""Scenarios and plans as values: each change makes a new one, checked against the model when it is made."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, Unpack

import sim.scenario
from experiments import model_api
from experiments.results.files import canonical, plain
from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.parameters import load_all
from sim.scenario import plan_form
from xianjie.display import table, words_in
from xianjie.errors import Error, in_both_languages
from xianjie.options import OptionKeywords, Options, takes_options
from xianjie.policies import Policy

if TYPE_CHECKING:
    import os

    import pandas

    from xianjie.results import Result

#: What a change may say beside its settings, as a scenario file may.
FRAME = ("months", "population", "vantage", "uncertainty", "levers")
SHOWN = 30  # settings in a notebook's table
#: What may be added to a scenario or to a plan.
Addable = Union["Plan", Mapping[str, Any], Policy]


@in_both_languages()
def scenario(which: "str | os.PathLike[str]" = "baseline", county: "str | os.PathLike[str] | None" = None) -> "Scenario":
    """A scenario: a shipped one by its name, or a YAML file by its path.

    Parameters
    ----------
    which : str or path
        ``"baseline"``, ``"floor_40m"`` and so on, or the path of a ``.yaml`` file. A name of which the working folder, or its
        ``scenarios``, has a file means that file.
    county : path, optional
        A county file to run it in, in place of the county that the scenario names.

    Returns
    -------
    Scenario

    Raises
    ------
    Error
        For a name of which there is neither a file nor a shipped scenario (the nearest is named), and for whatever is wrong in a
        file, with its line.

    Examples
    --------
    >>> scenario("baseline").months
    60
    """
    return Scenario(sim.scenario.load_scenario(Path(which), county_file=None if county is None else Path(county)))


@in_both_languages()
def plan(
    settings: "Mapping[str, Any] | str | os.PathLike[str] | None" = None,
    *,
    title: str | Mapping[str, str] | None = None,
    name: str | None = None,
    months: int | None = None,
    population: Mapping[str, Any] | None = None,
    levers: Any = None,
    vantage: str | None = None,
    uncertainty: str | None = None,
) -> "Plan":
    """What may be added to any scenario: values of levers and assumptions, from now on or by month.

    Parameters
    ----------
    settings : mapping, str or path
        By path, a value, or values by month: ``{"public_posts.count": 3000}``, ``{"budget.county_floor": {2023: 1e7}}``. Values
        are in the unit of the lever (``scenario.frame()`` lists units). Or the name or path of a scenario file, of which only
        what it sets itself is taken, not what it extends.
    title : str or {"zh": str, "en": str}, optional
        How the scenario is called that it is added to; by default from what is set.
    name : str, optional
        What is put behind the scenario's id.
    months : int, optional
        Whole years from January 2021, in months: 12, 24 … 120.
    population : mapping, optional
        ``{"detail": "sampled" | "full", "general_weight": 1 … 100}`` (households to a row).
    levers : "off" or mapping, optional
        All levers off, from a month on, or withdrawn: as in a scenario file.
    vantage : str, optional
        A month such as "2022-12": what was published later is forecast.
    uncertainty : {"ensemble", "prior"}, optional
        Where draws of the assumptions come from.

    Returns
    -------
    Plan
        It is checked when it is added to a scenario.
    """
    given = (months, population, vantage, uncertainty, levers)
    tree = {key: value for key, value in zip(FRAME, given, strict=True) if value is not None}
    if settings is None or isinstance(settings, Mapping):
        if settings:
            tree["set"] = dict(settings)
    else:
        path = shipped.scenario_file(settings)
        own = plan_form.read(path, load_all()) if plan_form.is_form(path) else yaml_file.read_mapping(path)
        name, title = name or path.stem, title or own.get("title")
        tree = {key: own[key] for key in own if key in (*FRAME, "set")} | tree
    return Plan((tree,) if tree else (), name, _both(title))


def _both(title: Any) -> dict[str, str] | None:
    if title is None:
        return None
    if isinstance(title, str):
        return {"zh": title, "en": title}
    return dict(title)


@dataclass(frozen=True)
class Plan:
    """Changes that may be added to a scenario, and to each other, with ``+``: made by ``plan``. Later ones prevail."""

    changes: tuple[Mapping[str, Any], ...] = ()
    name: str | None = None
    title: dict[str, str] | None = None
    policies: tuple[Policy, ...] = ()

    def __add__(self, other: Addable) -> "Plan":
        more = _as_plan(other)
        if more is None:
            return NotImplemented
        return Plan(self.changes + more.changes, "+".join(filter(None, (self.name, more.name))) or None, more.title or self.title)

    @property
    def settings(self) -> dict[str, Any]:
        """All that it sets, by path; of a path set twice, the later value."""
        return {path: value for change in self.changes for path, value in change.get("set", {}).items()}

    def __repr__(self) -> str:
        return f"xj.plan({self.settings!r})"


def _as_plan(other: Any) -> Plan | None:
    if isinstance(other, Plan):
        return other
    if isinstance(other, Policy):
        return Plan(policies=(other,))
    return Plan(({"set": dict(other)},)) if isinstance(other, Mapping) else None


@dataclass(frozen=True)
class Scenario:
    """A checked scenario of one county. It is never changed: ``set`` and ``+`` return new ones.

    ``checked`` is the model's own record of it, which is not part of what is promised.
    """

    checked: sim.scenario.Scenario = field(repr=False)

    @property
    def id(self) -> str:
        """A short name, which folders and tables use."""
        return self.checked.id

    @property
    def title(self) -> dict[str, str]:
        """Its title in Chinese ("zh") and English ("en")."""
        return dict(self.checked.title)

    @property
    def months(self) -> int:
        """How many months it runs, from January 2021."""
        return self.checked.months

    @property
    def settings(self) -> dict[str, Any]:
        """What it sets beyond the model's own values, by path, in the units of ``frame()``; the last value set."""
        used = self._used
        return {path: used[path] for path in sorted(self.checked.overrides)}

    @cached_property
    def _used(self) -> dict[str, Any]:
        with in_both_languages():
            return model_api.county.used(self.checked, None)

    def set(
        self,
        settings: Mapping[str, Any] | None = None,
        *,
        title: str | Mapping[str, str] | None = None,
        name: str | None = None,
        **frame: Any,
    ) -> "Scenario":
        """The scenario with other values; the parameters are those of ``plan``.

        Parameters
        ----------
        settings : mapping
            By path, a value, or values by month: ``{"public_posts.count": {2021: 5000, "2023-07": 3000}}``.
        title, name : optional
            How the new scenario is called, and what is put behind its id.
        **frame
            ``months``, ``population``, ``levers``, ``vantage``, ``uncertainty``.

        Returns
        -------
        Scenario

        Raises
        ------
        Error
            For a misspelt path (the nearest is named), a value outside its bounds, a month outside the horizon.

        Examples
        --------
        >>> scenario("baseline").set({"public_posts.count": 3000}).settings["public_posts.count"]
        3000
        """
        wrong = [key for key in frame if key not in FRAME]
        if wrong:
            raise Error(*unknown("set() has no argument", "set() 没有这个参数：", wrong[0], FRAME))
        return self + plan(settings, title=title, name=name, **frame)

    def __add__(self, other: Addable) -> "Scenario":
        added = _as_plan(other)
        if added is None:
            return NotImplemented
        made = self.checked
        with in_both_languages():
            for change in added.changes:
                made = sim.scenario.with_changes(made, yaml_file.of(change), f"set {_sets(made) + 1}")
            for each in added.policies:
                made = _with_policy(made, each)
        if not (added.changes or added.policies or added.title or added.name):
            return self
        said = added.settings or added.policies
        title = added.title or (_titled(self.checked, added) if said else self.title)
        return Scenario(replace(made, id=f"{self.id}+{added.name or _short(added)}", title=title))

    @takes_options
    def run(self, replications: int = 100, **options: Unpack[OptionKeywords]) -> "Result":
        """Run it many times.

        Parameters
        ----------
        replications : int
            How many; two and two share a draw of the assumptions.
        seed : int
            Of all random draws; the same seed gives the same result for any number of workers.
        workers : int, optional
            Processes; by default one for each processor, 1 for none beside this one. No ``if __name__ == "__main__"`` is needed.
        out : path, optional
            A result folder to keep. Asked again with the same folder, a run goes on where it stopped; without a folder its files
            are removed with the result.
        draw_parameters : bool
            False holds all assumptions at their central values.
        progress : bool, optional
            Say how far it is; by default on a terminal and in a notebook.
        scheduler : str, optional
            The address of a Dask cluster to run on, such as "tcp://host:8786".
        fresh : bool
            Throw away what ``out`` holds of an earlier run of this scenario.

        Returns
        -------
        Result

        Raises
        ------
        Error
            Where ``out`` holds something else, or every replication fails.
        Incomplete
            Where the disk is full or the cluster is gone.
        KeyboardInterrupt
            After Ctrl-C. What was done by then is kept in ``out``.
        """
        from xianjie.runs import run

        return run(self, replications, Options(**options))

    def frame(self) -> "pandas.DataFrame":
        """Every lever and assumption as used, one row each.

        Returns
        -------
        pandas.DataFrame
            Index ``path``; columns ``role`` (lever or assumption), ``value`` (in ``unit``; by month where it changes), ``unit``,
            ``low`` and ``high`` (what may be set), ``name_zh``, ``name_en``, ``evidence``, ``set_by`` (empty: the model's own).
        """
        import pandas

        places, rows = self.checked.provenance(), []
        for path, parameter in sorted(load_all().parameters.items()):
            low, high = parameter.limits()
            rows.append(
                {"path": path, "role": parameter.role, "value": self._used[path], "unit": parameter.unit, "low": low,
                 "high": high, "name_zh": parameter.name.zh, "name_en": parameter.name.en, "evidence": parameter.evidence,
                 "set_by": places.get(path, "").removesuffix(":0")}
            )  # fmt: skip
        return pandas.DataFrame(rows).set_index("path")

    def __repr__(self) -> str:
        return f"xj.Scenario({self.id!r}, months={self.months}, settings={len(self.checked.overrides)})"

    def _repr_html_(self) -> str:
        words, book = words_in(), load_all().parameters
        set_here = list(self.settings.items())
        rows = [
            (words.of(book[path].name.model_dump()), path, _written(value), words.unit(book[path].unit))
            for path, value in set_here[:SHOWN]
        ]
        heads = [words(f"python_{label}") for label in ("setting", "path", "value", "unit")]
        rows += [(each.name, f"policy_{each.name}", each.after, each.fund) for each in self.checked.policies]
        more = len(set_here) - SHOWN
        notes = [words("python_months", id=self.id, months=self.months), *([words("python_more", more=more)] if more > 0 else [])]
        return table(heads, rows, words.of(self.title), notes)


def _with_policy(made: sim.scenario.Scenario, policy: Policy) -> sim.scenario.Scenario:
    """A scenario with a policy more, kept as it is now."""
    if policy.name in [each.name for each in made.policies]:
        raise InputError(
            f"policy {policy.name}", 0, "the scenario has a policy of this name already; give one of them another: name='…'",
            "这个情景已有同名的政策；请给其中一个另起名称：name='…'"
        )  # fmt: skip
    return replace(made, policies=(*made.policies, policy.kept()))


def _sets(made: sim.scenario.Scenario) -> int:
    """How many changes a scenario has seen: each needs a place of its own."""
    places = {each.place for found in made.overrides.values() for each in found}
    return len({place.partition(": levers")[0] for place in places if place.startswith("set ")})


def _short(added: Plan) -> str:
    """A short name for changes: the setting if there is one, and a few digits that tell them from others."""
    digest = hashlib.sha256(canonical(plain([yaml_file.of(change) for change in added.changes])).encode()).hexdigest()[:6]
    settings, names = added.settings, "+".join(each.name for each in added.policies)
    if names:
        return f"{names}+{digest}" if settings else names
    if len(settings) == 1:
        ((path, value),) = settings.items()
        last = path.rpartition(".")[2]
        return f"{last}-{digest}" if isinstance(value, Mapping | list | tuple) else f"{last}={value}"
    frames = [f"{key}={value}" for change in added.changes for key, value in change.items() if isinstance(value, int | str)]
    alone = not settings and len(frames) == sum(len(change) for change in added.changes) == 1
    return frames[0] if alone else f"changes-{digest}"


def _titled(before: sim.scenario.Scenario, added: Plan) -> dict[str, str]:
    """The title of a scenario with something added: each setting and policy by name, while there are few."""
    book, settings = load_all().parameters, added.settings
    named = {path: book[path].name for path in settings if path in book}
    policies = [each.name for each in added.policies]
    zh = "，".join([*(f"{named[path].zh}={_written(settings[path])}" for path in named), *policies])
    en = ", ".join([*(f"{named[path].en}={_written(settings[path])}" for path in named), *policies])
    if len(settings) + len(policies) > 2:
        zh, en = f"改动{len(settings) + len(policies)}项", f"{len(settings) + len(policies)} changes"
    return {"zh": f"{before.title['zh']}（{zh}）", "en": f"{before.title['en']} ({en})"}


def _written(value: Any) -> str:
    """A value as short as it can be written."""
    if isinstance(value, Mapping):
        return ", ".join(f"{month}: {_written(each)}" for month, each in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(each) for each in value) + "]"
    return f"{value:,.10g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
