"""Monitoring cases and the help packages they ask for."""

from sim.core.tables import declare

CASES = declare(
    "cases",
    "A monitoring case.",
    """
identity     | u8? | -                | Address of its random draws, derived from the household and the month.
household    | i4? | row              | The household.
state        | i1? | code (CaseState) | How far it has come.
cause        | i1? | code (Cause)     | Type of risk on file.
channel      | i1? | code (Channel)   | Who noticed first.
signalled    | i4? | month            | Month of the signal.
identified   | i4? | month            | Month of identification; −1 before.
eliminated   | i4? | month            | Month in which the risk was declared eliminated; −1 before.
stable       | i4? | months           | Months in a row seen above the line with the cause resolved.
asked        | i1? | flag             | Whether its help has been asked for.
resolved     | i1? | flag             | Whether the cause was last seen resolved.
measures     | i4? | count            | Help packages delivered.
""",
)

PACKAGES = declare(
    "packages",
    "A help package asked for by a case.",
    """
identity     | u8? | -                | Address of its random draws.
case_row     | i4? | row              | The case.
household    | i4? | row              | The household.
cause        | i1? | code (Cause)     | The type of risk it answers.
asked        | i4? | month            | Month in which it was asked for.
waiting      | i1? | flag             | Whether it waits: asked for, not delivered, and its case still open.
delivered    | i4? | month            | Month of delivery; −1 while it waits.
ends         | i4? | month            | Last month of its effect.
kind         | i1? | code (Help)      | What sort of help it is.
cost         | f8? | yuan             | What it costs.
size         | f8? | multiple         | How large it is, relative to what is usual for its kind.
severity     | f8? | yuan             | Shortfall on file per head: its place under the severity rule.
effect       | f8  | yuan/month       | Income it truly brings each month while it lasts.
started      | i1  | flag             | Whether its one-off effect has been had.
""",
)
