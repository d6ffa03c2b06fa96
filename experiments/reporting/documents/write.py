"""From result folders to documents: formats and languages, under fixed names inside the target folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.analyses.comparison import Unpaired, check
from experiments.reporting.documents import build, inputs
from experiments.reporting.documents.content import Brief
from experiments.reporting.documents.figure_bytes import Pictures
from experiments.reporting.translations import Words
from experiments.results import output_folder

#: Endings of the documents by format; their names are ours, never a scenario's.
ENDINGS = {"html": "html", "word": "docx", "excel": "xlsx"}
#: What kind of picture a format takes.
KINDS = {"html": "svg", "word": "png"}
FOLDER = "brief"


def write(
    folders: Sequence[Path],
    to: Path,
    languages: Iterable[str],
    formats: Iterable[str],
    style: str,
    command: str,
    compare: bool = False,
    annexes: bool = False,
    official: bool = False,
) -> list[Path]:
    """Write the brief of one result, or the comparison of several, and return its files.

    ``folders``: results, and studies of what influences them; ``annexes``: the tables and pictures behind the two pages too;
    ``official``: beside the others a Word document after the official standard.
    Raises ``inputs.Unusable`` for a folder no brief may be written from, and when the folders do not fit the request. Nothing
    is written unless all of it can be made, and a document that somebody edited, or that is not ours, keeps its name: the new
    one stands beside it.
    """
    make = opened(folders, command, compare, annexes)
    formats = tuple(formats)
    writers: list[tuple[Path, Callable[[Path], None]]] = []
    kinds = [KINDS[form] for form in formats if form in KINDS]
    for language in languages:
        brief, pictures = (
            make(language),
            Pictures([*kinds, *([KINDS["word"]] if official and KINDS["word"] not in kinds else [])]),
        )
        stem = f"{'comparison' if compare else 'brief'}-{language}"
        writers += [(to / f"{stem}.{ENDINGS[form]}", _writer(form, brief, pictures, style)) for form in formats]
        if official:
            writers.append((to / f"{stem}-official.docx", _writer("word", brief, pictures, "official")))
    home = folders[0] if to == folders[0] / FOLDER else to  # whose list of our files names them
    with output_folder.building(home) as new:
        within = new / to.relative_to(home)
        within.mkdir(exist_ok=True)
        written = [within / output_folder.free(home, path).name for path, _put in writers]
        for path, (_to, put) in zip(written, writers, strict=True):
            put(path)
    return [to / path.name for path in written]


def opened(folders: Sequence[Path], command: str, compare: bool = False, annexes: bool = False) -> Callable[[str], Brief]:
    """How the brief of these folders is made in a language; the arguments, and what is raised, as for ``write``."""
    found, studies = inputs.sort_folders(folders)
    return _comparison(found, studies, command, annexes) if compare else _single(found, studies, command, annexes)


def _single(
    found: Sequence[inputs.Source], studies: Sequence[inputs.Study], command: str, annexes: bool
) -> Callable[[str], Brief]:
    if len(found) != 1:
        raise inputs.Unusable(
            f"a brief is about one result folder, {len(found)} were named; to hold them against each other use --compare",
            f"一份简报只写一个结果文件夹，现在给了 {len(found)} 个；要相互对比请加 --compare",
        )
    league, studies = _league(found[0], studies)
    return lambda language: build.build_brief(found[0], studies, language, command, annexes, league)


def _league(source: inputs.Source, studies: Sequence[inputs.Study]) -> tuple[Mapping[str, Any] | None, list[inputs.Study]]:
    """The league table among the studies of a result, and the other studies."""
    records = [study.record for study in studies if study.kind == inputs.LEAGUE]
    scenario = source.manifest["scenario"]["id"]
    if len(records) > 1 or any(record.get("scenario") != scenario for record in records):
        raise inputs.Unusable(
            f"a brief takes one folder of 'xianjie budget', of the plan it is about ({scenario})",
            f"一份简报只能附一个 xianjie budget 写出的文件夹，并且要是同一方案（{scenario}）的",
        )
    return (records[0] if records else None), [study for study in studies if study.kind != inputs.LEAGUE]


def _comparison(
    found: Sequence[inputs.Source], studies: Sequence[inputs.Study], command: str, annexes: bool
) -> Callable[[str], Brief]:
    league, studies = _league(found[-1], studies) if found else (None, list(studies))
    parts = [study.record for study in studies if study.kind == inputs.PARTS]
    if len(parts) < len(studies) or len(found) < 2 or (parts and len(found) > 2) or len(parts) > 1:
        raise inputs.Unusable(
            "--compare takes at least two result folders, the reference first; with two of them also the folder of their "
            "parts and repairs (compare --parts --repair), and no other studies",
            "--compare 至少要两个结果文件夹，作参照的放在最前；只有两个时还可加上 compare --parts --repair 写出的文件夹，"
            "不能放其他专题分析的文件夹",
        )
    try:
        check([source.results for source in found])
    except Unpaired as reason:
        raise inputs.Unusable(
            f"these results cannot be compared future by future: {reason.english}", f"这些结果无法逐次对比：{reason.chinese}"
        ) from None
    of_parts = parts[0] if parts else None
    return lambda language: build.build_comparison(found, language, command, annexes, of_parts, league)


def _writer(form: str, brief: Brief, pictures: Pictures, style: str) -> Callable[[Path], None]:
    if form == "html":
        from experiments.reporting.documents import html

        return lambda path: html.write(brief, path, pictures)
    if form == "word":
        from experiments.reporting.documents import word

        return lambda path: word.write(brief, path, pictures, style)
    from experiments.reporting.documents import excel

    return lambda path: excel.write(brief, path, workbook_words(brief.language))


def workbook_words(language: str) -> dict[str, str]:
    """Labels of the sheets that every workbook has."""
    words = Words(language)
    names = ("sheet_columns", "col_sheet", "col_column", "col_meaning", "col_kind",
             *(f"kind_{kind}" for kind in ("text", "share", "points", "number", "whole", "money", "year")))  # fmt: skip
    return {name: words(name) for name in names}
