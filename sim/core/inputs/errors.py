"""What a planner reads when an input is wrong: where, what is wrong, what to do, in Chinese and below it in English. Exit code 2,
never a traceback.

Code that does not know where something was written raises UserError; whoever knows makes an InputError of it. English comes
before Chinese in every call, so that the two stand together in the source; a contract test holds them against each other.
"""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.core.inputs.notation import as_written, digits, escape, full_width, half, intended_number, is_hidden, shorten, shows
from sim.core.inputs.units import UNITS

#: Faults of one input that are reported at once; a file with more of them is of another kind.
MOST_FAULTS = 50
LONGEST_TITLE = 300
HARMLESS = "\n\t\u200b\u200c\u200d\ufeff"  # hidden characters that a title may hold: they neither move nor turn what is around
LONGEST_NAME = 100  # letters; the nearest name of a longer one is not looked for
#: What reading an archive raises that is damaged, or packed in a way that is not known; beside it, whatever is read in its parts.
DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, ValueError, OverflowError, NotImplementedError, EOFError)
WIDE_SPACES = ("\u3000", "\u00a0")
#: An entry whose colon no space follows, or another than the ordinary one, so that YAML takes it for a text.
UNSPACED = re.compile(r"[A-Za-z_][\w.]*:(?! )\S*[\u3000\u00a0]*\S", re.ASCII)
INDENT = "    "  # before the English sentence, which stands on a line of its own


class BilingualText(NamedTuple):
    """A sentence, or a part of one, in both languages."""

    english: str
    chinese: str


class UserError(ValueError):
    """What is wrong, without where it was written. As text it is the English sentence."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.english, self.chinese = english, chinese

    def __str__(self) -> str:
        return self.english


class CannotBeFounded(Exception):
    """The facts of a county contradict each other: no population has them all. As text it is the English sentence."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.english, self.chinese = english, chinese

    def __str__(self) -> str:
        return self.english


class InputError(Exception):
    """A fault in an input. ``place`` is a path or a name such as ``--set``; ``line`` counts from 1, 0 if there is none."""

    def __init__(self, place: str | Path, line: int, english: str, chinese: str) -> None:
        super().__init__(place, line, english, chinese)  # all, so that the error survives being sent between processes
        self.place, self.line, self.english, self.chinese = str(place), line, english, chinese

    @staticmethod
    def of(place: str | Path, line: int, problem: Exception, name: str = "") -> "InputError":
        """From what was found wrong elsewhere; ``name`` says with what, where the problem does not."""
        english, chinese = describe_problem(problem)
        if name:
            english, chinese = f"{name}: {english}", f"{name}：{chinese}"
        return InputError(place, line, english, chinese)

    def text_in(self, language: str | None = None) -> str:
        """What to show a reader of this language ("zh" or "en"), or of one not known: Chinese, and the English below it."""
        where = escape(f"{self.place}:{self.line}" if self.line else self.place)
        if language is None:
            return f"{where}: {escape(self.chinese)}\n{INDENT}{escape(self.english)}"
        return f"{where}: {escape(self.english if language == 'en' else self.chinese)}"

    def because(self, english: str, chinese: str) -> "InputError":
        """The same, with a remark in brackets."""
        return InputError(self.place, self.line, f"{self.english} ({english})", f"{self.chinese}（{chinese}）")

    def __str__(self) -> str:
        return self.text_in()


class InputErrors(InputError):
    """Several faults of one input, one after the other."""

    def __init__(self, errors: list[InputError]) -> None:
        super().__init__(errors[0].place, errors[0].line, errors[0].english, errors[0].chinese)
        self.args = (errors,)
        self.errors = errors

    def text_in(self, language: str | None = None) -> str:
        """One after the other."""
        return "\n".join(error.text_in(language) for error in self.errors)

    def because(self, english: str, chinese: str) -> "InputError":
        """The same, each with a remark in brackets."""
        return InputErrors([error.because(english, chinese) for error in self.errors])


def all_of(errors: list[InputError]) -> InputError:
    """One error that says them all; of a great many, the first ``MOST_FAULTS``."""
    if len(errors) > MOST_FAULTS:
        last = errors[MOST_FAULTS - 1]
        more = InputError(
            last.place, last.line, f"there are more faults than these {MOST_FAULTS}; mend them first, then check again",
            f"错误不止以上 {MOST_FAULTS} 处；请先改正，再检查一遍"
        )  # fmt: skip
        errors = [*errors[:MOST_FAULTS], more]
    return errors[0] if len(errors) == 1 else InputErrors(errors)


def bilingual(value: object) -> dict[str, str]:
    """A title as written, by language: one text stands for both. Raises UserError for what is neither that nor {zh: …, en: …}."""
    texts = {"zh": value, "en": value} if isinstance(value, str) else value
    if not isinstance(texts, Mapping) or set(texts) != {"zh", "en"}:
        wide = hint_full_width_mark(value)
        raise UserError(
            f"needs one text, or a Chinese and an English text: {{zh: …, en: …}}{wide.english}",
            f"要写一句话，或中文和英文各一句：{{zh: …, en: …}}{wide.chinese}",
        )
    if not all(isinstance(text, str) and shows(text) and len(text) <= LONGEST_TITLE for text in texts.values()):
        raise UserError(
            f"must be text of at most {LONGEST_TITLE} characters and not blank, in quotes if it is a number",
            f"应是不超过 {LONGEST_TITLE} 字的文字，不能是空的；只有数字时请加引号",
        )
    for letter in "".join(texts.values()):
        if is_hidden(letter) and letter not in HARMLESS:
            raise UserError(
                f"holds the character {ascii(letter)}, which does not show; delete it",
                f"含有看不见的字符 {ascii(letter)}，请删去",
            )
    return dict(texts)


#: What the system refuses, by the name of its number, and what to do.
SYSTEM = {
    "ENOSPC": BilingualText("the disk, or what the output goes to, is full; make room", "磁盘（或输出去处）已满；请腾出空间"),
    "EDQUOT": BilingualText("your share of the disk is used up; make room", "磁盘配额已用完；请腾出空间"),
    "EFBIG": BilingualText("the file would be larger than the system allows", "文件超过系统允许的大小；请换一个位置"),
    "EROFS": BilingualText("the disk can only be read; choose another place", "磁盘是只读的；请换一个位置"),
    "EACCES": BilingualText("you may not read or write there; choose another place", "没有读写权限；请换一个位置"),
    "EPERM": BilingualText("the system does not permit it; choose another place", "系统不允许；请换一个位置"),
    "ENAMETOOLONG": BilingualText("the name is too long; choose a shorter one", "名称太长；请改短"),
    "ENOENT": BilingualText("there is no such file or folder, or it is gone", "没有这个文件或文件夹，或已被删除；请核对路径"),
    "ENOTDIR": BilingualText("a part of the path is a file, not a folder", "路径中有一段是文件，不是文件夹；请核对路径"),
    "EISDIR": BilingualText("it is a folder; name a file", "这是文件夹；请写文件名"),
    "EEXIST": BilingualText("it is there already; choose another name", "已经存在；请换一个名称"),
    "ENOTEMPTY": BilingualText("the folder is not empty; choose another one", "文件夹不是空的；请换一个"),
    "EBUSY": BilingualText("it is in use; close it and try again", "正被占用；请关闭后再试"),
    "EIO": BilingualText("the disk cannot be read or written; it may be damaged", "磁盘读写出错，可能已损坏；请换一个位置"),
    "ELOOP": BilingualText("its links lead in a circle", "链接绕成了圈；请核对路径"),
    "EINVAL": BilingualText("the system takes no such name or place", "系统不接受这样的名称或位置；请换一个"),
    "EMFILE": BilingualText("too many files are open; close other programs", "打开的文件太多；请关闭其他程序"),
    "ESTALE": BilingualText("the network folder is gone; connect it again", "网络文件夹已断开；请重新连接"),
}  # fmt: skip
FULL = ("ENOSPC", "EDQUOT", "EFBIG")


def disk_is_full(problem: OSError) -> bool:
    """Whether there was no room, so that the same may go well once there is."""
    return _number(problem) in FULL


def _number(problem: OSError) -> str:
    return errno.errorcode.get(problem.errno or 0, "")


def describe_problem(problem: Exception) -> BilingualText:
    """A problem in both languages: the operating system's refusals as in ``SYSTEM``; of what is not known, the Chinese quotes."""
    if isinstance(problem, (UserError, InputError, CannotBeFounded)):
        return BilingualText(problem.english, problem.chinese)
    known = SYSTEM.get(_number(problem)) if isinstance(problem, OSError) else None
    return known or BilingualText(str(problem), f"出了问题，系统提示原文：{problem}")


def record_problem(problem: BaseException) -> str:
    """A problem as a record keeps it: its kind and what it says, Chinese and below it English where it has both."""
    kind = type(problem).__name__
    if not isinstance(problem, (UserError, InputError, CannotBeFounded)):
        return f"{kind}: {problem}"
    english, chinese = describe_problem(problem)
    return f"{kind}: {chinese}\n{kind}: {english}"


def recorded_problem(record: str, language: str) -> str:
    """What ``record_problem`` made, for a reader of this language; that a county cannot be founded without the kind's name."""
    if (unfounded := founding_problem(record)) is not None:
        return unfounded.english if language == "en" else unfounded.chinese
    lines = record.splitlines()
    return lines[language == "en"] if len(lines) == len(BilingualText._fields) else record


def founding_problem(record: str) -> CannotBeFounded | None:
    """The problem that ``record_problem`` made a record of, where it is that a county cannot be founded."""
    kinds = {CannotBeFounded.__name__, *(each.__name__ for each in CannotBeFounded.__subclasses__())}
    parts = [line.partition(": ") for line in record.splitlines()]
    if len(parts) != len(BilingualText._fields) or not {kind for kind, _, _ in parts} <= kinds:
        return None
    return CannotBeFounded(parts[1][2], parts[0][2])


def join_texts(parts: Iterable[BilingualText]) -> BilingualText:
    """Several sentences as one."""
    english, chinese = zip(*parts)
    return BilingualText("; ".join(english), "；".join(chinese))


def nearest(name: str, known: Sequence[str] | Mapping[str, str]) -> BilingualText:
    """`` (did you mean 'x'?)`` for the nearest known name, or nothing if none is near. ``known`` may also say, for what somebody
    might write, which name that stands for.
    """
    import difflib

    near = difflib.get_close_matches(half(name), list(known), n=1, cutoff=0.6) if len(name) <= LONGEST_NAME else []
    if near and isinstance(known, Mapping):
        near = [known[near[0]]]
    return BilingualText(f" (did you mean '{near[0]}'?)", f"（是不是想写“{near[0]}”？）") if near else BilingualText("", "")


def unknown(english: str, chinese: str, name: str, known: Sequence[str] | Mapping[str, str]) -> BilingualText:
    """That there is nothing of this name: both texts say of what kind, the name and the nearest known one follow."""
    near, wide = nearest(name, known), hint_full_width_mark(name)
    return BilingualText(
        f"{english} '{shorten(name)}'{near.english}{wide.english}", f"{chinese}“{shorten(name)}”{near.chinese}{wide.chinese}"
    )


def one_of(value: object, known: Sequence[str]) -> BilingualText:
    """That a value must be one of a few, which does not say whose value it is."""
    near = nearest(as_written(value), known)
    english, chinese = " or ".join(part for part in (", ".join(known[:-1]), known[-1]) if part), "、".join(known)
    if value is None:
        return BilingualText(f"must be {english}, and is empty", f"只能写 {chinese}，现在是空的")
    return BilingualText(
        f"must be {english}, not '{shorten(value)}'{near.english}",
        f"只能写 {chinese}，现在写的是“{shorten(value)}”{near.chinese}",
    )


def hint_full_width_mark(text: object) -> BilingualText:
    """`` (…)`` that a mark of a text is full-width where YAML knows only the ASCII one, or nothing."""
    mark = full_width(text) if isinstance(text, str) else ""
    if not mark:
        return _hint_space(text) if isinstance(text, str) else BilingualText("", "")
    if half(mark) == ":":
        return BilingualText(
            f" ('{mark}' is a full-width character; type ':' and a space)", f"（“{mark}”是全角符号，请改用半角“:”，后面空一格）"
        )
    return BilingualText(
        f" ('{mark}' is a full-width character; type '{half(mark)}')", f"（“{mark}”是全角符号，请改用半角“{half(mark)}”）"
    )


def _hint_space(text: str) -> BilingualText:
    """`` (…)`` that an ordinary space is lacking after the colon of an entry, or before its name, or nothing."""
    if text[:1] in WIDE_SPACES:
        return BilingualText(
            " (it begins with a full-width or no-break space; type ordinary ones)",
            "（前面是全角空格或不间断空格，请改用半角空格）",
        )
    if UNSPACED.match(text):
        return BilingualText(
            " (after ':' an ordinary space is needed, as in 'name: value')", "（半角冒号后面要空一个半角空格：“名称: 值”）"
        )
    return BilingualText("", "")


def hint_full_width(text: object) -> BilingualText:
    """`` (…)`` that a text holds full-width characters, or nothing."""
    if half(str(text)) == str(text):
        return BilingualText("", "")
    return BilingualText(" (it holds full-width characters)", "（含有全角字符，请用半角）")


def unit_name(unit: str) -> BilingualText:
    """A unit of parameters as a message names it: English as files write it. One that is not known keeps its name."""
    return BilingualText(unit, UNITS[unit].zh if unit in UNITS else unit)


def not_a_number(
    value: object, unit: str, limits: tuple[float, float] = (float("-inf"), float("inf")), is_whole: bool = False
) -> BilingualText:  # fmt: skip
    """That a value is no number, and where one can be seen in it, how to write that; or what numbers there are, where that one is
    refused in turn. ``unit`` is "" where there is none, ``limits`` what may be written, ``is_whole`` that it must be whole.
    """
    wide = hint_full_width(as_written(value))
    named = unit_name(unit)
    of = BilingualText(f" in {named.english}", f"（单位：{named.chinese}）") if unit else BilingualText("", "")
    shown = BilingualText(f", not '{shorten(value)}'", f"，现在写的是“{shorten(value)}”")
    if value is None:
        shown = BilingualText("; it is empty", "，现在是空的")
    write = _number_to_write(value, unit, limits, is_whole)
    return BilingualText(
        f"must be a number{of.english}{shown.english}{write.english}{wide.english}",
        f"必须是数字{of.chinese}{shown.chinese}{write.chinese}{wide.chinese}",
    )


def _number_to_write(value: object, unit: str, limits: tuple[float, float], is_whole: bool) -> BilingualText:
    """``; write …``: the number that a text seems to mean, or between what it must lie where that is no such number."""
    number = intended_number(value) if isinstance(value, str) else None
    is_percentage = isinstance(value, str) and number is not None and any(mark in half(value) for mark in "%‰")
    takes_percentages = unit.startswith(("share", "probability", "growth")) or (not unit and 0 <= (number or 0) <= 1)
    fits = number is not None and limits[0] <= number <= limits[1] and (number == int(number) or not is_whole)
    if number is not None and fits and (takes_percentages or not is_percentage):
        return BilingualText(f"; write {number}", f"；请写成 {number}")
    if (number is None and value is not None) or float("-inf") in limits or float("inf") in limits:
        return BilingualText("", "")
    low, high = map(digits, limits)
    whole = BilingualText("whole number", "整数") if is_whole else BilingualText("number", "数")
    return BilingualText(f"; write a {whole.english} from {low} to {high}", f"；请写 {low} 至 {high} 之间的{whole.chinese}")
