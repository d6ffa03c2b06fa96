"""Read YAML as a person means it: no silent duplicates, no surprises of YAML 1.1, and a line for every value.

Words stay words (``no``, ``on``, ``2021-01``, ``12:30``, ``010``), and ``5e-2`` is a number. Values are built from the parser's
events, one after the other, so that what is too deep or too long is refused before anything that calls itself sees it.
"""

import math
import os
import re
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from sim.core.inputs import shipped
from sim.core.inputs.errors import BilingualText, InputError, hint_full_width_mark, nearest
from sim.core.inputs.notation import LONGEST_NUMBER, as_written, shorten

LARGEST_FILE = 2_000_000  # bytes
DEEPEST = 20
MOST_NODES = 100_000
MOST_DIGITS = 15  # every number of so many comes back as it was written


class Mapping(dict):
    """A mapping that remembers the line of each key; ``line`` is its own."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[Any, int] = {}


class Sequence(list):
    """A list that remembers its line, and the first of its entries that were written as one number with commas: ``4,000``."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.grouped = ""


_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9_]*)(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+([eE][-+]?[0-9]+)?")
#: The first digits of a number with commas, and those after each comma.
_LEADING, _THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}"), re.compile(r"[0-9]{3}(\.[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


#: How a file that is no text begins, and what it is.
_BEGINNINGS = {b"PK\x03\x04": "Excel/Word", b"\xd0\xcf\x11\xe0": "Excel/Word", b"%PDF": "PDF"}
_LINES = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Builder:
    """Turn the parser's events into values, counting them so that aliases cannot explode."""

    def __init__(self, place: str, text: str) -> None:
        self.place, self.text, self.nodes = place, text, 0
        self.read: list[yaml.Event] = []
        self.anchors: dict[str, tuple[int, int | None]] = {}  # where in ``read`` a value begins, and ends once it is whole

    def events(self) -> Iterator[yaml.Event]:
        """The events of the parser, kept for aliases."""
        for event in yaml.parse(self.text, Loader=_LOADER):
            self.read.append(event)
            yield event

    def document(self) -> Any:
        """The one value of the text; an empty mapping if there is none."""
        events = self.events()
        value: Any = Mapping(1)
        count = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                count += 1
                if count > 1:
                    raise InputError(
                        self.place, event.start_mark.line + 1, "a second document begins here; leave out the line '---'",
                        "这里又起了一份文档；请删去“---”这一行"
                    )  # fmt: skip
                value = self.build(next(events), events, 0)
        return value

    def build(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
        """The value that begins with an event."""
        line = event.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise InputError(
                self.place,
                line,
                "too many values; do aliases (*name) repeat each other?",
                "数值太多；请检查别名（*name）是否层层重复引用",
            )
        if depth > DEEPEST:
            raise InputError(self.place, line, f"nested more than {DEEPEST} deep", f"层次嵌套超过 {DEEPEST} 层，请写得浅一些")
        if isinstance(event, yaml.AliasEvent):
            first, last = self.anchors.get(event.anchor, (0, None))
            if last is None:
                name = shorten(event.anchor)
                raise InputError(
                    self.place, line, f"'*{name}' repeats what '&{name}' names, which is not whole here; write the value out",
                    f"“*{name}”引用的“&{name}”在此处尚不完整；请直接写出值"
                )  # fmt: skip
            again = iter(self.read[first:last])
            return self.build(next(again), again, depth)
        if event.tag is not None and event.tag != "!":
            raise InputError(
                self.place,
                line,
                f"the tag '{shorten(event.tag)}' is not used here; leave it out",
                f"这里不用标签“{shorten(event.tag)}”，请删去",
            )
        # A repeated value names nothing anew: what it contains has been named where it was read first.
        named = event.anchor if event.anchor is not None and event.anchor not in self.anchors else None
        if named is not None:
            self.anchors[named] = (len(self.read) - 1, None)
        value = self.whole(event, events, depth)
        if named is not None:
            self.anchors[named] = (self.anchors[named][0], len(self.read))
        return value

    def whole(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
        """The value that begins with an event which is no alias."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            sequence, written = Sequence(line), []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                written.append(event)
                sequence.append(self.build(event, events, depth + 1))
            sequence.grouped = _grouped(written)
            return sequence
        mapping, flow = Mapping(line), event.flow_style
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            self.entry(mapping, key, flow, events=events, depth=depth)
        return mapping

    def entry(self, mapping: Mapping, key: yaml.Event, flow: bool, events: Iterator[yaml.Event], depth: int) -> None:
        """Put the value of a key into a mapping."""
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarEvent):
            raise InputError(
                self.place, line, "a key must be a word, not a list or a mapping", "冒号前只能写一个名称，不能是列表或一组值"
            )
        name, value = key.value, next(events)
        if flow and isinstance(value, yaml.ScalarEvent) and value.end_mark.index <= key.end_mark.index:
            alone, wide = shorten(name), hint_full_width_mark(name)
            if wide.english:
                raise InputError(self.place, line, f"'{alone}' has no value{wide.english}", f"“{alone}”没有值{wide.chinese}")
            raise InputError(
                self.place,
                line,
                f"between {{ and }} a comma ends an entry, so that '{alone}' stands alone: put a text that contains commas "
                f"in quotes, and write a number without commas",
                f"花括号里英文逗号表示一项结束，“{alone}”因此成了单独一项；含英文逗号的文字请加引号或改用中文逗号，"
                f"数字里不要写逗号",
            )
        if name in mapping:
            first, again = mapping.lines[name], shorten(name)
            raise InputError(
                self.place, line, f"'{again}' is written twice; the first is on line {first}; keep one",
                f"“{again}”写了两次，前一次在第 {first} 行；请只留一处"
            )  # fmt: skip
        mapping[name] = self.build(value, events, depth + 1)
        mapping.lines[name] = line

    def scalar(self, event: yaml.ScalarEvent, line: int) -> Any:
        """A plain scalar as number, truth or text; a quoted one as text."""
        text = event.value
        if event.style:
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if not _NUMBER.fullmatch(text):
            return text
        digits = text.replace("_", "")
        number: int | float = math.inf
        if len(digits) <= LONGEST_NUMBER:
            number = int(digits) if re.fullmatch(r"[-+]?[0-9]+", digits) else float(digits)
        if isinstance(number, float) and abs(number) < math.inf and Decimal(digits) != Decimal(repr(number)):
            raise InputError(
                self.place, line, f"{shorten(digits)} has more digits than are held, and would be read as {as_written(number)}; "
                f"write at most {MOST_DIGITS} digits",
                f"{shorten(digits)} 的位数超出能保存的范围，会被读成 {as_written(number)}；请最多写 {MOST_DIGITS} 位数字"
            )  # fmt: skip
        if abs(number) == math.inf:
            raise InputError(
                self.place, line, f"the number {shorten(digits)} is too large; at most {LONGEST_NUMBER} digits are read",
                f"数字 {shorten(digits)} 太大，最多 {LONGEST_NUMBER} 位；请核对"
            )  # fmt: skip
        return abs(number) if number == 0 else number  # of -0 the sign says nothing


def _grouped(entries: list[yaml.Event]) -> str:
    """The first of a list's entries that look like one number with commas between its thousands; "" if none do."""
    found = ""
    for one, other in zip(entries, entries[1:]):
        if not all(isinstance(each, yaml.ScalarEvent) and not each.style for each in (one, other)):
            continue
        beside = (one.end_mark.line, one.end_mark.column + 1) == (other.start_mark.line, other.start_mark.column)
        if beside and _THOUSANDS.fullmatch(other.value) and (found.endswith(one.value) or _LEADING.fullmatch(one.value)):
            found = f"{found or one.value},{other.value}"
        elif found:
            break
    return found


def of(value: Any) -> Any:
    """A value made in Python as a file would have held it: months as text, NumPy's numbers as Python's, all on line 0."""
    if isinstance(value, dict | MappingProxyType):
        mapping = Mapping(0)
        for key, each in value.items():
            name = str(of(key))
            mapping[name], mapping.lines[name] = of(each), 0
        return mapping
    if hasattr(value, "strftime"):  # a date: a month is all that matters of it
        return value.strftime("%Y-%m")
    if hasattr(value, "tolist"):  # a number or an array of NumPy's
        return of(value.tolist())
    if isinstance(value, list | tuple):
        sequence = Sequence(0)
        sequence.extend(of(each) for each in value)
        return sequence
    return value


def read_text(path: Path) -> str:
    """The text of a file. Raises InputError when it is missing, no regular file, too large, or not UTF-8."""
    data = read_bytes(path)
    kind = next((kind for beginning, kind in _BEGINNINGS.items() if data.startswith(beginning)), "")
    if kind:
        raise InputError(
            path, 0, f"is a document of {kind}, not text: copy what it says into a text file that ends in .yaml",
            f"这是 {kind} 文档，不是文本文件；请把内容写进以 .yaml 结尾的文本文件"
        )  # fmt: skip
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise InputError(
            path, line, "is not UTF-8 text; save it as UTF-8", "不是 UTF-8 编码的文字；请用编辑器另存为 UTF-8 编码"
        ) from None


def read_bytes(path: Path) -> bytes:
    """What a file holds, ``LARGEST_FILE`` bytes at most. Devices and pipes are not opened: they may never end."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(path, 0, "is a folder, not a file", "这是文件夹，不是文件；请写明文件")
        if not stat.S_ISREG(mode):
            raise InputError(
                path, 0, "is a device or a pipe, not a file; save it as a file first", "这是设备或管道，不是文件；请先存成文件"
            )
        # The name may mean something else by now; a pipe must not keep us waiting.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
            data = file.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: there can be no such name
        raise InputError(path, 0, "there is no such file; check its path and name", "没有这个文件；请核对路径和文件名") from None
    except OSError as problem:
        raise InputError.of(path, 0, problem) from None
    if len(data) > LARGEST_FILE:
        raise InputError(
            path, 0, f"is larger than {LARGEST_FILE:,} bytes", f"文件超过 {LARGEST_FILE:,} 字节，太大了；请核对是否选错了文件"
        )
    return data


def beside(path: Path, line: int, key: str, name: Any) -> Path:
    """The file that ``key`` names in another, beside which it lies; ``baseline`` finds ``baseline.yaml``, a county's folder its
    county file, and where none is there, or it is the very file that names it, the shipped one is meant. Raises InputError.
    """
    if not isinstance(name, str) or not name:
        raise InputError(path, line, f"'{key}' must name a file", f"“{key}”后面应写一个文件名")
    known = shipped.files().get(name)
    for found in (path.parent / name, path.parent / f"{name}.yaml", path.parent / name / shipped.COUNTY_FILE):
        try:
            if found.is_file() and not (known and found.samefile(path)):
                return found
        except (OSError, ValueError):  # no file can have this name: it is too long, or holds the character NUL
            pass
    if known:
        return known
    if "\0" not in name and os.path.isdir(path.parent / name):
        raise InputError(
            path, line, f"'{key}' names the folder '{shorten(name)}', in which there is no {shipped.COUNTY_FILE}",
            f"“{key}”写的是文件夹“{shorten(name)}”，里面没有 {shipped.COUNTY_FILE}"
        )  # fmt: skip
    near = nearest(name, list(shipped.files()))
    raise InputError(
        path, line, f"'{key}' names '{shorten(name)}', but there is no such file beside it, and none of this name is shipped"
        f"{near.english}",
        f"“{key}”写的是“{shorten(name)}”，但同一文件夹里没有这个文件，程序也没有自带；请核对文件名{near.chinese}"
    )  # fmt: skip


def parse(text: str, place: str | Path) -> Any:
    """The value of a YAML text; mappings and lists remember their lines. Raises InputError."""
    try:
        text.encode("utf-8")
        return _Builder(str(place), text).document()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise _invalid(place, text, mark.line if mark else 0, str(problem.problem or problem.context)) from None
    except (yaml.reader.ReaderError, UnicodeEncodeError) as problem:
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)  # the parser in C counts bytes
        start = found.start() if found else getattr(problem, "start", 0)
        code = f"U+{ord(text[start]):04X}"
        raise InputError(
            place, text[:start].count("\n") + 1, f"holds the character {code}, which is no text; delete it",
            f"含有不能作为文字的字符 {code}，请删去"
        ) from None  # fmt: skip


def _invalid(place: str | Path, text: str, at: int, reason: str) -> InputError:
    """That a text is not YAML, ``at`` a line counted from 0; what was meant, where that can be seen there or just before."""
    lines = _LINES.split(text)
    for number in range(min(at, len(lines) - 1), max(at - 4, -1), -1):
        wide, tab = hint_full_width_mark(lines[number]), re.match(r"[ \-?]*\t", lines[number])
        if wide.english or tab:
            problem = BilingualText(" (it begins with a tab; type spaces)", "（行首用了制表符 Tab，请改用空格）") if tab else wide
            return InputError(
                place, number + 1, f"is not valid YAML{problem.english}: {reason}",
                f"不符合 YAML 写法{problem.chinese}；系统提示原文：{reason}"
            )  # fmt: skip
    if re.search(r": .*: ", lines[min(at, len(lines) - 1)][:1000]):
        return InputError(
            place, at + 1, f"is not valid YAML: {reason}; put a text that contains ': ' in quotes",
            f"不符合 YAML 写法：文字里有英文冒号加空格时，请给整句加引号；系统提示原文：{reason}"
        )  # fmt: skip
    return InputError(
        place, at + 1, f"is not valid YAML: {reason}",
        f"不符合 YAML 写法，请检查这一行和前几行的缩进、冒号、引号和括号；系统提示原文：{reason}"
    )  # fmt: skip


def read_mapping(path: Path) -> Mapping:
    """The top-level mapping of a YAML file. Raises InputError."""
    value = parse(read_text(path), path)
    if not isinstance(value, Mapping):
        wide = hint_full_width_mark(value)
        raise InputError(
            path, 1, f"must be a mapping: one 'name: value' to a line{wide.english}", f"应一行写一个“名称: 值”{wide.chinese}"
        )
    return value
