"""Studies of many points: what comes out over a range, and how much of a lever is enough."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from experiments import model_api
from experiments.analyses import design as sweep_design
from experiments.analyses import solve as solve_analysis
from experiments.analyses import sweep as sweep_analysis
from experiments.execution import reuse, runner
from experiments.execution.study import Study
from experiments.execution.worker_pool import Stopped
from experiments.results import folder as results
from experiments.results import output_folder
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import InputError, unknown
from xianjie.display import shown, table, words_in
from xianjie.errors import Error, in_both_languages
from xianjie.options import OptionKeywords, Options, takes_options, whole_number
from xianjie.results import Kept
from xianjie.runs import Folder, place
from xianjie.scenarios import Scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

SHOWN = 30  # points in a notebook's table


@takes_options
@in_both_languages()
def sweep(
    scenario: Scenario | Sequence[Scenario],
    factors: Mapping[str, Any],
    replications: int = 20,
    *,
    design: str = "grid",
    points: int | None = None,
    correlations: Sequence[Mapping[str, Any]] = (),
    outcomes: Sequence[str] = (),
    title: str | Mapping[str, str] = "",
    **options: Unpack[OptionKeywords],
) -> "Sweep":
    """Run a scenario at many values of levers and assumptions, on common random numbers.

    Parameters
    ----------
    scenario : Scenario or list of them
    factors : mapping
        By path: a list of values, in the unit of the lever; or a pair ``(low, high)`` to spread points over; or None for all that
        the lever, or the assumption's own distribution, may be; or a mapping as in a sweep's file (``values``, ``quantiles``,
        ``low``, ``high``, ``levels``, ``from``).
    replications : int
        How many at each point.
    design : {"grid", "one_at_a_time", "latin_hypercube", "sobol"}
    points : int, optional
        How many points the last two designs have.
    correlations : list of mappings, optional
        ``{"between": [path, path], "rank": float}``.
    outcomes : list of str, optional
        Goals, indicators, or ``"public_spending"`` (million yuan a year); by default the headline ones.
    title : str or {"zh": str, "en": str}, optional
    seed, workers, out, draw_parameters, progress, scheduler, fresh
        As for ``Scenario.run``.

    Returns
    -------
    Sweep

    Raises
    ------
    Error
        For a misspelt path, a value that a lever cannot take, a design that there is not.
    """
    how = Options(**options)
    how.check(replications)
    every = (scenario,) if isinstance(scenario, Scenario) else tuple(scenario)
    names = {"zh": title, "en": title} if isinstance(title, str) else dict(title)
    tree = yaml_file.of(
        {
            "title": names if all(names.values()) else every[0].title,
            "scenarios": [each.id for each in every],
            "design": design,
            "replications": replications,
            "only_luck": not how.draw_parameters,
            "factors": {path: _factor(value) for path, value in factors.items()},
            "correlations": list(correlations),
            "outcomes": list(outcomes),
            **({} if points is None else {"points": points}),
        }
    )
    spec = sweep_design.build_design(Path("sweep()"), tree, tuple(each.checked for each in every))
    sweep_analysis.outcomes_of(spec, model_api.county.catalogue(every[0].checked))
    folder = Folder(how.out)
    now = reuse.inputs_of({each.id: each.checked for each in every}, how.seed, spec.only_luck, spec.task)
    work = reuse.make_way(folder.path, "sweep", now, how.fresh, option="out")
    with place(how) as where, _one_study(folder.path):
        sweep_analysis.sweep(spec, work, where)
    reuse.end(folder.path, work)
    return Sweep(folder.path, folder)


def _factor(value: Any) -> Any:
    """A factor as a sweep's file has it: a pair is a range, a list are values."""
    if isinstance(value, tuple) and len(value) == 2:
        return {"low": value[0], "high": value[1]}
    return value if value is None or isinstance(value, Mapping) else list(value)


@contextmanager
def _one_study(folder: Path) -> Iterator[None]:
    """What the studies of the experiments raise, as what is promised here."""
    try:
        yield
    except runner.Refused as reason:
        raise reuse.unjoinable("out", folder, reason) from None
    except Stopped:
        raise KeyboardInterrupt from None


class Sweep(Kept):
    """A scenario at many points. Made by ``sweep`` and by ``load``."""

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was swept: design, factors, outcomes with units, seed, hash."""
        return self._read("manifest.json")

    @in_both_languages()
    def frame(self, name: str = "summary") -> "pandas.DataFrame":
        """A table of the sweep.

        Parameters
        ----------
        name : {"summary", "effects", "points", "lives"}
            Summary: by point and outcome the ``mean`` (of a goal its probability) with ``low`` and ``high`` (95 %). Effects: what
            each factor changes, paired. Points: the settings. Lives: one row for each replication.

        Returns
        -------
        pandas.DataFrame
            ``attrs["units"]`` names the unit of each outcome, ``attrs["definitions"]`` what it is, in both languages.
        """
        made = self._table(name, ("summary", "effects", "points", "lives"))
        subjects = self.manifest["outcomes"]
        made.attrs = {
            "table": name,
            "units": {each["id"]: each["unit"] for each in subjects}
            | {each["id"]: each["unit"] for each in self.manifest["factors"]},
            "definitions": {each["id"]: each["name"] for each in (*subjects, *self.manifest["factors"])},
            "seed": self.manifest["seed"],
            "hash": self.manifest["hash"],
        }
        return made

    @in_both_languages()
    def plot(self, outcome: str | None = None, language: str | None = None) -> "Figure":
        """Draw an outcome over the points: a response curve, a heat map or a tornado, as the design has it.

        Parameters
        ----------
        outcome : str, optional
            By default the first.
        language : {"zh", "en"}, optional

        Returns
        -------
        matplotlib.figure.Figure
        """
        from experiments.reporting.figures import sweep_figures

        known = [each["id"] for each in self.manifest["outcomes"]]
        chosen = known[0] if outcome is None else outcome
        if chosen not in known:
            raise InputError("plot()", 0, *unknown("there is no outcome", "没有这个结果：", chosen, known))
        only = {**self.manifest, "outcomes": [each for each in self.manifest["outcomes"] if each["id"] == chosen]}
        facts = sweep_figures.facts_of(self.manifest)
        for _stem, _data, make in sweep_figures.pictures_of(self._folder, only, facts):
            return shown(make(words_in(language).language)[0])
        raise Error(
            "there is nothing to draw: no factor has three numbers or more", "没有可画的内容：没有一个因素取了三个以上的数值"
        )

    def __repr__(self) -> str:
        made = self.manifest
        return f"xj.Sweep({made['design']!r}, points={made['points']}, replications={made['replications']})"

    def _repr_html_(self) -> str:
        words, frame = words_in(), self.frame()
        subjects = {each["id"]: each for each in self.manifest["outcomes"]}
        factors = [each["id"] for each in self.manifest["factors"] if each["id"] in frame]
        first = frame[frame["outcome"] == self.manifest["outcomes"][0]["id"]].head(SHOWN)
        unit = subjects[self.manifest["outcomes"][0]["id"]]["unit"]
        rows = [
            (*(_level(row[name]) for name in factors), words.quantity(row["mean"], unit),
             words("range_signed", low=words.number(row["low"], unit), high=words.number(row["high"], unit)))
            for row in first.to_dict("records")
        ]  # fmt: skip
        names = {each["id"]: words.of(each["name"]) for each in self.manifest["factors"]}
        heads = [*(names[name] for name in factors), words.of(self.manifest["outcomes"][0]["name"]), "95%"]
        return table(heads, rows, words.of(self.manifest["title"]), [
            words("python_runs", runs=self.manifest["replications"], seed=self.manifest["seed"])
        ])  # fmt: skip


def _level(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, int | float) else str(value)


@takes_options
@in_both_languages()
def solve(
    scenario: Scenario,
    lever: str,
    goal: str,
    probability: float = 0.8,
    *,
    replications: int = 100,
    largest: bool = False,
    low: float | None = None,
    high: float | None = None,
    start: str | None = None,
    **options: Unpack[OptionKeywords],
) -> "Solution":
    """The smallest (or largest) value of a lever at which a goal is met with the wanted probability.

    Parameters
    ----------
    scenario : Scenario
    lever, goal : str
        As ``scenario.frame()`` and ``result.frame()`` name them.
    probability : float
        How likely the goal must be, 0.01 to 0.99.
    replications : int
        How many at each value, at least 10.
    largest : bool
        Seek the largest value that still reaches it.
    low, high : float, optional
        Search between these, in the unit of the lever; by default its own bounds.
    start : str, optional
        The month from which the value holds, such as "2023-01".
    seed, workers, out, draw_parameters, progress, scheduler, fresh
        As for ``Scenario.run``.

    Returns
    -------
    Solution

    Raises
    ------
    Error
        For a misspelt name, and where there is no answer: the goal is not reached, or turns back between the bounds.
    """
    how = Options(**options)
    how.check(replications)
    whole_number("replications", replications, 10)
    if not 0.01 <= probability <= 0.99:
        raise InputError(
            "probability",
            0,
            f"lies between 0.01 and 0.99, not {probability!r}",
            f"应在 0.01 至 0.99 之间，不能是 {probability!r}",
        )
    checked = scenario.checked
    question = solve_analysis.Question(lever, goal, probability, largest=largest, low=low, high=high, start=start)
    searched = question.factor(checked, model_api.county.catalogue(checked))
    folder = Folder(how.out)
    task = solve_analysis.task_of(question, searched)
    now = reuse.inputs_of({checked.id: checked}, how.seed, not how.draw_parameters, task)
    work = reuse.make_way(folder.path, "solve", now, how.fresh, option="out")
    with place(how) as where, _one_study(folder.path):
        with Study(work, {checked.id: checked}, task, where) as study:
            try:
                made = solve_analysis.answer(checked, question, study, replications)
            except solve_analysis.NoAnswer as none:
                from experiments.reporting.figures.study_figures import no_answer

                raise Error(*(no_answer(none.reason, none.facts, probability, each) for each in ("en", "zh"))) from None
    with output_folder.building(work) as new:
        solve_analysis.write(made, new)
    reuse.end(folder.path, work)
    return Solution(folder.path, folder)


class Solution(Kept):
    """How much of a lever is enough. Made by ``solve`` and by ``load``."""

    @cached_property
    def data(self) -> dict[str, Any]:
        """The answer as plain data."""
        return self._read("solution.json")

    @property
    def value(self) -> float:
        """The answer, in ``unit``."""
        value: float = self.data["value"]
        return value

    @property
    def low(self) -> float | None:
        """Lower end of its 95 % interval, in ``unit``; None: beyond the bound of the search."""
        value: float | None = self.data["low"]
        return value

    @property
    def high(self) -> float | None:
        """Upper end of its 95 % interval, in ``unit``; None: beyond the bound of the search."""
        value: float | None = self.data["high"]
        return value

    @property
    def unit(self) -> str:
        """The unit of the lever."""
        value: str = self.data["factor"]["unit"]
        return value

    @in_both_languages()
    def frame(self, name: str = "curve") -> "pandas.DataFrame":
        """All values that were looked at: ``value`` of the lever, the goal's ``probability``, ``low`` and ``high`` (95 %)."""
        made = self._table(name, ("curve",))
        made.attrs = {"table": name, "units": {"value": self.unit} | dict.fromkeys(("probability", "low", "high"), "share")}
        return made

    @in_both_languages()
    def plot(self, language: str | None = None) -> "Figure":
        """Draw the goal's probability over the lever, with the answer marked. A matplotlib Figure."""
        from experiments.reporting.figures import study_figures

        return shown(next(study_figures.pictures_of_study(results.Results(self._folder), words_in(language).language)).figure)

    def __repr__(self) -> str:
        return (
            f"xj.Solution({self.data['lever']!r}, {self.data['goal']!r}, value={self.value:g}, low={self.low}, high={self.high})"
        )

    def _repr_html_(self) -> str:
        words, made = words_in(), self.data
        rows = [
            (words.quantity(at["value"], self.unit), words.percent(at["probability"]), words.percents(at["low"], at["high"]))
            for at in made["curve"]
        ]
        heads = [words.of(made["factor"]["name"]), words("python_chance", goal=words.of(made["subject"]["name"])), "95%"]
        answer = words("enough", value=words.quantity(self.value, self.unit), wanted=words.percent(made["probability"]))
        return table(heads, rows, answer, [words("python_runs", runs=made["replications"], seed=made["seed"])])
