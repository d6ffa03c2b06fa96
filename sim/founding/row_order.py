"""In which order persons stand in their table: those alike together, so that the processor predicts the branches of a rule."""

import numpy as np

from sim.core.binding import Tables
from sim.world.codes import Destination

OLD = 60  # years; about where pensions begin: only the speed of a pass hangs on it


def order_persons(tables: Tables) -> None:
    """Put the rows of persons in order of registration, ability to work, place of work, chronic illness and old age.

    A dozen rules pass over all persons every month and ask the same few questions of each. Where the answer changes from row to
    row, a processor guesses wrongly half of the time, and a wrong guess takes longer than many a rule. People change over the
    years and this order is not kept up: most of what was alike stays alike. No result depends on it, since random draws go by
    identity; within a household the order of members, by ``first_person`` and ``next``, stays what it was.
    """
    persons, households = tables["persons"], tables["households"]
    able = (persons["capacity"] > 0.0) & (persons["stage"] == 0)
    # Who holds a public-welfare post, and so who else is at home, differs between scenarios, and the order must not.
    job = np.isin(persons["status"], (Destination.OUTSIDE, Destination.LOCAL_FIRM))
    works = np.where(job, persons["status"], Destination.FARM)
    # The last key of lexsort weighs most; rows that are alike in all keep the order of their households.
    order = np.lexsort((persons["age"] >= OLD, persons["chronic"], works, able, persons["registered"]))
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    for name in persons.dtype.names:
        persons[name] = persons[name][order]
    for rows in (persons["next"], households["first_person"]):
        somebody = rows >= 0
        rows[somebody] = place[rows[somebody]]
