"""Loans to households: microcredit and guaranteed start-up loans."""

from sim.core.tables import declare

LOANS = declare(
    "loans",
    "A loan to a household.",
    """
identity   | u8  | -                | Address of its random draws.
household  | i4? | row              | Who borrowed.
kind       | i4? | code (LoanKind)  | Microcredit or start-up loan.
state      | i4? | code (LoanState) | Whether it is being served.
principal  | f8? | yuan             | What was lent.
capital    | f8  | yuan             | What the activity it paid for is still worth.
started    | i4? | month            | Month of disbursement.
term       | i4? | months           | When it is due, counted from then.
ability    | f8  | multiple         | How well the borrower does such business, relative to the average.
""",
)
