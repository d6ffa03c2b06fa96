"""The brief as a Word document that Word, WPS and LibreOffice open and edit: real headings, numbered captions, repeated heads.

Two styles: plain, and official after GB/T 9704 (title in 小标宋, body in 仿宋, its margins, its line spacing). The same brief
gives the same bytes: the parts are packed without the time of day.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt

from experiments.reporting.documents import word_styles
from experiments.reporting.documents.content import Brief, Bullets, Callout, Illustration, Paragraph, Section, Table, stack_lines
from experiments.reporting.documents.figure_bytes import Pictures
from experiments.reporting.documents.html import numbers, shown
from experiments.results.files import whole

STILL = (1980, 1, 1, 0, 0, 0)
#: How high a line is in the fonts of the look, of its size; how high a picture of the two pages is, of its width; points that the
#: borders of a cell take of its width.
LINE, PICTURE, BORDER = 1.6, 0.32, 11.0
#: Tables of so few rows stay on one page.
SHORT = 8


def write(brief: Brief, path: Path, pictures: Pictures, style: str = "plain") -> None:
    """Write the document in one of ``word_styles.LOOKS``."""
    document = _Writer(brief, pictures, word_styles.look_of(style, brief.language)).document()
    packed = io.BytesIO()
    document.save(packed)
    with whole(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as still:
        with zipfile.ZipFile(packed) as original:
            for entry in original.infolist():
                still.writestr(zipfile.ZipInfo(entry.filename, STILL), original.read(entry.filename), zipfile.ZIP_DEFLATED)


class _Writer:
    def __init__(self, brief: Brief, pictures: Pictures, look: word_styles.Look) -> None:
        self.brief, self.pictures, self.look = brief, pictures, look
        self.width = Mm(210) - look.left - look.right
        self.look = self._fitted(look)
        self.docx: Any = Document()
        self.numbers = numbers(brief)

    def document(self) -> Any:
        """The whole document."""
        word_styles.apply_look(self.docx, self.look, self.brief.language)
        self._page()
        self._properties()
        self.docx.add_paragraph(self.brief.title, style="Title")
        self.docx.add_paragraph(self.brief.subtitle, style="Body Text" if self.look.attached else "Subtitle")
        for block in self.brief.opening:
            self._block(block)
        sections = [each for each in map(self._in_text, self.brief.shown) if each.blocks]
        for number, section in enumerate(sections, 1):
            self._section(number, section)
        named = [block.title if isinstance(block, Table) else block.caption for block in self._attachments()]
        if named:
            items = self.brief.labels["heading_gap"].join(
                f"{number}{self.brief.labels['item_gap']}{name}" for number, name in enumerate(named, 1)
            )
            self.docx.add_paragraph(f"{self.brief.labels['attachments']}{items}", style="Body Text")
        if self.brief.source:
            self.docx.add_paragraph(self.brief.source, style="Note")
        self._attach()
        return self.docx

    @property
    def _attached(self) -> bool:
        """Whether tables and pictures stand behind the text, as annexes that it names."""
        return self.look.attached and not self.brief.with_annexes

    def _in_text(self, section: Section) -> Section:
        """A section without what is attached."""
        if not self._attached:
            return section
        return replace(section, blocks=tuple(block for block in section.blocks if not isinstance(block, Table | Illustration)))

    def _fitted(self, look: word_styles.Look) -> word_styles.Look:
        """The first sizes of the look in which the brief ends on the second page, the last where it does in none; nothing is ever
        left out. One with annexes is as long as it is.

        The standard sets 22 lines of 28 characters on a page and lets an office set more where it has to.
        """
        page, width = Emu(Mm(297) - look.top - look.bottom).pt, Emu(self.width).pt
        made = look
        for size, line, cell in () if self.brief.with_annexes else look.fits:
            heading = min(look.heading_size, size) if self._attached else look.heading_size
            made = replace(look, size=size, heading_size=heading, line=line, cell_size=cell)
            if self._length(made, width) <= 2 * page:
                break
        return made

    def _length(self, look: word_styles.Look, width: float) -> float:
        """Points that the brief takes, by its characters: good to a line or two."""
        line = look.line or LINE * look.size
        used = (4 if look.attached else 2) * line  # lines to spare, and one that names the annexes
        used += 1.5 * look.title_size * _lines(self.brief.title, look.title_size, width)
        used += line * _lines(f"　　{self.brief.subtitle}", look.size, width) + 16.0 * _lines(self.brief.source, 10.5, width)
        sections = (Section("opening", "", self.brief.opening), *map(self._in_text, self.brief.shown))
        for section in (each for each in sections if each.blocks):
            used += line + sum(look.heading_gaps) if section.title else 0.0
            for block in section.blocks:
                if isinstance(block, Illustration):
                    used += PICTURE * width + 30.0
                    continue
                if isinstance(block, Table):
                    used += _height(block, look.cell_size, width) if block.in_document else 0.0
                    continue
                small = isinstance(block, Paragraph) and block.small and not look.attached
                size, pitch = (look.cell_size, LINE * look.cell_size) if small else (look.size, line)
                texts = (
                    [block.text] if isinstance(block, Paragraph) else [*getattr(block, "items", ()), *getattr(block, "lines", ())]
                )
                used += sum(look.gap + pitch * _lines(f"　　{text}", size, width) for text in texts)
        return used

    def _attach(self) -> None:
        """Each table and picture on the pages after the text, under the number by which the text names it."""
        blocks = self._attachments()
        for number, block in enumerate(blocks, 1):
            heading = self.docx.add_heading(f"{self.brief.labels['attachment']}{number}", level=1)
            heading.paragraph_format.page_break_before = number == 1
            self._block(block)

    def _attachments(self) -> list[Table | Illustration]:
        if not self._attached:
            return []
        found = [block for section in self.brief.shown for block in section.blocks if isinstance(block, Table | Illustration)]
        return [block for block in found if isinstance(block, Illustration) or block.in_document]

    def _section(self, number: int, section: Section) -> None:
        self.docx.add_heading(f"{self.look.number(number, self.brief.language)}{section.title}", level=1)
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Any) -> None:
        match block:
            case Paragraph():
                small = block.small and not self.look.attached  # an office's paper has one size
                self.docx.add_paragraph(style="Note" if small else "Body Text").add_run(block.text).bold = block.strong or None
            case Bullets():
                for item in block.items:
                    self.docx.add_paragraph(item, style="List Bullet")
            case Callout():
                self._callout(block)
            case Illustration():
                self._picture(block)
            case Table():
                if block.in_document:
                    self._table(block)

    def _callout(self, callout: Callout) -> None:
        style = {"question": "Question Box", "answer": "Answer Box"}.get(callout.tone, "Warning Box")
        title = self.docx.add_paragraph(style=style)
        title.add_run(callout.title).bold = True
        title.paragraph_format.space_before = Pt(8)
        title.paragraph_format.keep_with_next = True
        for line in callout.lines:
            self.docx.add_paragraph(line, style=style)

    def _caption(self, label: str, number: int, text: str, above: bool) -> None:
        """A caption that Word counts itself (a SEQ field), showing the number it has now."""
        paragraph = self.docx.add_paragraph(style="Caption")
        paragraph.add_run(f"{label} ")
        for run in _field(f"SEQ {label} \\* ARABIC", str(number)):
            paragraph._p.append(run)
        text_run = paragraph.add_run(f"{self.brief.labels['number_gap']}{text}")
        text_run.bold = above or None  # the title of a table; what stands under a picture is a sentence
        paragraph.paragraph_format.keep_with_next = above

    def _picture(self, picture: Illustration) -> None:
        content = self.pictures.png(picture)
        paragraph = self.docx.add_paragraph(style="Picture")
        shape = paragraph.add_run().add_picture(io.BytesIO(content), width=self.width)
        highest = Mm(205)
        if shape.height > highest:
            shape.width, shape.height = Emu(int(shape.width * highest / shape.height)), highest
        about = shape._inline.docPr
        about.set("descr", picture.alt)
        about.set("title", picture.caption[:200])
        self._caption(self.brief.labels["figure_label"], self.numbers[f"picture:{picture.id}"], picture.caption, False)

    def _table(self, table: Table) -> None:
        self._caption(self.brief.labels["table_label"], self.numbers[f"table:{table.id}"], table.title, True)
        columns = table.of("document")
        new_table = self.docx.add_table(rows=1, cols=len(columns))
        new_table.style, new_table.alignment, new_table.autofit = "Brief Table", WD_TABLE_ALIGNMENT.CENTER, False
        total = sum(column.width for column in columns)
        widths = [Emu(int(self.width * column.width / total)) for column in columns]
        for grid, width in zip(new_table.columns, widths, strict=True):  # LibreOffice goes by the grid, Word by the cells
            grid.width = width
        self._row(new_table.rows[0], [column.name for column in columns], columns, widths, bold=True)
        _set(new_table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        whole = len(table.rows) <= SHORT
        for number, row in enumerate(table.rows):
            cells = new_table.add_row()
            if number in table.heads:
                merged = cells.cells[0].merge(cells.cells[-1])
                self._fill(merged, shown(row.get(columns[0].id, "")), False, True)
                _shade(merged, "EEF5FA")
                merged.paragraphs[0].paragraph_format.keep_with_next = True
            else:
                self._row(cells, [shown(row.get(column.id, "")) for column in columns], columns, widths)
            _set(cells._tr.get_or_add_trPr(), "w:cantSplit")
            if whole and number < len(table.rows) - 1:
                for cell in cells.cells:
                    cell.paragraphs[0].paragraph_format.keep_with_next = True
        for cell in new_table.rows[0].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        note = self.docx.add_paragraph(table.note, style="Note") if table.note else self.docx.add_paragraph(style="Note")
        note.paragraph_format.space_after = Pt(10)

    def _row(self, row: Any, texts: list[str], columns: Any, widths: list[Any], bold: bool = False) -> None:
        for cell, text, column, width in zip(row.cells, texts, columns, widths, strict=True):
            cell.width = width
            self._fill(cell, text, column.kind != "text", bold)

    def _fill(self, cell: Any, text: str, right: bool, bold: bool) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.style = "Cell"
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for number, line in enumerate(stack_lines(text)):
            run = paragraph.add_run()
            if number:
                run.add_break()
            run.add_text(line)
            run.bold = bold or None

    def _page(self) -> None:
        """A4, margins of the look, and a foot with the result's identity and the page's number."""
        section = self.docx.sections[0]
        section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = self.look.top, self.look.bottom
        section.left_margin, section.right_margin = self.look.left, self.look.right
        foot = section.footer.paragraphs[0]
        foot.style = "Footer"
        foot.add_run(f"{self.brief.footer} · ")
        for run in _field("PAGE", "1"):
            foot._p.append(run)

    def _properties(self) -> None:
        own, when = self.docx.core_properties, datetime.fromisoformat(self.brief.day)
        own.title, own.subject, own.author, own.comments = self.brief.title[:250], self.brief.subtitle[:250], "Xianjie", ""
        own.created = own.modified = own.last_printed = when
        own.last_modified_by, own.revision, own.language = "Xianjie", 1, word_styles.LANGUAGES[self.brief.language]


def _height(table: Table, size: float, width: float) -> float:
    """Points that a table of cells of this size takes, with its title and its note."""
    columns = table.of("document")
    total = sum(column.width for column in columns)
    used = 50.0 + 1.5 * size * _lines(table.note, size, width)
    for row in ({column.id: column.name for column in columns}, *table.rows):
        texts = ((shown(row.get(column.id, "")), width * column.width / total - BORDER) for column in columns)
        used += 3.0 + 1.35 * size * max((_lines(text, size, room) for text, room in texts), default=1)
    return used


def _lines(text: str, size: float, width: float) -> int:
    """How many lines of this width (points) a text takes."""
    return 1 + int(_cells(text) * size / 2 // width) if text else 0


def _cells(text: str) -> int:
    """How wide a text is: a Chinese character counts two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def _field(instruction: str, shows: str) -> Iterator[Any]:
    """The runs of a field: what Word is to count, and what it shows until it does."""
    for kind in ("begin", "instruction", "separate", "shown", "end"):
        run = OxmlElement("w:r")
        if kind == "instruction":
            inner = OxmlElement("w:instrText")
            inner.set(qn("xml:space"), "preserve")
            inner.text = f" {instruction} "
        elif kind == "shown":
            inner = OxmlElement("w:t")
            inner.text = shows
        else:
            inner = OxmlElement("w:fldChar")
            inner.set(qn("w:fldCharType"), kind)
        run.append(inner)
        yield run


def _set(properties: Any, name: str) -> None:
    properties.append(OxmlElement(name))


def _shade(cell: Any, colour: str) -> None:
    shading = OxmlElement("w:shd")
    for key, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour)):
        shading.set(qn(key), value)
    cell._tc.get_or_add_tcPr().append(shading)
