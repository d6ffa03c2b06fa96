"""What the administration has on file about each household, row beside row with ``households``. Nothing here is truth."""

from sim.core.tables import USUAL_ROWS, declare

REGISTER = declare(
    "register",
    "The administration's file on a household.",
    """
dibao              | i1? | flag             | Whether it receives dibao.
benefit            | f8? | yuan/month       | Dibao granted to the household.
assessed           | f8? | yuan/person-year | Income per head as last assessed for dibao.
recertification    | i4? | month            | Month of the next dibao review, or of the next application after a refusal.
grace_until        | i4? | month            | Last month of dibao after a review found income above the line; −1 if none.
application        | i4? | month            | Month in which a dibao application will be decided; −1 if none.
signal             | i1? | code (Channel)   | Channel that raised the open signal; −1 if there is none.
signalled          | i4? | month            | Month of the open signal; −1 if there is none.
signal_cause       | i1? | code (Cause)     | Cause as signalled.
noticed            | i4? | households       | How many of the households of the row the open signal is about.
found              | i1? | flag             | What verification of the signal found: 1 at risk, 0 not, −1 not yet verified.
broken             | i1? | flag             | Whether a guarantee (house, water) was last seen broken.
case_row           | i4? | row              | Its open monitoring case; −1 if there is none.
income_on_file     | f8? | yuan/person-year | Income per head as last verified, before rigid spending.
verified_income    | f8? | yuan/person-year | Net income per head as last verified.
seen               | i4? | month            | Month in which its accounts were last seen; −1200 if never.
reported_below     | i1? | flag             | Whether the administration has it on file as fallen below the line (R1).
polished           | i1? | flag             | Whether accounts below the line are left out of the count before an assessment.
poverty_cause      | i1? | code (Cause)     | Main cause of poverty as registered; −1 where no import says.
identified         | i1? | flag             | Whether it was ever identified for monitoring.
listed_as          | i1? | code (Listing)   | Type of monitored household it was last listed as; counts only once it is listed.
turned_down_until  | i4? | month            | Month in which it may be taken up again once turned down; −1200 if never.
above_bar          | f8? | multiple         | How far it last looked above the bar of the meeting, in lines.
""",
    by_column=USUAL_ROWS,
)
