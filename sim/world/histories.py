"""The last twelve months of each household, row beside row with ``households``: kept apart because few rules need it."""

from sim.core.tables import USUAL_ROWS, declare

HISTORIES = declare(
    "histories",
    "Twelve months of a household's accounts, by calendar month.",
    """
income    | f8[12] | yuan | Income of each of the last twelve months, in the place of its calendar month.
rigid     | f8[12] | yuan | Self-paid rigid spending of each of them.
countable | f8[12] | yuan | Income that a dibao assessor counts, of each of them.
""",
    by_column=USUAL_ROWS,
)
