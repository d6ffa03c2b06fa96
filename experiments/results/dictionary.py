"""The data dictionary: what every column of every result file says, read from ``dictionary.yaml``.

One place for the manifest, the Parquet schemas and the generated page, so that none of them can say something else.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.core.inputs import yaml_file

FILE = Path(__file__).with_name("dictionary.yaml")
INDICATOR = "<indicator>"
#: Columns named by what a user's own question holds: its factors, its programmes.
OPEN = ("<factor>", "<programme>")


@dataclass(frozen=True)
class Column:
    """Name, unit and definition in both languages; ``denominator`` where something is divided by it, else None.

    ``unit``: an id of ``units``, or the unit of an indicator.
    """

    name: dict[str, str]
    unit: str
    definition: dict[str, str]
    denominator: dict[str, str] | None = None


@cache
def _read() -> Mapping[str, Any]:
    return yaml_file.read_mapping(FILE)


def files() -> tuple[str, ...]:
    """The names of all result files with rows and columns."""
    return tuple(_read()["files"])


def row(file: str) -> dict[str, str]:
    """What a row of a file stands for, in both languages."""
    return _both(*_read()["files"][file]["row"])


def unit(name: str) -> dict[str, str] | None:
    """A unit in both languages; None if it is none of the dictionary's own, but an indicator's."""
    found = _read()["units"].get(name)
    return None if found is None else _both(*found)


@cache
def columns(file: str) -> dict[str, Column]:
    """The columns of a file by name, or by a pattern of names; empty for a file that is not listed."""
    listed = _read()["files"].get(file)
    if listed is None:
        return {}
    shared = {name: _shared(name) for name in listed["columns"] if name not in listed["own"]}
    return {**{name: _column(entry) for name, entry in listed["own"].items()}, **shared}


def _shared(name: str) -> Column:
    """A column that several files have; one with an ending says what its stem says, and the ending."""
    known = _read()["columns"]
    if name in known:
        return _column(known[name])
    found = _ended(name, lambda stem: _column(known[stem]) if stem in known else None)
    if found is None:
        raise KeyError(f"{FILE.name}: the column '{name}' is listed, and nothing is said of it")
    return found


def _ended(name: str, find: Callable[[str], Column | None]) -> Column | None:
    """A column whose stem is found, with what its ending says; None where there is no such stem."""
    for ending, (zh, en) in _read()["endings"].items():
        stem = find(name.removesuffix(ending)) if name.endswith(ending) else None
        if stem is not None:
            return replace(
                stem, name=_both(stem.name["zh"] + zh, stem.name["en"] + en),
                definition=_both(stem.definition["zh"] + zh, stem.definition["en"] + en),
            )  # fmt: skip
    return None


def _listed(file: str, name: str) -> Column | None:
    """A column that a file lists by name or by a pattern; what the pattern's first star stands for is put into its name."""
    listed = columns(file)
    if name in listed:
        return listed[name]
    for pattern, found in listed.items():
        held = re.fullmatch(re.escape(pattern).replace(r"\*", "(.*)").replace(r"\?", "(?:.)"), name)
        if held is not None:
            return replace(
                found,
                name={language: text.replace("*", held[1]) if held.lastindex else text for language, text in found.name.items()},
            )
    return None


def column(file: str, name: str, indicators: Mapping[str, Any] | None = None) -> Column:
    """What one column of a file says. Raises KeyError where nothing is said of it.

    ``indicators``: the records of a catalogue by id, for columns that are indicators.
    """
    found = _listed(file, name)
    if found is None and INDICATOR in columns(file) and name in (indicators or {}):
        found = of_indicator((indicators or {})[name])
    found = found or _ended(name, lambda stem: _listed(file, stem))
    found = found or next((columns(file)[each] for each in OPEN if each in columns(file)), None)
    if found is None:
        raise KeyError(f"{file}: nothing is said of the column '{name}'")
    return found


def of_indicator(record: Any) -> Column:
    """An indicator as a column; a model that defines none says its name."""
    name = dict(record.name)
    return Column(name, record.unit, dict(getattr(record, "definition", None) or name), getattr(record, "denominator", None))


def describe_columns(written: Mapping[str, Any] | list[str] | tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The columns of these files as plain data, for a manifest: by file and by name or pattern; files not listed are left out."""
    return {name: {key: asdict(each) for key, each in columns(name).items()} for name in written if columns(name)}


def about(file: str, indicators: Mapping[str, Any] | None = None) -> Callable[[pa.Schema], pa.Schema]:
    """What ``with_metadata`` does to the schemas of one file."""
    return partial(with_metadata, file=file, indicators=indicators)


def with_metadata(schema: pa.Schema, file: str, indicators: Mapping[str, Any] | None = None) -> pa.Schema:
    """A schema whose fields carry name, unit, definition and denominator; KeyError for a column of which nothing is said.

    A file that is not listed is left as it is.
    """
    if not columns(file):  # a portrait of another model
        return schema
    fields = []
    for field in schema:
        found = column(file, field.name, indicators)
        about = {"unit": found.unit, **{key: json.dumps(value, ensure_ascii=False) for key, value in asdict(found).items()
                                       if isinstance(value, dict)}}  # fmt: skip
        fields.append(field.with_metadata(about))
    return pa.schema(fields, schema.metadata)


def _column(entry: Any) -> Column:
    name_zh, name_en, unit_, zh, en, *per = entry
    return Column(_both(name_zh, name_en), unit_, _both(zh, en), _both(*per) if per else None)


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
