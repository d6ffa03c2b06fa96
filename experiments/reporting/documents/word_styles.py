"""How a Word document looks: every style names its Chinese font itself, so that no theme falls back to another.

``official`` follows GB/T 9704-2012: title 小标宋 二号, body 仿宋 三号 at 28 points a line with two characters indented, first
headings 黑体 with Chinese numerals, margins 37, 35, 28 and 26 mm. Tables are smaller, since the standard says nothing of them.
"""

from dataclasses import dataclass, replace
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
NUMERALS = "一二三四五六七八九十"
THEMES = ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme")


@dataclass(frozen=True)
class Fonts:
    """A font for Chinese and one for Latin letters."""

    chinese: str
    latin: str


@dataclass(frozen=True)
class Look:
    """Fonts, sizes (points) and margins of a style of documents; ``chinese_numerals``: whether Chinese headings have them;
    ``attached``: tables and pictures stand in annexes that the text names, as in an office's paper; ``fits``: sizes of text, line
    spacings and sizes in tables, the largest or the standard's own first, of which the first is taken in which the brief ends on
    the second page; ``gap``: points after a paragraph; ``heading_gaps``: points before and after a first heading.
    """

    body: Fonts
    title: Fonts
    heading: Fonts
    size: float
    title_size: float
    heading_size: float
    cell_size: float
    line: float | None
    indent: bool
    centred: bool
    top: Any
    bottom: Any
    left: Any
    right: Any
    chinese_numerals: bool
    attached: bool = False
    fits: tuple[tuple[float, float | None, float], ...] = ()
    gap: float = 4.0
    heading_gaps: tuple[float, float] = (16.0, 6.0)

    def number(self, section: int, language: str) -> str:
        """How a first heading is numbered: 一、 in a Chinese document after the standard, a figure in any other."""
        return numeral(section) if self.chinese_numerals and language == "zh" else f"{section}  "


def numeral(number: int) -> str:
    """一、 to 十九、: no brief has more sections."""
    return f"{NUMERALS[number - 1] if number <= 10 else '十' + NUMERALS[number - 11]}、"


YAHEI = Fonts("微软雅黑", "Calibri")
FANGSONG = Fonts("仿宋", "Times New Roman")
LOOKS = {
    "plain": Look(
        YAHEI, YAHEI, YAHEI, size=10.5, title_size=20, heading_size=14, cell_size=8.5, line=None, indent=False, centred=False,
        top=Mm(20), bottom=Mm(18), left=Mm(18), right=Mm(18), chinese_numerals=True,
        fits=((12, None, 9.5), (11.5, None, 9.5), (11, None, 9), (10.5, None, 8.5)),
    ),
    "official": Look(
        FANGSONG, Fonts("方正小标宋简体", "Times New Roman"), Fonts("黑体", "Times New Roman"), size=16, title_size=22,
        heading_size=16, cell_size=10.5, line=28.0, indent=True, centred=True,
        top=Mm(37), bottom=Mm(35), left=Mm(28), right=Mm(26), chinese_numerals=True, attached=True,
        gap=0.0, heading_gaps=(0.0, 0.0),  # the standard sets lines and nothing between them
        fits=((16, 28.0, 10.5), (16, 25.0, 10.5), (15, 23.0, 10.5), (14, 21.0, 10.5), (12, 18.0, 10.5)),
    ),
}  # fmt: skip


def look_of(style: str, language: str) -> Look:
    """A style of documents in a language: the standard is for Chinese, and English of its size takes more room."""
    look = LOOKS[style]
    if language != "en":
        return look
    if look.attached:
        fits: tuple[tuple[float, float | None, float], ...] = ((12, 18.0, 9.5), (11, 16.0, 9), (10, 14.0, 9))
        return replace(
            look, size=12, heading_size=13, title_size=18, cell_size=9.5, line=18.0, fits=fits, gap=5.0, heading_gaps=(14.0, 4.0)
        )
    fits = ((11, None, 9), (10.5, None, 8.5), (10, None, 8.5), (9.5, None, 8))
    return replace(look, size=9.5, heading_size=12, title_size=16, cell_size=8, fits=fits)


def apply_look(document: Any, look: Look, language: str) -> None:
    """Give a document its styles."""
    _without_themes(document, language)
    styles = document.styles
    for name in ("Body Text", "List Bullet", "Caption", "Title", "Subtitle", "Footer", "Heading 1"):
        _fonts(styles[name], look.body)
    _fonts(styles["Normal"], look.body)
    normal = styles["Normal"]
    normal.font.size = Pt(look.size)
    _spacing(normal, 0, look.gap, look.line)
    _title(styles, look)
    body = styles["Body Text"]
    _spacing(body, 0, look.gap, look.line)
    if look.indent:
        body.paragraph_format.first_line_indent = Pt(2 * look.size)
    _spacing(styles["List Bullet"], 0, look.gap, look.line)
    _small(styles, "Caption", look)
    _small(styles, "Footer", look, size=8)
    styles["Footer"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Note", "Cell", "Picture", "Question Box", "Answer Box", "Warning Box"):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _fonts(style, look.body)
    _small(styles, "Note", look)
    _spacing(styles["Cell"], 1, 1, None)
    styles["Cell"].font.size = Pt(look.cell_size)
    _spacing(styles["Picture"], 6, 2, None)
    styles["Picture"].paragraph_format.keep_with_next = True
    _box(styles["Question Box"], look, "1A1A1A", "F4F4F4")
    _box(styles["Answer Box"], look, "00568A", "EEF5FA")
    _box(styles["Warning Box"], look, "8A3C00", "FDF1E6")
    _table(styles, look)
    _settings(document)


def _title(styles: Any, look: Look) -> None:
    title, subtitle, heading = styles["Title"], styles["Subtitle"], styles["Heading 1"]
    for style, fonts, size, colour in (
        (title, look.title, look.title_size, "1A1A1A"),
        (subtitle, look.body, min(look.size, 11), "4D4D4D"),
        (heading, look.heading, look.heading_size, "1A1A1A"),
    ):
        _fonts(style, fonts)
        style.font.size, style.font.italic, style.font.color.rgb = Pt(size), False, RGBColor.from_string(colour)
        style.font.bold = style is not subtitle and not look.centred
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
        if look.centred and style is not heading:
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for spacing in list(style.element.iter(qn("w:spacing"))):  # of letters: Chinese wants none
            if spacing.getparent().tag == qn("w:rPr"):
                spacing.getparent().remove(spacing)
    _spacing(title, 0, 4, None)
    _spacing(subtitle, 0, 8, None)
    _spacing(heading, *look.heading_gaps, look.line if look.attached else None)
    heading.paragraph_format.keep_with_next = True


def _small(styles: Any, name: str, look: Look, bold: bool = False, size: float | None = None) -> None:
    style = styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(size or look.cell_size + 0.5), bold, False
    style.font.color.rgb = RGBColor.from_string("1A1A1A" if bold else "4D4D4D")
    _spacing(style, 6 if bold else 2, 4, None)


def _spacing(style: Any, before: float, after: float, line: float | None) -> None:
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.line_spacing = Pt(line) if line is not None else 1.25 if style.name not in ("Cell", "Picture") else 1.0


def _fonts(style: Any, fonts: Fonts) -> None:
    properties = style.element.get_or_add_rPr()
    own = properties.get_or_add_rFonts()
    for theme in THEMES:
        own.attrib.pop(qn(theme), None)
    for key, font in (("ascii", fonts.latin), ("hAnsi", fonts.latin), ("cs", fonts.latin), ("eastAsia", fonts.chinese)):
        own.set(qn(f"w:{key}"), font)


def _without_themes(document: Any, language: str) -> None:
    """No style may take its font from the theme; the language is that of the brief."""
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for theme in THEMES:
            fonts.attrib.pop(qn(theme), None)
    for tag in document.styles.element.iter(qn("w:lang")):
        tag.set(qn("w:val"), LANGUAGES[language] if language != "zh" else "en-US")
        tag.set(qn("w:eastAsia"), "zh-CN")


def _box(style: Any, look: Look, colour: str, fill: str) -> None:
    """A shaded paragraph with a bar on its left."""
    _spacing(style, 0, 0, None)
    style.font.size = Pt(min(look.size, 12))
    properties = style.element.get_or_add_pPr()
    borders, bar, shading = OxmlElement("w:pBdr"), OxmlElement("w:left"), OxmlElement("w:shd")
    for key, value in (("val", "single"), ("sz", "36"), ("space", "8"), ("color", colour)):
        bar.set(qn(f"w:{key}"), value)
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shading.set(qn(f"w:{key}"), value)
    borders.append(bar)
    # The order of a paragraph's properties is fixed: borders and shading stand before spacing.
    place = properties.find(qn("w:spacing"))
    for element in (borders, shading):
        if place is None:
            properties.append(element)
        else:
            place.addprevious(element)
    style.paragraph_format.left_indent = Mm(4)


def _table(styles: Any, look: Look) -> None:
    """A table with a line over, under its head, and between rows."""
    style = styles.add_style("Brief Table", WD_STYLE_TYPE.TABLE)
    style.base_style = styles["Normal Table"]
    properties, borders = OxmlElement("w:tblPr"), OxmlElement("w:tblBorders")
    for edge, size, colour in (("top", 8, "1A1A1A"), ("bottom", 8, "1A1A1A"), ("insideH", 4, "C9C9C9")):
        line = OxmlElement(f"w:{edge}")
        for key, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    properties.append(borders)
    style.element.append(properties)


def _settings(document: Any) -> None:
    """Word of today, not its compatibility mode of 2007."""
    settings = document.settings.element
    compat = settings.find(qn("w:compat"))
    if compat is None:
        compat = OxmlElement("w:compat")
        settings.append(compat)
    mode = OxmlElement("w:compatSetting")
    for key, value in (("name", "compatibilityMode"), ("uri", "http://schemas.microsoft.com/office/word"), ("val", "15")):
        mode.set(qn(f"w:{key}"), value)
    compat.append(mode)
