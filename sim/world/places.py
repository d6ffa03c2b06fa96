"""Townships and streets, and their villages."""

import csv
from pathlib import Path

from sim.core.records import declare

TOWNSHIPS = declare(
    "townships",
    "A township, town or street.",
    """
households       | i4? | households | Rural households at founding.
maize_yield      | f8  | index      | This year's maize yield relative to normal.
drought          | i4  | flag       | Whether drought struck this year.
hail             | i4  | flag       | Whether hail or snow struck sheds and orchards this month.
epidemic         | f8  | multiple   | Hospital admissions relative to normal this month.
verification     | i4? | cases      | Cases the township can still verify this quarter.
""",
)

VILLAGES = declare(
    "villages",
    "An administrative village.",
    """
township         | i4? | row        | Its township or street.
households       | i4? | households | Households at founding.
first_secretary  | i4? | flag       | Whether a first secretary is posted there.
visits           | f8? | households | Households that can be visited in a month.
disease          | i4  | flag       | Whether livestock disease broke out this month.
""",
)

_FILES = Path(__file__).parent / "files"


def read_townships() -> list[dict[str, str]]:
    """The 27 townships and streets with their public division codes, in the order of the codes."""
    with (_FILES / "townships.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_villages() -> list[dict[str, str]]:
    """The 243 administrative villages with their public division codes, in the order of the codes."""
    with (_FILES / "villages.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
