"""Tax-Calculator on the sample it ships (CPS), current law, year after year; runs in whatever Python has it."""

import time

from taxcalc import Calculator, Policy, Records

MOST = 10


def run_once(years: int) -> tuple[float, dict]:
    """Processor seconds of so many years, one where more than ten are asked for.

    Reading the sample is outside the time; a tax unit counts as a person.
    """
    count = years if years <= MOST else 1
    calculator = Calculator(policy=Policy(), records=Records.cps_constructor(), verbose=False)
    calculator.advance_to_year(2019)
    start = time.process_time()
    for year in range(2020, 2020 + count):
        calculator.advance_to_year(year)
        calculator.calc_all()
    return time.process_time() - start, {"agents": int(calculator.array_len), "steps": count}
