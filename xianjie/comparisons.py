"""Scenarios held against a first one, replication by replication on common random numbers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from experiments.analyses import comparison
from experiments.execution import reuse
from experiments.reporting import answer
from experiments.results import folder as results
from experiments.results import output_folder
from experiments.results.files import safe
from sim.core.inputs.errors import InputError, unknown
from xianjie.display import shown, table, words_in
from xianjie.errors import Error, in_both_languages
from xianjie.options import OptionKeywords, Options, takes_options
from xianjie.results import Kept, Result
from xianjie.runs import Folder, one, place
from xianjie.scenarios import Scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure


@takes_options
@in_both_languages()
def compare(
    first: Scenario | Result,
    other: "Scenario | Result | Sequence[Scenario | Result]",
    replications: int = 100,
    **options: Unpack[OptionKeywords],
) -> "Comparison":
    """Hold one scenario, or several, against the first, replication by replication on common random numbers.

    Parameters
    ----------
    first, other : Scenario or Result
        Scenarios are run; results are taken as they are. ``other`` may be a list.
    replications : int
        How many of each to run.
    seed, workers, out, draw_parameters, progress, scheduler, fresh
        As for ``Scenario.run``.

    Returns
    -------
    Comparison

    Raises
    ------
    Error
        Where results have other seeds, months or numbers of replications, or come from other versions.
    """
    how = Options(**options)
    how.check(replications)
    every = [first, *([other] if isinstance(other, Scenario | Result) else other)]
    if len(every) < 2 or not all(isinstance(each, Scenario | Result) for each in every):
        raise InputError(
            "compare()", 0, "takes scenarios or results, at least two of them, the reference first",
            "要给至少两个情景或结果，作参照的放在最前"
        )  # fmt: skip
    folder = Folder(how.out)
    names = [each.id for each in every]
    now = reuse.inputs_of({}, how.seed, not how.draw_parameters, {"results": names})
    reuse.usable(folder.path, "compare", "out")
    reason = reuse.unlike(folder.path, now)
    if reason and not how.fresh:
        raise reuse.unjoinable("out", folder.path, reason)
    output_folder.claim(folder.path, "compare", now)
    paths: list[Path] = []
    with place(how) as where:
        for number, each in enumerate(every, start=1):
            if isinstance(each, Result):
                paths.append(each.folder)
                continue
            name = safe(each.id if names.count(each.id) == 1 else f"{number}-{each.id}")
            paths.append(folder.path / name)
            one(each, folder.path / name, how, replace(where, replications=replications))
    found = [results.open_folder(path) for path in paths]
    made = comparison.compare(found)
    answer.add_answers(made, found)
    with output_folder.building(folder.path) as new:
        comparison.write(made, new)
    return Comparison(folder.path, (folder, *every))


class Comparison(Kept):
    """Scenarios held against the first of them. Made by ``compare`` and by ``load``."""

    @cached_property
    def data(self) -> dict[str, Any]:
        """The whole comparison as plain data."""
        return self._read("comparison.json")

    @cached_property
    def results(self) -> list[Result]:
        """The results that were compared, the reference first."""
        return [Result(Path(each["folder"]), self._keeper) for each in self.data["scenarios"]]

    @in_both_languages()
    def frame(self, name: str = "goals") -> "pandas.DataFrame":
        """A part of the comparison, one row for each line and scenario.

        Parameters
        ----------
        name : {"goals", "indicators", "money", "places"}
            Goals: probabilities of both (``first_``, ``other_``), their ``difference`` with ``low`` and ``high`` (95 %, for
            pairs), replications ``helped`` and ``harmed``. Indicators at the end, in ``unit``. Money in yuan a year by fund and
            use. Places: who gains and who loses.

        Returns
        -------
        pandas.DataFrame
            ``attrs["units"]`` names units of its columns.
        """
        import pandas

        if name not in comparison.PARTS:
            raise InputError("frame()", 0, *unknown("there is no table", "没有这张表：", name, comparison.PARTS))
        made = pandas.DataFrame(comparison.lines(self.data, name))
        share = dict.fromkeys(("difference", "low", "high"), {"goals": "share", "money": "yuan/year"}.get(name, "as in the row"))
        made.attrs = {"table": name, "units": share, "seed": self.data["seed"], "replications": self.data["replications"]}
        return made

    @in_both_languages()
    def plot(self, what: str = "goals", which: int = 0, language: str | None = None) -> "Figure":
        """Draw it.

        Parameters
        ----------
        what : {"goals", "flips"}
            Probabilities with their paired differences; or in how many replications each meets a goal.
        which : int
            Of several scenarios held against the first, which: 0 for the first of them.
        language : {"zh", "en"}, optional

        Returns
        -------
        matplotlib.figure.Figure
        """
        from experiments.reporting.figures import gallery

        kinds = {"goals": "comparison-", "flips": "flips-"}
        if what not in kinds:
            raise InputError("plot()", 0, *unknown("there is no plot", "没有这幅图：", what, list(kinds)))
        others = self.results[1:]
        if not 0 <= which < len(others):
            raise InputError("which", 0, f"is a number below {len(others)}", f"应小于 {len(others)}")
        first, other = (results.Results(each.folder) for each in (self.results[0], others[which]))
        for picture in gallery.comparison_pictures(first, other, words_in(language).language):
            if picture.id.startswith(kinds[what]):
                return shown(picture.figure)
        raise Error("there is nothing to draw: the results have no goal in common", "没有可画的内容：两个结果没有共同的目标")

    def __repr__(self) -> str:
        names = " < ".join(repr(each["id"]) for each in self.data["scenarios"])
        return f"xj.Comparison({names}, replications={self.data['replications']})"

    def _repr_html_(self) -> str:
        from experiments.reporting.terminal.comparison import goal_rows

        words = words_in()
        titles = {each["id"]: words.of(each["title"]) for each in self.data["scenarios"]}
        heads = [words(each) for each in ("column_goal", "column_first", "column_other", "column_difference")]
        notes = [words("compare_pairs", pairs=self.data["comparisons"][0]["pairs"], draws=self.data["comparisons"][0]["draws"])]
        return "".join(
            table(
                heads, (row[:4] for row in goal_rows(made["goals"], words)),
                words("compare_heading", first=titles[made["first"]], other=titles[made["other"]]), notes,
            )
            for made in self.data["comparisons"]
        )  # fmt: skip
