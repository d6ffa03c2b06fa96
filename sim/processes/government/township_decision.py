"""Townships divide their officials' time between households, paperwork and investors. Without a rule, nobody runs short of it."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.world.codes import DecisionRule


@compiled
def share_out_time(township, care, papers, courting, p):
    """All the time there is, divided in proportion to what each use asks for: its planned part, times what the plan asks of it.

    Visits asked for more often and investors sought harder take the time of the others; what one use leaves the others have.
    """
    asked = p.households_part * township.rounds * care + p.papers_part * papers + p.investors_part * township.seeking * courting
    if asked <= 0.0:
        return
    township.care = care / asked
    township.papers = papers / asked
    township.courting = courting / asked


@process(
    sees="records",
    reads="households.township register.signal register.found townships.rounds townships.seeking",
    writes="townships.waiting townships.care townships.papers townships.courting",
)
def township_decision(county, p, draws, books):
    """As planned, every use has its time. Reacting, more goes to households where signals wait.

    Under assessment more goes to what is assessed, files and projects, and most in the quarter that
    December ends; nobody counts what a visit has seen.
    """
    for township in county.townships:
        township.care = 1.0
        township.papers = 1.0
        township.courting = 1.0
        township.waiting = 0
    if p.rule == DecisionRule.AS_PLANNED:
        return
    for row in range(len(county.register)):
        if county.register[row].signal >= 0 and county.register[row].found < 0:
            county.townships[county.households[row].township].waiting += 1
    near = min((county.calendar + p.quarter) * p.month_share, 1.0)  # how near the quarter's last month is to December
    for township in county.townships:
        if p.rule == DecisionRule.REACTIVE:
            share_out_time(township, 1.0 + min(p.backlog_response * township.waiting, 1.0), 1.0, 1.0, p)
        else:
            share_out_time(township, 1.0, 1.0 + p.reward_papers * near, 1.0 + p.reward_projects * near, p)
