"""The brief as a workbook: one sheet for each table with real numbers and a native chart, and one that explains every column.

Texts are written as texts: what looks like a formula or an address stays as typed.
"""

import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from experiments.reporting.documents.content import Brief, Cell, Chart, Column, Paragraph, Table
from experiments.results.files import whole

#: Sheets may not have these in their names, nor more characters.
FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
LONGEST_NAME = 31
WIDEST, NARROWEST, WIDE = 60, 9, 110
BESIDE = 3  # letters that the indent and the margins of a cell take
LINE = 15  # points: the height of a line
#: A text that begins so would be a formula, were it typed again.
LIKE_A_FORMULA = ("=", "+", "-", "@", "\t")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5C5C5C")


def write(brief: Brief, path: Path, words: dict[str, str]) -> None:
    """Write the workbook; ``words``: labels of the sheets that every workbook has."""
    with whole(path) as partial:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = xlsxwriter.Workbook(str(partial), options)
        book.set_properties({"title": brief.title[:250], "author": "Xianjie", "comments": brief.footer[:250],
                             "created": datetime.fromisoformat(brief.day)})  # fmt: skip
        _Writer(brief, book, words).write()
        book.close()


class _Writer:
    def __init__(self, brief: Brief, book: Any, words: dict[str, str]) -> None:
        self.brief, self.book, self.words = brief, book, words
        self.names: set[str] = set()
        font = {"font_name": "微软雅黑" if brief.language == "zh" else "Calibri", "font_size": 10, "valign": "top"}
        beside = {**font, "text_wrap": True, "indent": 1}  # apart from a number in the column before
        self.plain = book.add_format(beside)
        self.typed = book.add_format({**beside, "quote_prefix": True})
        self.bold = book.add_format({**font, "bold": True, "text_wrap": True})
        self.title = book.add_format({**font, "bold": True, "font_size": 14})
        self.head = book.add_format({**font, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF5FA"})
        self.formats: dict[str, Any] = {}
        self.font = font

    def write(self) -> None:
        """The answer, the tables, the columns."""
        self._answer()
        sheets = [(table, self._table(table)) for table in self.brief.tables()]
        self._columns(sheets)

    def _sheet(self, title: str) -> Any:
        """A sheet under a unique name that Excel accepts."""
        stem = FORBIDDEN.sub(" ", title).strip() or "sheet"
        name, number = stem[:LONGEST_NAME], 1
        while name.lower() in self.names or name.lower() == "history":
            number += 1
            name = f"{stem[: LONGEST_NAME - len(str(number)) - 1]} {number}"
        self.names.add(name.lower())
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _text(self, sheet: Any, row: int, column: int, text: str, form: Any = None) -> None:
        chosen = form or (self.typed if text.startswith(LIKE_A_FORMULA) else self.plain)
        sheet.write_string(row, column, text[:32000], chosen)

    def _answer(self) -> None:
        sheet = self._sheet(self.brief.labels["sheet_answer"])
        sheet.set_column(0, 0, WIDE)
        self._text(sheet, 0, 0, text=self.brief.title, form=self.title)
        self._text(sheet, 1, 0, self.brief.subtitle)
        sheet.set_row(1, LINE * _lines(self.brief.subtitle, WIDE))
        row = 3
        opening = [(block.text, None) for block in self.brief.opening if isinstance(block, Paragraph)]
        for section in self.brief.sections:
            texts = [(block.text, None) for block in section.blocks if isinstance(block, Paragraph)]
            opening += [(section.title, self.bold), *texts] if texts else []
        for text, form in opening:
            self._text(sheet, row, 0, text=text, form=form)
            sheet.set_row(row, LINE * _lines(text, WIDE))
            row += 1
        row += 1
        self._text(sheet, row, 0, self.brief.footer)

    def _table(self, table: Table) -> str:
        sheet = self._sheet(table.title)
        columns = table.of("workbook")
        for place, column in enumerate(columns):
            self._text(sheet, 0, place, text=column.name, form=self.head)
            sheet.set_column(place, place, self._width(table, column))
        for number, row in enumerate(table.rows, 1):
            if number - 1 in table.heads:
                self._text(sheet, number, 0, text=_shown(row.get(columns[0].id, "")), form=self.bold)
                continue
            for place, column in enumerate(columns):
                self._cell(sheet, number, place, value=row.get(column.id, ""), column=column)
            texts = {column: row.get(column.id, "") for column in columns}
            lines = max(_lines(each, self._width(table, column)) for column, each in texts.items() if isinstance(each, str))
            if lines > 1:
                sheet.set_row(number, LINE * lines)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        last = len(table.rows)
        if last and not table.heads:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        if table.note:
            self._note(sheet, last + 2, table.note, [self._width(table, column) for column in columns])
        if table.chart is not None:
            self._chart(sheet, table, table.chart, columns)
        return sheet.get_name()

    def _note(self, sheet: Any, row: int, note: str, widths: list[float]) -> None:
        """The note below a table, across its columns."""
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", self.plain)
        self._text(sheet, row, 0, note)
        sheet.set_row(row, LINE * _lines(note, sum(widths)))

    def _cell(self, sheet: Any, row: int, place: int, value: Cell | str, column: Column) -> None:
        if isinstance(value, Cell) and value.value is not None:
            sheet.write_number(row, place, value.value, self._format(column, value.value))
        elif _shown(value):
            self._text(sheet, row, place, _shown(value))

    def _format(self, column: Column, value: float) -> Any:
        """The number format of a column; a share near 0 or 1 gets the decimal that keeps it from being either."""
        digits = column.digits
        if column.kind == "share" and (0 < value < 0.01 or 0.99 < value < 1):
            digits = max(digits, 1)
        decimals = f".{'0' * digits}" if digits else ""
        form = {"share": f"0{decimals}%", "year": "0", "whole": "#,##0"}.get(column.kind, f"#,##0{decimals}")
        if column.kind in ("number", "text"):
            form = _number_format(value)
        if self.brief.language == "zh":  # an office groups no thousands
            form = form.replace("#,##0", "0")
        if form not in self.formats:
            self.formats[form] = self.book.add_format({**self.font, "num_format": form})
        return self.formats[form]

    def _width(self, table: Table, column: Column) -> float:
        cells = [row.get(column.id, "") for row in table.rows[:200]]
        shown = [_shown(cell) if column.kind == "text" else _digits(cell, column) for cell in cells]
        longest = max(_cells(text) for text in (column.name, *shown))
        return min(WIDEST, max(NARROWEST, longest + BESIDE))

    def _chart(self, sheet: Any, table: Table, chart: Chart, columns: tuple[Column, ...]) -> None:
        """Bars beside the table, drawn by Excel from its cells."""
        places = {column.id: number for number, column in enumerate(columns)}
        values = [name for name in chart.values if name in places]
        last = min(len(table.rows), chart.most)
        if not values or last == 0:
            return
        bars = self.book.add_chart({"type": chart.kind})
        name = sheet.get_name()
        for number, value in enumerate(values):
            bars.add_series({
                "name": [name, 0, places[value]],
                "categories": [name, 1, places[chart.category], last, places[chart.category]],
                "values": [name, 1, places[value], last, places[value]],
                "fill": {"color": COLOURS[number % len(COLOURS)]},
                "gap": 60,
            })  # fmt: skip
        bars.set_title({"name": chart.title, "overlay": False, "name_font": {"size": 11}})
        bars.set_legend({"position": "bottom"} if len(values) > 1 else {"none": True})
        axis: dict[str, Any] = {"num_font": {"size": 9}, "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}}
        if columns[places[values[0]]].kind == "share":
            axis |= {"num_format": "0%", "min": 0} | ({"max": 1} if values[0] == "probability" else {})
        if chart.kind == "bar":
            bars.set_y_axis({"reverse": True, "num_font": {"size": 9}})
            bars.set_x_axis(axis)
        else:
            bars.set_x_axis({"num_font": {"size": 9}})
            bars.set_y_axis(axis)
        bars.set_size({"width": 720, "height": max(320, 26 * last + 120) if chart.kind == "bar" else 420})
        sheet.insert_chart(len(table.rows) + 4, 0, bars, {"description": chart.title})

    def _columns(self, sheets: list[tuple[Table, str]]) -> None:
        """What every column of every sheet means."""
        sheet = self._sheet(self.words["sheet_columns"])
        for place, (key, width) in enumerate((("col_sheet", 26), ("col_column", 26), ("col_meaning", 80), ("col_kind", 14))):
            self._text(sheet, 0, place, text=self.words[key], form=self.head)
            sheet.set_column(place, place, width)
        row = 1
        for table, name in sheets:
            for column in table.of("workbook"):
                texts = (name, column.name, column.meaning, self.words[f"kind_{_kind(table, column)}"])
                for place, text in enumerate(texts):
                    self._text(sheet, row, place, text)
                row += 1
        sheet.freeze_panes(1, 0)


def _digits(cell: Cell | str, column: Column) -> str:
    """A number about as wide as a sheet shows it; else too narrow a column has only hashes."""
    if not isinstance(cell, Cell) or cell.value is None:
        return _shown(cell)
    return f"{cell.value:,.{column.digits}f}"


def _kind(table: Table, column: Column) -> str:
    """The kind of data of a column: what a document tells in words, its number with its unit, is a number in a sheet."""
    cells = [row.get(column.id, "") for row in table.rows]
    return (
        "number"
        if column.kind == "text" and any(isinstance(each, Cell) and each.value is not None for each in cells)
        else column.kind
    )


def _number_format(value: float) -> str:
    """The format of a number of any size: four digits that matter, whole numbers whole."""
    if value == round(value):
        return "#,##0"
    decimals = min(max(3 - math.floor(math.log10(abs(value))), 0), 6)
    return f"#,##0.{'#' * decimals}" if decimals else "#,##0"


def _cells(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of a width, in Latin letters, less its indent and margin."""
    return max(math.ceil(_cells(text) / (width - BESIDE)), 1)


def _shown(value: Cell | str) -> str:
    return value.shown if isinstance(value, Cell) else value
