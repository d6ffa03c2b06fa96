"""Read YAML as a person means it: no silent duplicates, no surprises of YAML 1.1, and a line for every value.

Words stay words (``no``, ``on``, ``2021-01``, ``12:30``, ``010``), and ``5e-2`` is a number.
"""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from sim.core.errors import InputError

LARGEST_FILE = 2_000_000  # bytes
DEEPEST = 20
MOST_NODES = 100_000


class Mapping(dict):
    """A mapping that remembers the line of each key; ``line`` is its own."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[Any, int] = {}


class Sequence(list):
    """A list that remembers its line."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9_]*)(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _scalar(node: yaml.ScalarNode) -> Any:
    """A plain scalar as number, truth or text; a quoted one as text."""
    text = node.value
    if node.style:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        digits = text.replace("_", "")
        return int(digits) if re.fullmatch(r"[-+]?[0-9]+", digits) else float(digits)
    return text


class _Builder:
    """Turn nodes into values, counting them so that aliases cannot explode."""

    def __init__(self, place: str) -> None:
        self.place, self.nodes = place, 0

    def build(self, node: yaml.Node, depth: int = 0) -> Any:
        line = node.start_mark.line + 1
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
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            sequence = Sequence(line)
            sequence.extend(self.build(child, depth + 1) for child in node.value)
            return sequence
        assert isinstance(node, yaml.MappingNode)
        mapping = Mapping(line)
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError(
                    self.place,
                    key_line,
                    "a key must be a word, not a list or a mapping",
                    "冒号前的名称只能是一个词，不能是列表或一组值",
                )
            key = key_node.value
            if key in mapping:
                first = mapping.lines[key]
                raise InputError(
                    self.place, key_line, f"'{key}' is written twice; the first is on line {first}",
                    f"“{key}”写了两次，前一次在第 {first} 行；请只留一处"
                )  # fmt: skip
            mapping[key] = self.build(value_node, depth + 1)
            mapping.lines[key] = key_line
        return mapping


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
    """The text of a file. Raises InputError when it is missing, too large, or not UTF-8."""
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise InputError(path, 0, "is a folder, not a file", "这是文件夹，不是文件；请写明文件") from None
    except FileNotFoundError:
        raise InputError(path, 0, "there is no such file", "没有这个文件；请核对路径和文件名") from None
    except OSError as problem:
        raise InputError(
            path, 0, f"cannot be read: {problem.strerror}", f"读不了这个文件，请检查读取权限；系统提示原文：{problem.strerror}"
        ) from None
    if len(data) > LARGEST_FILE:
        raise InputError(
            path, 0, f"is larger than {LARGEST_FILE:,} bytes", f"文件超过 {LARGEST_FILE:,} 字节，太大了；请核对是否选错了文件"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise InputError(
            path, line, "is not UTF-8 text; save it as UTF-8", "不是 UTF-8 编码的文字；请用编辑器另存为 UTF-8 编码"
        ) from None


def parse(text: str, place: str | Path) -> Any:
    """The value of a YAML text; mappings and lists remember their lines. Raises InputError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 0
        raise _invalid(place, line, str(problem.problem or problem.context)) from None
    except (yaml.YAMLError, RecursionError) as problem:
        reason = getattr(problem, "reason", None) or "nested too deep"
        raise _invalid(place, 0, reason) from None
    if node is None:
        return Mapping(1)
    try:
        return _Builder(str(place)).build(node)
    except RecursionError:
        raise InputError(place, 0, "nested too deep, or an alias contains itself", "层次嵌套太深，或者别名引用了它自己") from None


def _invalid(place: str | Path, line: int, reason: str) -> InputError:
    return InputError(
        place, line, f"is not valid YAML: {reason}",
        f"不符合 YAML 写法，请检查这一行和前几行的缩进、冒号、引号和括号；系统提示原文：{reason}"
    )  # fmt: skip


def read_mapping(path: Path) -> Mapping:
    """The top-level mapping of a YAML file. Raises InputError."""
    value = parse(read_text(path), path)
    if not isinstance(value, Mapping):
        raise InputError(path, 1, "must be a mapping: one 'name: value' to a line", "应一行写一个“名称: 值”")
    return value
