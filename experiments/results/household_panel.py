"""A panel for researchers: one row for each household and year of chosen replications, in parquet."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments import model_api
from experiments.results import dictionary, files
from sim.county import County, parameter_draw_of, sample_values
from sim.world.codes import Segment

#: Yearly sums of what a household has in a month, yuan per household.
FLOWS = ("wages", "business", "property_income", "transfers", "post_pay", "dibao_received", "rigid")
#: What holds at the year's end.
STOCKS = ("members", "workers", "cash", "debt", "net_per_head", "at_risk", "below", "below_months", "registered", "marginal")

SCHEMA = dictionary.with_metadata(
    pa.schema(
        [
            ("replication", pa.int32()),
            ("year", pa.int16()),
            ("household", pa.int32()),
            ("identity", pa.uint64()),
            ("weight", pa.int32()),
            ("township", pa.string()),
            ("village", pa.int32()),
            ("segment", pa.string()),
            *((name, pa.float64()) for name in (*FLOWS, *STOCKS)),
            *((name, pa.int8()) for name in ("dibao", "monitored", "identified", "on_file_below", "loan")),
        ]
    ),
    "panel.parquet",
)


def years(county: County, replication: int, townships: Sequence[str]) -> Iterator[pa.Table]:
    """Run a county and yield the table of every year at its end; households without members are left out."""
    sums = {name: np.zeros(0) for name in FLOWS}
    while county.month < county.scenario.months:
        if county.month % 12 == 0:
            sums = {name: np.zeros(0) for name in FLOWS}
        county.step()
        households = county.tables["households"]
        for name, total in sums.items():
            grown = np.zeros(len(households))  # rows may have been added
            grown[: len(total)] = total
            sums[name] = grown + households[name]
        if county.month % 12 == 0:
            yield _year(county, replication, sums, townships)


def _year(county: County, replication: int, sums: dict[str, np.ndarray], townships: Sequence[str]) -> pa.Table:
    households, register = county.tables["households"], county.tables["register"]
    rows = np.flatnonzero(households["members"] > 0)
    segments = [segment.name.lower() for segment in Segment]
    columns: dict[str, Any] = {
        "replication": np.full(len(rows), replication),
        "year": np.full(len(rows), 2020 + county.month // 12),
        "household": rows,
        "identity": households["identity"][rows],
        "weight": households["weight"][rows],
        "township": [townships[each] for each in households["township"][rows]],
        "village": households["village"][rows],
        "segment": [segments[each] for each in households["segment"][rows]],
        **{name: sums[name][rows] for name in FLOWS},
        **{name: households[name][rows].astype(float) for name in STOCKS},
        "dibao": register["dibao"][rows],
        "monitored": register["case_row"][rows] >= 0,
        "identified": register["identified"][rows],
        "on_file_below": register["reported_below"][rows],
        "loan": households["loan"][rows] >= 0,
    }
    arrays = [pa.array(np.asarray(columns[each.name])).cast(each.type) for each in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def describe(scenario: Any, seed: int, only_luck: bool) -> dict[str, str]:
    """What a panel says of itself in its schema; ``asked`` is the digest of all that decides its rows."""
    inputs = model_api.load_model(model_api.COUNTY).canonical_inputs(scenario)
    asked = hashlib.sha256(files.canonical(files.plain(inputs)).encode()).hexdigest()
    names = ", ".join(scenario.files)
    return {"scenario": scenario.id, "seed": str(seed), "only_luck": str(only_luck), "files": names, "asked": asked}


def read_description(path: Path) -> dict[str, str] | None:
    """What the panel in a file says of itself; None if the file is no panel of ours."""
    try:
        found = pq.read_schema(path).metadata or {} if path.is_file() else {}
    except (OSError, pa.ArrowException):
        return None
    about = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in found.items()}
    return about if {"scenario", "seed", "only_luck"} <= set(about) else None


def write(path: Path, scenario: Any, seed: int, replications: Sequence[int], only_luck: bool, townships: Sequence[str]) -> int:
    """Write the panel, whole or not at all; returns its number of rows. The file carries scenario, seed and parameters' draw."""
    about = describe(scenario, seed, only_luck)
    rows = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(path) as half, pq.ParquetWriter(half, SCHEMA.with_metadata(about), compression="zstd") as writer:
        for replication in replications:
            number = None if only_luck else parameter_draw_of(replication)
            county = County(scenario, sample_values(scenario, seed, number), seed, replication)
            for table in years(county, replication, townships):
                writer.write_table(table.replace_schema_metadata(about))
                rows += len(table)
    return rows
