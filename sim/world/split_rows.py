"""A household's row becomes two: by a child who leaves with a share, or because one of several alike has been noticed."""

from sim.core.compiled.compilation import compiled
from sim.core.random_draws import mix
from sim.world.codes import NONE


@compiled
def share_out(household, share):
    """Keep only ``share`` of every amount that belongs to the household as a whole."""
    household.land *= share
    for i in range(len(household.holdings)):
        household.holdings[i] *= share
    household.farm_labour *= share
    household.farm_labour_founded *= share
    household.own_work *= share
    household.family_support *= share
    household.uncounted_income *= share
    household.cash *= share
    household.opened *= share
    household.received *= share
    household.paid *= share
    household.debt *= share
    household.income_12 *= share
    household.rigid_12 *= share
    household.countable_12 *= share
    household.income_year *= share
    household.event_loss *= share
    household.rigid_year *= share
    household.claimed *= share
    for i in range(len(household.burden)):
        household.burden[i] *= share


@compiled
def new_rows(row, identity, households_room, histories_room, register_room):
    """Copy a household's row in the three tables that lie row beside row; returns the number of the copy."""
    made = households_room.count[0]
    if made >= len(households_room.rows):
        raise OverflowError("table 'households' is full: a household could not be divided")
    households_room.rows[made] = households_room.rows[row]
    histories_room.rows[made] = histories_room.rows[row]
    register_room.rows[made] = register_room.rows[row]
    households_room.rows[made].identity = identity
    households_room.rows[made].births = 0
    households_room.rows[made].loan = NONE
    households_room.count[0] = made + 1
    histories_room.count[0] = made + 1
    register_room.count[0] = made + 1
    return made


@compiled
def divide(row, identity, share, households_room, histories_room, register_room):
    """Found a household with ``share`` of everything a household has; returns its row. Its members are moved by the caller.

    Nothing is made or lost: what the new row gets, the old one gives. A monitoring case stays with the old household.
    """
    made = new_rows(row, identity, households_room, histories_room, register_room)
    share_out(households_room.rows[made], share)
    share_out(households_room.rows[row], 1.0 - share)
    _share_history(histories_room.rows[made], share)
    _share_history(histories_room.rows[row], 1.0 - share)
    register_room.rows[made].benefit *= share
    register_room.rows[row].benefit *= 1.0 - share
    register_room.rows[made].case_row = NONE
    register_room.rows[made].signal = NONE
    register_room.rows[made].signalled = NONE
    return made


@compiled
def _share_history(history, share):
    for i in range(len(history.income)):
        history.income[i] *= share
        history.rigid[i] *= share
        history.countable[i] *= share


@compiled
def split_weight(row, identity, households_room, histories_room, register_room, persons_room):
    """One of several alike steps out of a row of weight above one; returns its row, of weight one, with members of its own."""
    made = new_rows(row, identity, households_room, histories_room, register_room)
    old, new = households_room.rows[row], households_room.rows[made]
    old.weight -= 1
    new.weight = 1
    new.first_person = NONE
    source = old.first_person
    last = NONE
    while source >= 0:
        place = persons_room.count[0]
        if place >= len(persons_room.rows):
            raise OverflowError("table 'persons' is full: a household could not be split")
        persons_room.rows[place] = persons_room.rows[source]
        persons_room.rows[place].household = made
        persons_room.rows[place].next = NONE
        persons_room.rows[place].identity = _own(persons_room.rows[source].identity, identity)
        if last < 0:
            new.first_person = place
        else:
            persons_room.rows[last].next = place
        last = place
        persons_room.count[0] = place + 1
        source = persons_room.rows[source].next
    return made


@compiled
def _own(identity, household):
    """The address of a member's random draws in the household that stepped out."""
    return mix(identity, household)
