"""How a signal is put on file, whichever channel raises it."""

from sim.core.compiled.compilation import compiled
from sim.core.random_draws import mix, uniform


@compiled
def closed_to_signals(register, month):
    """Whether no channel signals a household: a signal or a case is open, or deliberation turned it down not long ago."""
    return register.signal >= 0 or register.case_row >= 0 or month < register.turned_down_until


@compiled
def count_noticed(key, identity, weight, chance):
    """How many of the households of a row are noticed, each by a random draw of its own."""
    if weight == 1:
        return 1 if uniform(key, identity) < chance else 0
    count = 0
    for each in range(weight):
        if uniform(key, mix(identity, each)) < chance:
            count += 1
    return count


@compiled
def raise_signal(register, channel, month, cause, count):
    """Open a signal, unless nobody was noticed."""
    if count > 0:
        register.signal = channel
        register.signalled = month
        register.signal_cause = cause
        register.noticed = count
        register.found = -1
