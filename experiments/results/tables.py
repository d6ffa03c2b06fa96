"""From the journal to tidy tables: what each row means, and in which order it stands.

Nothing here depends on how replications were cut into chunks: rows follow replications, and row groups have a
fixed number of rows. Chunks are read one after another, and bands are made one indicator at a time, so memory
does not grow with the replications that are kept on disk.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.model_api import Catalogue
from experiments.results.journal import Chunk, banded
from experiments.statistics.estimates import BAND, quantiles, random_shares

REPLICATIONS_PER_GROUP = 50
PLURAL = {"township": "townships", "segment": "segments"}
BAND_COLUMNS = tuple(f"p{round(100 * level):02d}" for level in BAND)


@dataclass(frozen=True)
class Axes:
    """The names along the axes of all replications of a run."""

    first_month: np.datetime64
    months: int
    indicators: tuple[str, ...]
    scopes: dict[str, tuple[str, ...]]  # township, segment: the indicators measured there
    units: dict[str, tuple[str, ...]]  # township, segment: the places, in order
    banded: dict[str, tuple[str, ...]]
    assumptions: tuple[str, ...]
    goals: tuple[str, ...]
    audit: tuple[str, ...]

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The first day of each month."""
        return (self.first_month + np.arange(self.months)).astype("datetime64[ms]")

    @property
    def years(self) -> list[int]:
        """The years whose December is simulated."""
        first = int(str(self.first_month)[:4])
        return [first + year for year in range(self.months // 12)]


def axes(chunks: Sequence[Chunk], catalogue: Catalogue) -> Axes:
    """The axes that all chunks share; ValueError if they do not."""
    filled = [chunk for chunk in chunks if chunk.completed]
    layout = filled[0].header["layout"]
    for chunk in filled[1:]:
        if chunk.header["layout"] != layout:
            raise ValueError(f"{chunk.path}: these replications measured other things than those of {filled[0].path}")
    months = filled[0].array("months").shape[1]
    units = {}
    for scope, plural in PLURAL.items():
        count = filled[0].array(f"{plural}.years").shape[-1] if layout[plural] else 0
        names = catalogue.places(plural) or tuple(str(unit) for unit in range(count))
        if len(names) != count:
            raise ValueError(f"{len(names)} {plural} have names, but the replications measured {count}")
        units[scope] = names
    return Axes(
        np.datetime64(catalogue.first_month, "M"),
        months,
        tuple(layout["indicators"]),
        scopes={scope: tuple(layout[plural]) for scope, plural in PLURAL.items()},
        units=units,
        banded={scope: tuple(banded(catalogue, layout[plural])) for scope, plural in PLURAL.items()},
        assumptions=tuple(layout["assumptions"]),
        goals=tuple(layout["goals"]),
        audit=tuple(layout["audit"]),
    )


def arrow_array(values: NDArray | Sequence[str]) -> pa.Array:
    """The same numbers, dates, truths or words as Arrow keeps them; NaN stays NaN.

    Handed anything of Python's, Arrow loads pandas to ask whether it is one of its own: a third of a second of every run.
    """
    if not isinstance(values, np.ndarray):
        words = [word.encode() for word in values]
        ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
        return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words)))
    kept = np.packbits(values, bitorder="little") if values.dtype == bool else np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(kept)])


def arrow_table(columns: Mapping[str, pa.Array | NDArray | Sequence[str]]) -> pa.Table:
    """A table of these columns."""
    return pa.table({name: each if isinstance(each, pa.Array) else arrow_array(each) for name, each in columns.items()})


def months(chunk: Chunk, names: Axes) -> pa.Table:
    """Rows replication x month, a column for each county indicator in float64."""
    values = chunk.array("months")
    count = len(values)
    numbers = np.array([record["replication"] for record in chunk.completed], dtype=np.int32)
    columns: dict[str, Any] = {
        "replication": np.repeat(numbers, names.months),
        "month": np.tile(names.dates, count),
    }
    flat = values.reshape(count * names.months, -1)
    columns.update({name: np.ascontiguousarray(flat[:, i]) for i, name in enumerate(names.indicators)})
    return arrow_table(columns)


def years(chunk: Chunk, names: Axes) -> pa.Table:
    """Rows replication x year x scope x unit, each December; float32, NaN where a scope does not measure an
    indicator.
    """
    columns = list(dict.fromkeys(name for scope in PLURAL for name in names.scopes[scope]))
    places = [(scope, unit) for scope in PLURAL for unit in names.units[scope]]
    count, span = len(chunk.completed), len(names.years)
    values = np.full((count, span, len(places), len(columns)), np.nan, dtype=np.float32)
    start = 0
    for scope, plural in PLURAL.items():
        width = len(names.units[scope])
        if names.scopes[scope]:
            where = [columns.index(name) for name in names.scopes[scope]]
            block = chunk.array(f"{plural}.years").swapaxes(2, 3)
            values[:, :, start : start + width, where] = block
        start += width
    numbers = np.array([record["replication"] for record in chunk.completed], dtype=np.int32)
    cells = span * len(places)
    table: dict[str, Any] = {
        "replication": np.repeat(numbers, cells),
        "year": np.tile(np.repeat(np.array(names.years, dtype=np.int16), len(places)), count),
        "scope": _coded([scope for scope, _ in places], count * span),
        "unit": _coded([unit for _, unit in places], count * span),
    }
    flat = values.reshape(count * cells, len(columns))
    table.update({name: np.ascontiguousarray(flat[:, i]) for i, name in enumerate(columns)})
    return arrow_table(table)


def _coded(labels: list[str], times: int) -> pa.DictionaryArray:
    """These labels again and again, stored as codes into a dictionary that is the same in every row group."""
    distinct = list(dict.fromkeys(labels))
    codes = np.tile(np.array([distinct.index(label) for label in labels], dtype=np.int16), times)
    return pa.DictionaryArray.from_arrays(arrow_array(codes), arrow_array(distinct))


def replications(chunk: Chunk, names: Axes, seed: int) -> pa.Table:
    """One row a replication: its numbers, digests, the quantile of each assumption, and for each goal met, margin
    and value.

    Columns ``quantile.ID``; ``goal.ID.met`` (0/1), ``.margin``, ``.value``, ``.2021`` ... (met so far; NaN
    not assessed).
    """
    records = chunk.completed
    table: dict[str, Any] = {
        "replication": np.array([record["replication"] for record in records], dtype=np.int32),
        "draw": np.array([record["draw"] for record in records], dtype=np.int32),
        "seed": np.full(len(records), seed, dtype=np.uint64),
        "digest": [record["digest"] for record in records],
        "kept": [record["kept"] for record in records],
    }
    drawn = chunk.array("quantiles")
    table.update({f"quantile.{name}": np.ascontiguousarray(drawn[:, i]) for i, name in enumerate(names.assumptions)})
    goals = chunk.array("goals")
    for i, name in enumerate(names.goals):
        table[f"goal.{name}.met"] = goals[:, i, 0] > 0
        table[f"goal.{name}.margin"] = np.ascontiguousarray(goals[:, i, 1])
        table[f"goal.{name}.value"] = np.ascontiguousarray(goals[:, i, 2])
        for y, year in enumerate(names.years):
            table[f"goal.{name}.{year}"] = goals[:, i, 3 + y].astype(np.float32)
    return arrow_table(table)


def payments(chunks: Sequence[Chunk]) -> Iterator[pa.Table]:
    """Rows replication x year x fund x use: yuan, payments and shortfall of each replication; a row for every cell that
    any of them used.

    Rows follow replications and cells are sorted, so chunks leave no trace.
    """
    cells = sorted({(int(year), str(fund), str(use)) for chunk in chunks for year, fund, use in chunk.header["budget"]})
    position = {cell: i for i, cell in enumerate(cells)}
    for chunk in chunks:
        money = np.zeros((len(chunk.completed), len(cells), 3))
        money[:, [position[int(y), str(f), str(u)] for y, f, u in chunk.header["budget"]]] = chunk.array("budget")
        flat = money.reshape(-1, 3)
        numbers = np.array([record["replication"] for record in chunk.completed], dtype=np.int32)
        yield arrow_table(
            {
                "replication": np.repeat(numbers, len(cells)),
                "year": np.tile(np.array([cell[0] for cell in cells], dtype=np.int16), len(numbers)),
                "fund": _coded([cell[1] for cell in cells], len(numbers)),
                "use": _coded([cell[2] for cell in cells], len(numbers)),
                **{name: np.ascontiguousarray(flat[:, i]) for i, name in enumerate(("yuan", "count", "shortfall"))},
            }
        )


def portraits(chunks: Sequence[Chunk], name: str) -> Iterator[pa.Table]:
    """Rows replication x the axes of a portrait: ``value`` in its unit, float32; cells that are 0 are left out.

    KeyError if the replications of these chunks left no portrait of this name.
    """
    for chunk in chunks:
        record, values = chunk.header["portraits"][name], chunk.array(f"portrait.{name}")
        numbers = np.array([record["replication"] for record in chunk.completed], dtype=np.int32)
        place = np.nonzero(values)
        columns: dict[str, Any] = {"replication": numbers[place[0]]}
        for (axis, labels), index in zip(record["axes"].items(), place[1:], strict=True):
            columns[axis] = pa.DictionaryArray.from_arrays(arrow_array(index.astype(np.int32)), arrow_array(labels))
        yield arrow_table({**columns, "value": values[place]})


#: A schema with what its columns say: ``dictionary.about`` of the file.
About = Callable[[pa.Schema], pa.Schema]
PIECES = 16  # waiting for a group to be whole, before they are put together


class RowGroups:
    """A parquet file written in groups of a fixed number of rows, however many rows arrive at a time."""

    def __init__(self, path: Path, rows: int, about: About = lambda schema: schema) -> None:
        self._path, self._rows, self._about = path, rows, about
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        """Take rows; write what makes whole groups."""
        self._waiting.append(table)
        if len(self._waiting) >= PIECES:  # hundreds of small tables of hundreds of columns take more than what is in them
            self._waiting = [pa.concat_tables(self._waiting).combine_chunks()]
        if sum(piece.num_rows for piece in self._waiting) >= self._rows:
            whole = pa.concat_tables(self._waiting)
            groups = whole.num_rows // self._rows
            for group in range(groups):
                self._write(whole.slice(group * self._rows, self._rows))
            self._waiting = [whole.slice(groups * self._rows)]

    def close(self) -> None:
        """Write the rest."""
        if self._waiting:
            rest = pa.concat_tables(self._waiting)
            if rest.num_rows or self._writer is None:
                self._write(rest)
        if self._writer is not None:
            self._writer.close()

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, self._about(table.schema), **storage(table.schema))
        self._writer.write_table(table.combine_chunks(), row_group_size=self._rows)


def storage(schema: pa.Schema) -> dict[str, Any]:
    """How columns are stored: numbers split by byte, which lets zstd find the likeness of neighbours; text in
    dictionaries.
    """
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    text = [field.name for field in schema if not pa.types.is_floating(field.type)]
    return {
        "compression": "zstd",
        "compression_level": 5,
        "use_dictionary": text,
        "use_byte_stream_split": numbers,
    }


def bands(chunks: Sequence[Chunk], names: Axes, draws: NDArray[np.intp], months_file: Path) -> Iterator[pa.Table]:
    """Mean, quantiles and the share of the random draws over all replications, by scope, unit, indicator and month.

    County bands for every indicator, read back column by column from ``months_file``; township and segment
    bands for the banded ones. ``luck`` is the share of the variance that lies within parameter draws.
    """
    with pq.ParquetFile(months_file) as months_read:
        for name in names.indicators:
            column = np.concatenate([np.from_dlpack(part) for part in months_read.read(columns=[name])[name].chunks])
            yield _band("county", ("county",), name, names=names, values=column.reshape(-1, names.months, 1), draws=draws)
    filled = [chunk for chunk in chunks if chunk.completed]
    for scope, plural in PLURAL.items():
        for name in names.banded[scope]:
            series = np.concatenate([chunk.array(f"{plural}.months.{name}") for chunk in filled])
            yield _band(scope, names.units[scope], name, names=names, values=series, draws=draws)


def _band(scope: str, units: tuple[str, ...], indicator: str, names: Axes, values: NDArray, draws: NDArray[np.intp]) -> pa.Table:
    """The band of one indicator; ``values`` (replications, months, units). Rows unit x month."""
    values = values.astype(np.float64)
    known = ~np.isnan(values)
    runs = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean = np.where(runs > 0, total / np.maximum(runs, 1), np.nan)
    levels = quantiles(values)
    rows = len(units) * names.months
    table: dict[str, Any] = {
        "scope": _coded([scope], rows),
        "unit": _coded([unit for unit in units for _ in range(names.months)], 1),
        "indicator": _coded([indicator], rows),
        "month": np.tile(names.dates, len(units)),
        "mean": np.ascontiguousarray(mean.T.ravel()),
    }
    for column, level in zip(BAND_COLUMNS, levels, strict=True):
        table[column] = np.ascontiguousarray(level.T.ravel())
    table["runs"] = np.ascontiguousarray(runs.T.ravel().astype(np.int32))
    table["luck"] = np.ascontiguousarray(random_shares(values, draws).T.ravel())
    return arrow_table(table)


def grouped(path: Path, tables: Iterator[pa.Table], rows: int, about: About) -> None:
    """Write tables one after another to ``path`` in groups of ``rows`` rows; ``about`` says of a schema what its columns are."""
    file = RowGroups(path, rows, about)
    for table in tables:
        file.add(table)
    file.close()


def stored_bytes(tables: Sequence[pa.Table]) -> int:
    """How many bytes the columns of these tables take when stored, without the headers of a file."""
    total = 0
    for table in tables:
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(sink, table.schema, **storage(table.schema)) as writer:
            writer.write_table(table)
        metadata = pq.ParquetFile(pa.BufferReader(sink.getvalue())).metadata
        for group in range(metadata.num_row_groups):
            row_group = metadata.row_group(group)
            total += sum(row_group.column(i).total_compressed_size for i in range(row_group.num_columns))
    return total
