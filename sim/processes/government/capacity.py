"""How many cases the townships can verify."""

from sim.core.process import process


@process(reads="townships.care", writes="townships.verification")
def verification_capacity(county, p, draws, books):
    """A quarter begins: every township can again verify so many cases, as far as its officials have time."""
    for township in county.townships:
        township.verification = int(p.cases_per_quarter * township.care)
