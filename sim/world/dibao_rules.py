"""Dibao arithmetic that founding and the safety net share."""

import math

from sim.core.compiled.compilation import compiled

MONTHS_PER_YEAR = 12.0

#: The decision by which a household's standing assessment error is drawn, once in a replication.
TRAIT = "dibao.trait"


@compiled
def assessed_income(counted_per_head, trait, fresh, error, persistence):
    """Income per head and year as an assessor sees it.

    ``trait`` and ``fresh`` are standard normal draws: what is always misjudged about a household, and what is misjudged at this
    review. The error multiplies and has mean 1.
    """
    score = math.sqrt(persistence) * trait + math.sqrt(1.0 - persistence) * fresh
    return max(counted_per_head, 0.0) * math.exp(error * score - error * error / (1.0 + 1.0))


@compiled
def benefit_due(assessed, line, least_share, members):
    """Dibao in yuan per month and household: what is lacking to the line, at least a stated share of it."""
    return max(line - assessed, least_share * line) * members / MONTHS_PER_YEAR
