"""Village assets built with poverty-relief money: greenhouses, photovoltaics, workshops, herds, equity."""

from sim.core.tables import declare

ASSETS = declare(
    "assets",
    "A village asset let to an operator.",
    """
identity   | u8  | -                 | Address of its random draws.
village    | i4? | row               | The village that owns it.
value      | f8? | yuan              | Book value.
contract   | i4? | code (Contract)   | What the operator owes.
state      | i4? | code (AssetState) | Whether it earns its return.
operator   | i4? | row               | The village enterprise that operates it; −1 for an operator outside the table.
due        | f8? | yuan              | Return due this month.
arrears    | f8? | yuan              | Returns due and not paid.
unpaid     | i4? | months            | Months in arrears.
""",
)

RISKS = declare(
    "risks",
    "A kind of risk in the queue for help: one row for each cause.",
    """
severest   | f8? | yuan | The largest shortfall per head among waiting packages of this cause.
""",
)
