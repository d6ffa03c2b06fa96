"""To half a fen, in whatever county and under whatever levers: no money is made or lost in any month."""

from itertools import islice

import pytest

from sim.core.process import Process
from sim.world.bookkeeping import BooksDoNotClose
from tests.science.random_books import close_books, random_county


@pytest.mark.deep
def test_the_books_of_random_county_months_close():
    assert len(list(islice(close_books(0), 1_200))) == 1_200


def test_a_fen_that_no_line_explains_is_found_in_a_random_county():
    county = next(made for made in map(random_county, range(100)) if made is not None)
    county.step()

    def leak(process: Process, month: int, before: bool) -> None:
        if process.name == "farming" and before:
            county.tables["households"]["cash"][7] += 0.01

    county.watch = leak
    with pytest.raises(BooksDoNotClose, match=r"row 7 of households is off by .0\.010 yuan"):
        county.step()
