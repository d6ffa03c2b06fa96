"""What comes out of a run, as data frames with units, as figures, and as a table in a notebook."""

import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.analyses import settings
from experiments.results import folder as results
from experiments.results.files import plain, read_csv
from sim.core.inputs.errors import InputError, unknown
from xianjie.display import shown, table, words_in
from xianjie.errors import in_both_languages

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from xianjie.comparisons import Comparison
    from xianjie.studies import Solution, Sweep

#: The tables of a result folder.
TABLES = (
    "goals", "months", "years", "bands", "replications", "budget", "payments", "audit", "incomes", "monitoring", "delays",
)  # fmt: skip
#: What a reader of the goals looks for first.
FIRST = ("name_zh", "name_en", "probability", "low", "high")
#: Units of columns that are no indicator: of every table, then of some.
UNITS = {
    "probability": "share", "low": "share", "high": "share", "yuan": "yuan", "yuan_p05": "yuan", "yuan_p95": "yuan",
    "shortfall": "yuan", "shortfall_p05": "yuan", "shortfall_p95": "yuan", "count": "payments", "luck": "share",
    "ignorance": "share", "runs": "replications", "draws": "draws",
}  # fmt: skip
DEFINITIONS = {
    "replication": ("第几次推演，从0起", "Number of the replication, from 0"),
    "draw": ("参数取值的编号", "Number of the draw of the assumptions"),
    "month": ("月份的第一天", "First day of the month"),
    "probability": ("达到目标的概率", "Probability of meeting the goal"),
    "low": ("95%区间下端", "Lower end of the 95 % interval"),
    "high": ("95%区间上端", "Upper end of the 95 % interval"),
    "margin": ("距目标标准的差额（中位数），正数为达到", "Median distance to the threshold, positive when met"),
    "yuan": ("支出金额", "Money paid"),
    "count": ("支付次数", "Number of payments"),
    "shortfall": ("应付而未付的金额", "Money due and not paid"),
    "luck": ("方差中随机部分的份额", "Share of the variance that random draws make"),
    "ignorance": ("方差中参数不确定部分的份额", "Share of the variance that uncertain assumptions make"),
}


class Kept:
    """What lies in a folder, which may go with this object."""

    def __init__(self, folder: Path, keeper: Any = None) -> None:
        self._folder, self._keeper = folder, keeper

    @property
    def folder(self) -> Path:
        """Where its files are; removed with this object unless ``out=`` named it."""
        return self._folder

    def _read(self, name: str) -> dict[str, Any]:
        with in_both_languages():
            try:
                value: dict[str, Any] = json.loads((self._folder / name).read_text(encoding="utf-8"))
                return value
            except (OSError, ValueError) as problem:
                raise results.unreadable(self._folder, problem) from None

    def _table(self, name: str, tables: Sequence[str]) -> "pandas.DataFrame":
        import pandas

        if name not in tables:
            raise InputError("frame()", 0, *unknown("there is no table", "没有这张表：", name, tables))
        if name == "lives":
            return pandas.read_parquet(self._folder / "lives.parquet")
        return read_csv(self._folder / f"{name}.csv")


@in_both_languages()
def load(folder: "str | os.PathLike[str]") -> "Result | Comparison | Sweep | Solution":
    """Open a folder that a run, a comparison, a sweep or a solution was kept in, from Python or from the command line.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Result, Comparison, Sweep or Solution

    Raises
    ------
    Error
        Where there is none, or another version of the format wrote it.
    """
    from experiments.reporting import figure_data
    from xianjie.comparisons import Comparison
    from xianjie.studies import Solution, Sweep

    path = Path(folder)
    if (path / "comparison.json").is_file():
        return Comparison(path)
    kind = figure_data.kind(results.Results(path))
    if kind == "sweep":
        return Sweep(path)
    return Solution(path) if kind == "solve" else Result(results.open_folder(path).folder)


class Result:
    """A finished run. Made by ``Scenario.run`` and by ``load``.

    ``keeper`` is what the files belong to, where nobody named a folder for them.
    """

    def __init__(self, folder: Path, keeper: Any = None) -> None:
        self._results, self._keeper = results.Results(folder), keeper

    @property
    def folder(self) -> Path:
        """Where its files are; removed with the result unless ``out=`` named it."""
        return self._results.folder

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run: scenario, seed, parameters, versions, hash."""
        return self._results.manifest

    @property
    def id(self) -> str:
        """The id of the scenario."""
        value: str = self.manifest["scenario"]["id"]
        return value

    @property
    def title(self) -> dict[str, str]:
        """The title of the scenario in Chinese ("zh") and English ("en")."""
        return settings.title(self.manifest["scenario"])

    @property
    def seed(self) -> int:
        """The seed of all random draws."""
        value: int = self.manifest["seed"]
        return value

    @property
    def replications(self) -> int:
        """How many replications came to their end."""
        value: int = self.manifest["replications"]["completed"]
        return value

    @property
    def hash(self) -> str:
        """Hash over all that was kept: equal for equal results, whatever the number of workers."""
        value: str = self.manifest["hash"]
        return value

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Replications that failed: replication, draw, seed, error, traceback."""
        return self._results.failures

    @cached_property
    def goals(self) -> list[dict[str, Any]]:
        """The scoreboard, a record for each goal."""
        return self._results.goals

    @in_both_languages()
    def frame(self, name: str = "goals") -> "pandas.DataFrame":
        """A table of the result.

        Parameters
        ----------
        name : str
            ``"goals"``: one row for each goal, index ``id``, with ``probability``, ``low`` and ``high`` (95 %). ``"months"``:
            replication × month, a column for each indicator. ``"bands"``: mean and quantiles by month. ``"years"``: by township
            and segment. ``"replications"``, ``"budget"``, ``"payments"`` (yuan), ``"audit"``, ``"incomes"``, ``"monitoring"``,
            ``"delays"``.

        Returns
        -------
        pandas.DataFrame
            ``attrs["units"]`` and ``attrs["definitions"]`` say of a column its unit and, in both languages, what it is;
            ``attrs`` also names scenario, seed and hash.

        Raises
        ------
        Error
            For a table that there is not.
        """
        if name not in TABLES:
            raise InputError("frame()", 0, *unknown("there is no table", "没有这张表：", name, TABLES))
        made = self._results.table(name)
        if name == "goals":
            made = made.set_index("id")
            made = made[[*FIRST, *(column for column in made.columns if column not in FIRST)]]
        made.attrs = self._attrs(name, list(made.columns))
        return made

    def _attrs(self, name: str, columns: list[str]) -> dict[str, Any]:
        """What a frame says of itself; plain data, since pandas copies it with every frame made from this one."""
        known, goals = self.manifest["indicators"], {line["id"]: line for line in self.goals}
        units, definitions = {}, {}
        for column in columns:
            goal, _, part = column.removeprefix("goal.").rpartition(".")
            if column in known:
                units[column] = known[column]["unit"]
                definitions[column] = known[column]["definition"] or known[column]["name"]
            elif column.startswith("goal.") and goal in goals:
                units[column] = goals[goal]["unit"] if part in ("margin", "value") else "1 met, 0 not"
                definitions[column] = goals[goal].get("definition") or goals[goal]["name"]
            elif column.startswith("quantile."):
                units[column] = "quantile"
            elif column in UNITS:
                units[column] = UNITS[column]
            if column in DEFINITIONS:
                definitions[column] = dict(zip(("zh", "en"), DEFINITIONS[column], strict=True))
        value: dict[str, Any] = plain(
            {"table": name, "units": units, "definitions": definitions, "scenario": self.id, "seed": self.seed, "hash": self.hash}
        )
        return value

    @in_both_languages()
    def plot(self, what: str = "goals", language: str | None = None) -> "Figure":
        """Draw it.

        Parameters
        ----------
        what : str
            ``"goals"``: every goal with its probability and interval; or an indicator, such as ``"rural_income"``: its median and
            ranges by month.
        language : {"zh", "en"}, optional
            By default the one in use.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        Error
            For what is no indicator; the nearest is named.
        """
        from experiments.reporting.figures import gallery

        known = ["goals", *self.manifest["indicators"]]
        if what not in known:
            raise InputError("plot()", 0, *unknown("there is no indicator", "没有这个指标：", what, known))
        return shown(gallery.picture_of(self._results, what, words_in(language).language).figure)

    def __repr__(self) -> str:
        return f"xj.Result({self.id!r}, replications={self.replications}, seed={self.seed})"

    def _repr_html_(self) -> str:
        from experiments.reporting.goal_selection import plan_goals
        from experiments.reporting.translations import margin, probability

        words = words_in()
        rows = []
        for goal in plan_goals(self.goals):
            mark = words("on_file_mark") if goal["observed"] else ""
            distance = "" if "members" in goal else words("with_range", **dict(zip(("value", "range"), margin(words, goal))))
            rows.append((words.of(goal["name"]) + mark, probability(words, goal), distance))
        heads = [words(label) for label in ("column_goal", "column_probability", "column_margin")]
        return table(heads, rows, words.of(self.title), [words("python_runs", runs=self.replications, seed=self.seed)])
