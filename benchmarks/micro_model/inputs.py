"""What every implementation starts from, households, tables of the world outside and random draws by hash; what it returns.

A random draw has an address, as in ``sim.core.random_draws``: seed, replication, household, month and purpose, mixed as
SplitMix64 ends.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

TOWNSHIPS, VILLAGES, MONTHS = 27, 243, 60
SEED, REPLICATION = 7, 0
#: What is counted in each village and month, in this order.
COUNTED = ("poor", "monitored", "working", "income_fen", "own_bill_fen", "reimbursed_fen", "paid_fen", "need_yuan")
LINE = 3000.0
SEASON = (0.1, 0.1, 0.4, 0.6, 0.9, 1.6, 1.2, 0.9, 2.4, 2.6, 0.8, 0.2)
SCHOOL = (0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0)
#: Purposes of random draws, by number.
HIT, SHOCK, COST, JOB, WAGE, YIELD, PRICE, DETECTION, CONSUMPTION, PRIORITY, ENROLMENT = range(11)
PURPOSES = 16  # addresses kept for a month

INTEGERS = {
    "town": "i1", "vill": "i2", "n_mem": "i1", "n_work": "i1", "n_elder": "i1", "n_school": "i1", "insured": "i1", "job": "i1",
    "sick": "i1", "chronic": "i1", "monitored": "i1", "poor": "i1", "stable": "i1", "pov_months": "i2", "un_months": "i2",
    "want": "i1",
}  # fmt: skip
NUMBERS = (
    "land", "skill", "housing", "pension", "edu_cost", "frailty", "savings", "debt", "asset", "inc12", "oop12", "ded_left",
    "cap_left", "oop_y", "support", "wage", "farm", "prop", "transf", "cons", "oop", "need",
)  # fmt: skip

MASK = (1 << 64) - 1
GOLDEN, ODD = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_u8 = np.uint64


def _finished(z: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser, on the array itself."""
    z ^= z >> _u8(30)
    z *= _u8(_FIRST)
    z ^= z >> _u8(27)
    z *= _u8(_SECOND)
    z ^= z >> _u8(31)
    return z


def mix(z: int) -> int:
    """The same for one number."""
    return int(_finished(np.array([z & MASK], dtype=np.uint64))[0])


def replication_key(seed: int = SEED, replication: int = REPLICATION) -> int:
    """The key of one replication."""
    return mix(mix(seed + GOLDEN) + (replication + 1) * ODD)


def keys_of(identities: np.ndarray, seed: int = SEED, replication: int = REPLICATION) -> np.ndarray:
    """The key of each unit, uint64."""
    return _finished(_u8(replication_key(seed, replication)) + (identities.astype(np.uint64) + _u8(1)) * _u8(ODD))


def address(month: int, purpose: int) -> int:
    """What is added to a unit's key for a draw."""
    return ((PURPOSES * month + purpose + 1) * GOLDEN) & MASK


def hash_draws(keys: np.ndarray, month: int, purpose: int) -> np.ndarray:
    """64 random bits for each key."""
    return _finished(keys + _u8(address(month, purpose)))


def uniform(keys: np.ndarray, month: int, purpose: int) -> np.ndarray:
    """In [0, 1)."""
    return (hash_draws(keys, month, purpose) >> _u8(11)).astype(np.float64) * 2.0**-53


def triangular(keys: np.ndarray, month: int, purpose: int) -> np.ndarray:
    """In (−1, 1), the sum of two uniforms less one."""
    bits = hash_draws(keys, month, purpose)
    return ((bits >> _u8(32)) + (bits & _u8(0xFFFFFFFF))).astype(np.float64) * 2.0**-32 - 1.0


def priority(keys: np.ndarray, month: int) -> np.ndarray:
    """A household's place in the queue for jobs: 24 bits, the smallest first."""
    return (hash_draws(keys, month, PRIORITY) >> _u8(40)).astype(np.int64)


@lru_cache(maxsize=1)
def _households(count: int) -> dict[str, np.ndarray]:
    g = np.random.Generator(np.random.Philox(key=[SEED, 99]))
    row = np.arange(count, dtype=np.int64)
    s: dict[str, np.ndarray] = {name: np.zeros(count) for name in (*INTEGERS, *NUMBERS)}
    s["vill"] = row * VILLAGES // count
    s["town"] = s["vill"] // (VILLAGES // TOWNSHIPS)
    s["n_mem"] = 1 + np.minimum(g.poisson(2.3, count), 7)
    s["n_elder"] = np.minimum(g.binomial(2, 0.35, count), s["n_mem"])
    s["n_school"] = np.minimum(g.binomial(2, 0.3, count), s["n_mem"] - s["n_elder"])
    s["n_work"] = np.maximum(s["n_mem"] - s["n_elder"] - s["n_school"] - (g.random(count) < 0.3), 0)
    s["insured"] = np.ones(count)
    s["chronic"] = g.random(count) < 0.12
    at_home, away = g.random(count) < 0.05, g.random(count) < 0.55
    s["job"] = np.where(s["n_work"] > 0, np.where(at_home, 1, np.where(away, 2, 0)), 0)
    s["land"] = s["n_mem"] * (0.5 + 1.5 * g.random(count))
    s["skill"] = 0.5 + 0.9 * g.random(count)
    s["housing"] = g.random(count)
    s["pension"] = 110 + 60 * g.random(count)
    s["edu_cost"] = 150 + 500 * g.random(count)
    s["frailty"] = g.gamma(1.0, 1.0, count)
    s["savings"] = 15000 * g.random(count) ** 2
    in_debt = g.random(count) < 0.25
    s["debt"] = np.where(in_debt, 20000 * g.random(count), 0)
    s["asset"] = 60000 * g.random(count)
    s["inc12"] = s["n_mem"] * (500 + 900 * g.random(count))
    found = {name: s[name].astype(dtype) for name, dtype in INTEGERS.items()}
    # Rounded to float32, so that a peer that stores float32 starts from the same numbers.
    return found | {name: s[name].astype(np.float32).astype(np.float64) for name in NUMBERS}


def households(count: int) -> dict[str, np.ndarray]:
    """The households of the first month, a fresh array for each field; sorted by village."""
    return {name: values.copy() for name, values in _households(count).items()}


@dataclass(frozen=True)
class World:
    """What nobody in the county decides: ``disaster`` and ``price`` by month and township, ``prices`` of living by month,
    ``staff`` of villages, enterprise jobs of townships (``slots``), and the county's money a month (``budget``, yuan).
    """

    disaster: np.ndarray
    price: np.ndarray
    prices: np.ndarray
    staff: np.ndarray
    slots: np.ndarray
    budget: int


@lru_cache(maxsize=1)
def world(count: int, months: int = MONTHS) -> World:
    """The world around ``count`` households."""
    keys = keys_of((1 << 40) + np.arange(TOWNSHIPS))
    disaster, price, level = np.zeros((months, TOWNSHIPS)), np.zeros((months, TOWNSHIPS)), np.ones(TOWNSHIPS)
    for month in range(months):
        hit = uniform(keys, month, 0) < (0.01 + 0.03 * (5 <= month % 12 <= 8))
        disaster[month] = np.where(hit, 0.3 + 0.7 * uniform(keys, month, 1), 0.0)
        level = level + 0.2 * (1 - level) + 0.06 * triangular(keys, month, 2)
        price[month] = level
    staff = 0.10 + 0.30 * uniform(keys_of((1 << 41) + np.arange(VILLAGES), replication=0), 0, 0)
    villages = np.arange(count, dtype=np.int64) * VILLAGES // count
    at_home = np.bincount(villages // (VILLAGES // TOWNSHIPS), minlength=TOWNSHIPS)
    slots = (at_home * 0.07).astype(np.int64)
    return World(disaster, price, 1.0 + 0.002 * np.arange(months), staff, slots, 6 * count)


def answer(counted: np.ndarray, savings: np.ndarray, debt: np.ndarray, job: np.ndarray, poor_months: np.ndarray) -> dict:
    """What implementations are compared by: ``counted`` is int64 of shape (months, villages, 8)."""
    return {
        "check": [
            int((np.asarray(savings, dtype=np.float64) * 100).astype(np.int64).sum()),
            int((np.asarray(debt, dtype=np.float64) * 100).astype(np.int64).sum()),
            int(np.asarray(job).astype(np.int64).sum()),
            int(np.asarray(poor_months).astype(np.int64).sum()),
        ],
        "counted": counted.sum(axis=(0, 1)).tolist(),
        "digest": hashlib.sha256(np.ascontiguousarray(counted, dtype="<i8").tobytes()).hexdigest()[:16],
    }
