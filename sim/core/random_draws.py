"""Random draws have an address: ``hash(seed, replication, process, decision, month, identity)``, and no order or state.

These are common random numbers: the same household meets the same draws in every scenario, whatever else is added to the
model, because a draw depends on what is decided and for whom, never on how many draws came before it. The mixing function is the
finaliser of SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2714064.2660195).

Uniform first, then the inverse distribution function; never rejection, which would take a varying number of draws.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled.compilation import IS_COMPILED, entry_point

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
ODD = np.uint64(0xD1342543DE82EF95)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
SHIFT_27, SHIFT_30, SHIFT_31, SHIFT_11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
ONE = np.uint64(1)
UNIT = 2.0**-53
HALF_STEP = 2.0**-54
#: 64 bits: a key or an identity. Compiled code hands it back as a plain int.
Word = np.uint64 | int
MONTHS_BEFORE_ZERO = 1200  # no key is made of a negative number


def _mix(state: Word, word: Word) -> np.uint64:
    """One 64-bit hash of a 64-bit state and one more word; additions and products wrap around."""
    z = np.uint64(state) + (np.uint64(word) + ONE) * ODD
    z = (z ^ (z >> SHIFT_30)) * FIRST
    z = (z ^ (z >> SHIFT_27)) * SECOND
    return z ^ (z >> SHIFT_31)


# The wrap-around is meant: compiled code wraps silently, the uncompiled twin is kept from warning, here and only here.
mix = entry_point(_mix) if IS_COMPILED else np.errstate(over="ignore")(_mix)


@entry_point
def descendant(identity: Word, month: int, ordinal: int) -> np.uint64:
    """The identity of who is born of, or parts from, ``identity`` in a month: the same wherever and whenever it is computed."""
    return mix(mix(identity, month + MONTHS_BEFORE_ZERO), ordinal)


@entry_point
def uniform(key: Word, identity: Word) -> float:
    """A number in (0, 1), never 0 or 1, for one decision (``key``) of one unit (``identity``), both uint64."""
    return (mix(key, identity) >> SHIFT_11) * UNIT + HALF_STEP


@entry_point
def fill_uniforms(key: Word, identities: NDArray[np.uint64], drawn: NDArray[np.float64]) -> None:
    """A number in (0, 1) for each identity, into ``drawn``."""
    for place in range(len(identities)):
        drawn[place] = uniform(key, identities[place])


@entry_point
def happens(key: Word, identity: Word, probability: float) -> bool:
    """Whether an event of this probability happens: true for the smallest draws, so that a higher
    probability only adds events and never swaps one unit for another."""
    return uniform(key, identity) < probability


@entry_point
def normal_quantile(u: float) -> float:
    """The standard normal's inverse distribution function (Acklam's rational approximation, error below 1.2e-9)."""
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(u))
        return (
            (
                (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
                + 4.374664141464968
            )
            * q
            + 2.938163982698783
        ) / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0)
    if u > 1.0 - 0.02425:
        return -normal_quantile(1.0 - u)
    q = u - 0.5
    r = q * q
    return (
        (
            (
                (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
    ) / (
        (
            (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
            - 1.328068155288572e01
        )
        * r
        + 1.0
    )


@entry_point
def normal(key: Word, identity: Word) -> float:
    """A standard normal draw."""
    return normal_quantile(uniform(key, identity))


@entry_point
def lognormal(key: Word, identity: Word, spread: float) -> float:
    """A lognormal draw of mean 1 whose logarithm has standard deviation ``spread``."""
    return math.exp(spread * normal(key, identity) - 0.5 * spread * spread)


def word(text: str) -> np.uint64:
    """A fixed 64-bit word for a name; the same on every machine and in every interpreter."""
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))


def _chain(state: np.uint64, *words: np.uint64) -> np.uint64:
    """Mix several words; compiled code hands back a plain int, which would be compiled anew as signed."""
    for each in words:
        state = np.uint64(mix(state, each))
    return state


def replication_key(seed: int, replication: int) -> np.uint64:
    """The key from which every decision of one replication derives."""
    return _chain(GOLDEN, np.uint64(seed), np.uint64(replication))


def decision_key(replication: np.uint64, decision: np.uint64, month: int) -> np.uint64:
    """The key of one decision in one month (months count from January 2021; the burn-in is negative)."""
    return _chain(replication, decision, np.uint64(month + MONTHS_BEFORE_ZERO))


@entry_point
def _keys(replication: Word, decisions: NDArray[np.uint64], months: NDArray[np.uint64], keys: NDArray[np.uint64]) -> None:
    """The key of every decision in each of its months, into ``keys`` (decisions × months), all uint64."""
    for i in range(len(decisions)):
        for j in range(months.shape[1]):
            keys[i, j] = mix(mix(replication, decisions[i]), months[i, j])


def decision_keys(replication: np.uint64, decisions: list[np.uint64], months: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The keys of several decisions, each in its ``months`` (whole numbers, decisions × months): uint64 of the same shape."""
    at = (months.astype(np.int64) + MONTHS_BEFORE_ZERO).astype(np.uint64)
    keys = np.empty_like(at)
    _keys(replication, np.array(decisions, dtype=np.uint64), at, keys)
    return keys


def draw_quantiles(seed: int, draw: int, parameters: Sequence[str]) -> list[float]:
    """The quantile, in (0, 1), at which each parameter stands in one draw: independent of which other parameters exist."""
    key = _chain(word("parameter draw"), np.uint64(seed), np.uint64(draw))
    drawn = np.empty(len(parameters))
    fill_uniforms(key, np.array([word(each) for each in parameters], dtype=np.uint64), drawn)
    return drawn.tolist()
