"""Stationed teams and first secretaries: who is posted where, and what a rotation costs. They act only through channels."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import uniform


@compiled
def is_posted(village, villages, teams):
    """Whether a village has a team, when there are fewer teams than villages: spread evenly over the list, exactly as many."""
    return int((village + 1) * teams / villages) > int(village * teams / villages)


@compiled
def strength(month, rotated, p):
    """How well a team works: as usual, or less while a new one settles in."""
    since = month - rotated
    if p.rotation_month < 0 or since < 0 or since >= p.settling_months:
        return 1.0
    return 1.0 - p.dip * (1.0 - since / p.settling_months)


@process(reads="villages.first_secretary", writes="villages.team", draws="turn@life")
def stationed_teams(county, p, draws, books):
    """How well the stationed team of each village works this month."""
    villages = len(county.villages)
    for v in range(villages):
        village = county.villages[v]
        village.team = 0.0
        if village.first_secretary == 1 and is_posted(v, villages, min(p.teams, villages)):
            rotated = int(p.rotation_month) + int(uniform(draws.turn, v) * p.rotation_spread)
            village.team = strength(county.month, rotated, p)
