"""Every metamorphic relation and every stylised fact, checked and reported as plain rows: what ``xianjie selftest`` prints."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.validation import stylised_facts
from experiments.validation.relations import RELATIONS, World


@dataclass(frozen=True)
class Extent:
    """How large the county is, in how many seeds relations are looked at, and how many replications the facts are measured on.

    ``effort``: what all relations take, in replications of the whole county; measured.
    """

    size: float
    seeds: int
    replications: int
    effort: int

    def count_replications(self, chosen: int) -> int:
        """About how many replications of the whole county ``chosen`` relations take and, with all of them, the facts."""
        facts = 2 * self.replications if chosen == len(RELATIONS) else 0
        return max(1, round(self.effort * chosen / len(RELATIONS))) + facts


QUICK = Extent(1 / 8, 4, 1, 65)
WHOLE = Extent(1.0, 8, 4, 250)


def relations(
    extent: Extent, seed: int, on_start: Callable[[str], None] = lambda name: None, only: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """One row for each relation, in order of its number. A relation that stops with an error does not hold, and says why."""
    world = World(extent.size, range(extent.seeds), seed)
    for relation in sorted(RELATIONS.values(), key=lambda each: each.number):
        if only and relation.id not in only:
            continue
        on_start(relation.id)
        start = time.perf_counter()
        try:
            found = relation.check(world)
            holds, measured = found.holds, {"zh": found.zh, "en": found.en}
        except Exception as problem:  # whatever it was, the table must say so and go on
            holds, measured = False, dict.fromkeys(("zh", "en"), f"{type(problem).__name__}: {problem}")
        yield {
            "id": relation.id, "statement": {"zh": relation.zh, "en": relation.en}, "kind": relation.kind, "measured": measured,
            "holds": bool(holds), "where": relation.where, "seconds": round(time.perf_counter() - start, 1),
        }  # fmt: skip


def facts(extent: Extent, seed: int) -> list[dict[str, Any]]:
    """One row for each stylised fact, those that no replication can show last, with the reason."""
    rows = stylised_facts.lines(stylised_facts.measure(seed, extent.replications))
    untested = [
        {"id": name, "fact": why["fact"], "why": why["why"], "hit": None} for name, why in stylised_facts.UNTESTED.items()
    ]
    return [*rows, *untested]
