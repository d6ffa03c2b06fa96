"""Where do cases of one kind lie? Boxes by the patient rule induction method (PRIM).

Friedman and Fisher (1999, doi 10.1023/A:1008894516817); used to find where plans fail by Bryant and Lempert (2010, doi
10.1016/j.techfore.2009.08.002), whose quasi-p-values test each restriction of a box. A small implementation of our own, because
EMA Workbench is no dependency of the program and its inspection of boxes with categories fails on pandas 3; the tests hold it
against EMA Workbench.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

PEEL = 0.05  # the share of a box's cases that one peel takes off, and one paste puts back
LEAST = 0.05  # the share of all cases that a box holds at least
DOUBTFUL = 0.05  # a restriction whose quasi-p-value is above this may as well be chance


@dataclass(frozen=True)
class Restriction:
    """What a box asks of one factor: a value above ``low`` and up to ``high``; of a factor with choices, one ``among`` them."""

    factor: int
    low: float = -math.inf
    high: float = math.inf
    among: frozenset[int] | None = None

    def holds(self, cases: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(cases,) whether each of ``cases`` (cases, factors) is so."""
        column = cases[:, self.factor]
        if self.among is not None:
            return np.isin(column, sorted(self.among))
        return (column > self.low) & (column <= self.high)


Box = tuple[Restriction, ...]  # restricted factors only, in the order of factors; () holds everything


@dataclass(frozen=True)
class BoxStats:
    """A box on some cases: ``held`` of them lie in it, ``hits`` of these are of the kind sought, of ``sought`` in all."""

    held: int
    hits: int
    cases: int
    sought: int

    @property
    def density(self) -> float:
        """The share of the box's cases that are of the kind sought."""
        return self.hits / self.held if self.held else math.nan

    @property
    def coverage(self) -> float:
        """The share of the cases sought that lie in the box."""
        return self.hits / self.sought if self.sought else math.nan

    @property
    def balance(self) -> float:
        """Coverage less the share of all other cases that the box holds too (Youden): 1 if it parts them, 0 if it does nothing.

        Unlike the harmonic mean of coverage and density it does not favour the box that holds everything where failure is common.
        """
        others = self.cases - self.sought
        return (self.coverage - (self.held - self.hits) / others) if self.sought and others else 0.0

    @property
    def elsewhere(self) -> float:
        """The share of the cases outside the box that are of the kind sought."""
        rest = self.cases - self.held
        return (self.sought - self.hits) / rest if rest else math.nan


def inside(box: Box, cases: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(cases,) whether each case lies in the box."""
    result = np.ones(len(cases), dtype=bool)
    for restriction in box:
        result &= restriction.holds(cases)
    return result


def found(box: Box, cases: NDArray[np.float64], sought: NDArray[np.bool_]) -> BoxStats:
    """How a box does on these cases."""
    within = inside(box, cases)
    return BoxStats(int(within.sum()), int((within & sought).sum()), len(cases), int(sought.sum()))


def trajectory(
    cases: NDArray[np.float64],
    sought: NDArray[np.bool_],
    choices: Sequence[int] = (),
    peel: float = PEEL,
    least: float = LEAST,
) -> list[Box]:
    """From the box that holds all cases to ever denser ones: peeled, and in the end pasted.

    ``cases`` (cases, factors): numbers, or, in the columns ``choices``, whole numbers that stand for choices. Each peel takes off
    about a share ``peel`` of the box at one end of one factor, or one choice: whatever raises the density most for each case
    lost, and of equals what restricts fewer factors. No box holds less than the share ``least`` of the cases.
    """
    boxes: list[Box] = [()]
    within = np.ones(len(cases), dtype=bool)
    while True:
        step = _best(_peels(boxes[-1], cases, within, choices=choices, share=peel), within, sought, least * len(cases))
        if step is None:
            break
        boxes.append(step[0])
        within = step[1]
    while True:
        step = _best(_pastes(boxes[-1], cases, within, choices=choices, share=peel), within, sought, 0.0)
        if step is None:
            return boxes
        boxes.append(step[0])
        within = step[1]


Step = tuple[Box, NDArray[np.bool_]]


def _best(steps: Iterator[Step], within: NDArray[np.bool_], sought: NDArray[np.bool_], least: float) -> Step | None:
    """The step that raises the density most for each case by which the box changes; None if none raises it."""
    density = float(sought[within].mean())
    best, score = None, (0.0, 0)
    for box, held in steps:
        count, moved = int(held.sum()), int((held != within).sum())
        if count == 0 or count < least or moved == 0:
            continue
        gain = (float(sought[held].mean()) - density) / moved
        if gain > 1e-12 and (gain > score[0] * (1.0 + 1e-9) or (gain > score[0] * (1.0 - 1e-9) and -len(box) > score[1])):
            best, score = (box, held), (gain, -len(box))
    return best


def _peels(
    box: Box, cases: NDArray[np.float64], within: NDArray[np.bool_], choices: Sequence[int], share: float
) -> Iterator[Step]:
    """Every box one peel smaller. A new bound lies midway between the cases that it parts."""
    for factor in range(cases.shape[1]):
        column = cases[:, factor]
        if factor in choices:
            present = sorted({int(value) for value in column[within]})
            for value in present if len(present) > 1 else ():
                new = Restriction(factor, among=frozenset(present) - {value})
                yield _with(box, new), within & (column != value)
            continue
        ordered = np.sort(column[within])
        count = max(1, int(share * len(ordered)))
        if len(ordered) < 2:
            continue
        old = _of(box, factor)
        lower = ordered[ordered > ordered[count - 1]]
        if len(lower):
            bound = float(ordered[count - 1] + lower[0]) / 2.0
            yield _with(box, replace(old, low=bound)), within & (column > bound)
        upper = ordered[ordered < ordered[-count]]
        if len(upper):
            bound = float(ordered[-count] + upper[-1]) / 2.0
            yield _with(box, replace(old, high=bound)), within & (column <= bound)


def _pastes(
    box: Box, cases: NDArray[np.float64], within: NDArray[np.bool_], choices: Sequence[int], share: float
) -> Iterator[Step]:
    """Every box that is larger at one end of one restricted factor, or by one choice."""
    count = max(1, int(share * int(within.sum())))
    for old in box:
        column = cases[:, old.factor]
        others = inside(tuple(each for each in box if each.factor != old.factor), cases)
        if old.among is not None:
            for value in sorted({int(value) for value in column} - old.among):
                new = replace(old, among=old.among | {value})
                yield _with(box, new), others & new.holds(cases)
            continue
        below, above = np.sort(column[others & (column <= old.low)]), np.sort(column[others & (column > old.high)])
        for new in (
            *([replace(old, low=_beyond(below[::-1], count, -math.inf))] if len(below) else []),
            *([replace(old, high=_beyond(above, count, math.inf))] if len(above) else []),
        ):
            yield _with(box, new), others & new.holds(cases)


def _beyond(outside: NDArray[np.float64], count: int, end: float) -> float:
    """The bound that takes in the ``count`` nearest cases outside: midway to the next one, or no bound at all."""
    return end if count >= len(outside) else float(outside[count - 1] + outside[count]) / 2.0


def _of(box: Box, factor: int) -> Restriction:
    return next((each for each in box if each.factor == factor), Restriction(factor))


def _with(box: Box, new: Restriction) -> Box:
    """The box with another restriction of one factor; without one if it restricts nothing."""
    rest = [each for each in box if each.factor != new.factor]
    free = new.among is None and new.low == -math.inf and new.high == math.inf
    return tuple(sorted(rest if free else [*rest, new], key=lambda each: each.factor))


def choose(boxes: Sequence[Box], cases: NDArray[np.float64], sought: NDArray[np.bool_], density: float | None = None) -> Box:
    """The box of a trajectory that parts the two kinds best (``BoxStats.balance``), or, where a ``density`` is asked
    for, the one of at least this density that covers most; () if none has it.
    """
    measured = [found(box, cases, sought) for box in boxes]
    if density is None:
        return boxes[max(range(len(boxes)), key=lambda number: measured[number].balance)]
    dense = [number for number in range(len(boxes)) if measured[number].density >= density]
    return boxes[max(dense, key=lambda number: (measured[number].coverage, -len(boxes[number])))] if dense else ()


def refined(box: Box, cases: NDArray[np.float64], sought: NDArray[np.bool_], peel: float = PEEL) -> Box:
    """The box with each bound moved, by single cases within one peel of where it is, to where the balance is best.

    Peels take many cases at a time, so that a bound may lie as many away from where it belongs.
    """
    for _round in range(4):
        before = box
        for old in [each for each in box if each.among is None]:
            column = cases[:, old.factor]
            others = inside(tuple(each for each in box if each.factor != old.factor), cases)
            reach = max(1, int(peel * int(others.sum())))
            values = np.sort(column[others])
            for end in ("low", "high"):
                bound = getattr(_of(box, old.factor), end)
                if not math.isfinite(bound):
                    continue
                place = int(np.searchsorted(values, bound))
                tried = range(max(1, place - reach), min(len(values) - 1, place + reach) + 1)
                own = _of(box, old.factor)
                middles = [float(values[at - 1] + values[at]) / 2.0 for at in tried]
                moved = (replace(own, low=at) if end == "low" else replace(own, high=at) for at in middles)
                options = [box, *(_with(box, each) for each in moved)]
                box = max(options, key=lambda each: found(each, cases, sought).balance)
        if box == before:
            break
    return box


def quasi_p(box: Box, cases: NDArray[np.float64], sought: NDArray[np.bool_]) -> dict[int, float]:
    """By restricted factor, the chance that the box would hold so many hits if this one restriction did nothing.

    One-sided binomial with the density of the box that lacks the restriction (Bryant and Lempert 2010). "Quasi", because the
    box was sought on the same cases; the held-out check is the test that counts.
    """
    own = found(box, cases, sought)
    values = {}
    for restriction in box:
        wider = found(tuple(each for each in box if each is not restriction), cases, sought)
        values[restriction.factor] = float(stats.binom.sf(own.hits - 1, own.held, wider.density))
    return values


def pruned(box: Box, cases: NDArray[np.float64], sought: NDArray[np.bool_], doubtful: float = DOUBTFUL) -> Box:
    """The box without the restrictions that may be chance, dropped one at a time, the most doubtful first."""
    while box:
        values = quasi_p(box, cases, sought)
        worst = max(box, key=lambda each: values[each.factor])
        if values[worst.factor] <= doubtful:
            return box
        box = tuple(each for each in box if each is not worst)
    return box


def chance(box: BoxStats) -> float:
    """The chance that a box drawn blindly would hold so many hits of cases that had no part in the search (Fisher's exact test,
    one-sided); 1 if the box holds none of them.
    """
    if box.held == 0 or box.sought == 0:
        return 1.0
    return float(stats.hypergeom.sf(box.hits - 1, box.cases, box.sought, box.held))
