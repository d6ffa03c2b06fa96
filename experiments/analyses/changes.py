"""What is said of a change: an amount, a goal, a setting, a purse, each a number under both plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: A promise breaks, and a goal changed, where the probability moves by at least so much.
LEAST = 0.10
#: The direction of a change is sure where runs turn one way so many times as often as the other.
ONE_WAY = 10
#: Where runs of fewer draws turn, all one way, chance alone may be at work (sign test, one side, 5 %), unless every run turns.
TURNED = 5
ROUNDING = 1e-9


@dataclass(frozen=True)
class Amount:
    """A quantity under both plans: means over the pairs; ``low``, ``high`` the 95 % interval of the paired difference, ``p10``
    and
    ``p90`` between which it lies in eight pairs of ten; ``rises`` and ``falls`` count the pairs in which the other is more, or
    less.
    """

    first: float
    other: float
    low: float
    high: float
    p10: float
    p90: float
    rises: int = 0
    falls: int = 0

    @property
    def difference(self) -> float:
        """Other less first."""
        return self.other - self.first

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class GoalChange:
    """A goal under both plans. Counts are of pairs, ``helped_draws`` and ``harmed_draws`` of the parameter draws that they belong
    to (two pairs of one draw are no two witnesses); ``low`` and ``high`` bound the difference of probabilities, corrected for the
    number of goals looked at; ``years``: by year the shares of pairs on course, both plans; ``persons`` and ``yuan`` a year from
    ``first_year`` on, where the goal has them; ``decided``: the plan itself sets the lever that the promise is about;
    ``given_up``: so much so that what it counts falls by a tenth, whether or not it was ever quite met.
    """

    id: str
    name: Mapping[str, str]
    unit: str
    promise: bool
    owed: bool
    headline: bool
    observed: bool
    decided: bool
    near: bool
    pairs: int
    met_first: int
    met_other: int
    helped: int
    harmed: int
    helped_draws: int
    harmed_draws: int
    low: float
    high: float
    years: Mapping[int, tuple[float, float]]
    first_year: int | None
    behind: tuple[str, ...]
    persons: Amount | None
    yuan: Amount | None
    lever: str | None
    given_up: bool = False

    @property
    def first(self) -> float:
        """The probability under the reference."""
        return self.met_first / self.pairs if self.pairs else float("nan")

    @property
    def other(self) -> float:
        """The probability under the plan."""
        return self.met_other / self.pairs if self.pairs else float("nan")

    @property
    def difference(self) -> float:
        """Other less first."""
        return (self.met_other - self.met_first) / self.pairs if self.pairs else 0.0

    @property
    def clear(self) -> bool:
        """Whether the corrected interval lies on one side of 0."""
        return self.low > 0.0 or self.high < 0.0

    @property
    def broken(self) -> bool:
        """Whether it stands among what breaks: a promise or a right that falls by ten points or more, hardly any run the other
        way; any goal that falls so much with a corrected interval below 0.
        """
        if self.given_up:
            return True
        if self.observed or self.near or self.difference > -LEAST + ROUNDING:
            return False
        return self.clear or ((self.promise or self.owed) and self.one_way)

    @property
    def kept(self) -> bool:
        """Whether it rises in the same way."""
        if self.observed or self.difference < LEAST - ROUNDING:
            return False
        return self.clear or ((self.promise or self.owed) and self._turns(self.helped, self.harmed, self.helped_draws))

    @property
    def one_way(self) -> bool:
        """Whether so many runs turn from met to missed, and hardly any the other way, that the direction is sure."""
        return self._turns(self.harmed, self.helped, self.harmed_draws)

    def _turns(self, one_way: int, other_way: int, draws: int) -> bool:
        return one_way >= ONE_WAY * other_way and (draws >= TURNED or one_way == self.pairs > 1)


@dataclass(frozen=True)
class LeverChange:
    """A setting in which the plans differ: the month (YYYY-MM) of the first difference, both values then, and the other's at the
    end of the plan, which is another where it changes again.
    """

    id: str
    month: str
    first: Any
    other: Any
    last: Any


@dataclass(frozen=True)
class MoneyLine:
    """A purse over the years in force, yuan in all; ``public``: whether it is public money."""

    fund: str
    public: bool
    amount: Amount
