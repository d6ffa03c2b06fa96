"""Files as they come broken: every one is read, or refused in one message; none hangs, calculates or fetches anything."""

import random
import socket
import struct
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from experiments.county_data import importer, packages
from sim.core.inputs.errors import DAMAGED_ARCHIVE, InputError
from tests.county import exports
from tests.county.forms import book, filled

SAMPLE, ALL = 150, 5000
SLOWEST = 20.0  # seconds of processor time for one file
SOURCES = exports.people(25, seed=3)
#: Cells that make trouble, of every type.
STRANGE = ("=1+1", "=WEBSERVICE(\"http://127.0.0.1:9/\")", "=cmd|' /C calc'!A0", "#REF!", "1e308", "-1e400", "nan", "９９９９", "202113", "\u202e甲",
           "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "x" * 40_000, "\0", "合计", "户编号", "*", "0" * 400,
           "2021年13月40日", "1" * 18, "1" * 5000, "-", "", "脱贫户", "是", "3.2万亿元", "\n\n", "\"", ",", "=", "'")  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Whole files of every kind, to be broken."""
    folder = tmp_path_factory.mktemp("whole")
    paths = exports.write(folder, exports.office(SOURCES))
    filled(folder / "县情.xlsx", {"registered_persons": 100, "county_floor": 2000})
    head = ["户编号", "户类型", "家庭人口数", "工资性收入"]
    book(folder / "小.xlsx", [head, *([f"{number}", "脱贫户", 2, 900 * number] for number in range(9))])
    return {path.name: path.read_bytes() for path in [*paths, folder / "县情.xlsx", folder / "小.xlsx"]}


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """Whoever opens a connection fails."""

    def refuse(*_):
        raise AssertionError("something was to be fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def mutate(content: bytes, name: str, dice: random.Random) -> bytes:
    """The file with one to three things changed."""
    kind = dice.randrange(5)
    if name.endswith(".csv") and kind < 3:
        lines = content.decode("gb18030").split("\r\n")
        for _ in range(dice.randint(1, 3)):
            place = dice.randrange(len(lines))
            cells = lines[place].split(",")
            cells[dice.randrange(len(cells))] = dice.choice(STRANGE)
            lines[place] = dice.choice((",", ",", ",", "\t", ";")).join(cells)
        return "\r\n".join(lines).encode(dice.choice(("gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-32", "big5")), "replace")
    if not name.endswith(".csv") and kind < 3:
        return _repack(content, dice)
    broken = bytearray(content)
    for _ in range(dice.randint(1, 20)):
        place = dice.randrange(len(broken))
        if kind == 3:
            broken[place] = dice.randrange(256)
        else:
            del broken[place : place + dice.randint(1, 400)]
    return bytes(broken)


def _repack(content: bytes, dice: random.Random) -> bytes:
    """A workbook with one of its parts changed."""
    import io

    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    name = dice.choice(sheets if sheets and dice.random() < 0.7 else list(parts))
    text = parts[name].decode("utf-8", "replace")
    change = dice.randrange(10)
    if change == 0:
        text = text.replace(
            "<v>", f"<f>{dice.choice(('1+1', 'WEBSERVICE(&quot;http://127.0.0.1&quot;)', 'A1'))}</f><v>", dice.randint(1, 30)
        )
    elif change == 1:
        text = text.replace("</v>", dice.choice(("", "e999</v>", "</v></v>", "1" * 400 + "</v>")), dice.randint(1, 5))
    elif change == 2:
        text = text.replace(
            't="s"', dice.choice(('t="e"', 't="b"', 't="d"', 't="str"', 't="inlineStr"', 't="zz"', "")), dice.randint(1, 30)
        )
    elif change == 3:
        text = text.replace(
            'r="A3"', dice.choice(('r="XFD1048576"', 'r="ZZZZ9"', 'r="A0"', 'r=""', 'r="A99999999999"', 'r="甲3"')), 1
        )
    elif change == 4:
        text = text.replace("<sheetData>", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><sheetData>', 1)
    elif change == 5:
        text = text.replace("?>", '?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c SYSTEM "file:///etc/passwd">]>', 1)
    elif change == 6:
        parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
            b'<Relationships><Relationship Id="r" Target="http://127.0.0.1:9/" TargetMode="External"/></Relationships>'
        )
    elif change == 7:
        text = text[: dice.randrange(len(text))]
    elif change == 8:
        del parts[dice.choice(list(parts))]
        name = ""
    else:
        cut = dice.randrange(len(text))
        text = text[:cut] + dice.choice(STRANGE) + text[cut:]
    if name in parts:
        parts[name] = text.encode("utf-8", "replace")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for each, inside in parts.items():
            archive.writestr(each, inside)
    return made.getvalue()


def survive(path: Path, content: bytes, seed: int) -> str:
    """Read a file, and say what became of it."""
    path.write_bytes(content)
    begun = time.process_time()
    try:
        imported = importer.read([path])
    except InputError as problem:
        told = "refused"
        assert problem.english and problem.chinese and "Error)" not in problem.english, f"seed {seed}: {problem.english}"
    else:
        told = "read"
        assert all(each.row >= 0 and each.chinese for each in imported.findings.found)
    assert time.process_time() - begun < SLOWEST, f"seed {seed}: {path.name} took too long"
    return told


def break_files(whole, folder, seeds):
    told = {"read": 0, "refused": 0}
    for seed in seeds:
        dice = random.Random(seed)
        name = dice.choice(sorted(whole))
        content = whole[name]
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            try:
                content = mutate(content, name, dice)
            except (*DAMAGED_ARCHIVE, struct.error, OSError, RuntimeError, KeyError):
                break  # broken already beyond what can be opened to break it further
        told[survive(folder / name, content, seed)] += 1
    return told


def test_mutated_files_are_read_or_refused(whole, tmp_path):
    told = break_files(whole, tmp_path, range(SAMPLE))
    assert sum(told.values()) == SAMPLE and min(told.values()) > SAMPLE / 10


@pytest.mark.deep
def test_five_thousand_mutated_files_are_read_or_refused(whole, tmp_path):
    told = break_files(whole, tmp_path, range(ALL))
    assert sum(told.values()) == ALL


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def small(path: Path) -> Path:
    return book(path, [["户编号", "户类型", "家庭人口数"], *([f"{number}", "脱贫户", 2] for number in range(9))])


def test_a_sheet_that_grows_when_unpacked_is_refused_before_it_has_grown(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "LARGEST_PART", 1 << 20)
    parts = parts_of(small(tmp_path / "a.xlsx"))
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"<sheetData>", b"<sheetData>" + b" " * (3 << 20)
    )
    with pytest.raises(InputError, match="export it by township"):
        importer.read([zipped(tmp_path / "b.xlsx", parts)])
    assert (tmp_path / "b.xlsx").stat().st_size < 1 << 16


def test_an_archive_that_lies_about_its_size_is_not_believed(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "LARGEST_PART", 1 << 20)
    parts = parts_of(small(tmp_path / "a.xlsx"))
    size = len(parts["xl/worksheets/sheet1.xml"]) + (3 << 20)
    parts["xl/worksheets/sheet1.xml"] += b" " * (3 << 20)
    content = bytearray(zipped(tmp_path / "b.xlsx", parts).read_bytes())
    content = content.replace(struct.pack("<I", size), struct.pack("<I", 100))
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(InputError, match="export it by township|cannot be read"):
        importer.read([tmp_path / "b.xlsx"])


@pytest.mark.parametrize("place", ["XFD1048576", "ZZ600000"])
def test_one_cell_at_the_far_corner_does_not_ask_for_all_cells_before_it(tmp_path, place):
    made = openpyxl.Workbook()
    made.active["A1"], made.active[place] = "户编号", "x"
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="last row and column"):
        importer.read([tmp_path / "a.xlsx"])


def test_a_far_cell_that_does_not_say_where_it_is_is_counted_too(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "MOST_CELLS", 1000)
    parts = parts_of(small(tmp_path / "a.xlsx"))
    row = b"<row>" + b"<c><v>1</v></c>" * 60 + b"</row>"
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", row * 30 + b"</sheetData>")
    with pytest.raises(InputError, match="last row and column"):
        importer.read([zipped(tmp_path / "b.xlsx", parts)])


def test_entities_are_refused(tmp_path):
    parts = parts_of(small(tmp_path / "a.xlsx"))
    parts["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + parts["xl/workbook.xml"].partition(b"?>")[2]
    with pytest.raises(InputError, match="cannot be read"):
        importer.read([zipped(tmp_path / "b.xlsx", parts)])


def test_repeated_cells_of_an_ods_are_counted_before_they_are_repeated(tmp_path):
    content = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>'
        '<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell office:value-type="string" table:number-columns-repeated="1000"><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    with pytest.raises(InputError, match="last row and column"):
        importer.read([zipped(tmp_path / "a.ods", {"mimetype": mime, "content.xml": content.encode()})])


def test_a_protected_workbook_is_said_to_be_protected(tmp_path):
    inside = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000
    (tmp_path / "a.xlsx").write_bytes(inside)
    with pytest.raises(InputError, match="protected by a password"):
        importer.read([tmp_path / "a.xlsx"])
