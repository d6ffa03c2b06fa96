"""What goes wrong, as exceptions that say it in Chinese and in English."""

from collections.abc import Iterator
from contextlib import contextmanager

from experiments.execution.local_executor import RunInterrupted
from experiments.reporting.translations import Words
from sim.core.inputs.errors import InputError, InputErrors, UserError, describe_problem


class Error(ValueError):
    """Something that was asked for cannot be: a misspelt name, a value out of bounds, a folder of something else.

    Attributes
    ----------
    english, chinese : str
        What is wrong and what to write instead. As text both, the Chinese first.
    """

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.english, self.chinese = english, chinese

    def __str__(self) -> str:
        return f"{self.chinese}\n{self.english}"


class Incomplete(Error):
    """A run stopped before its end: the disk is full, or the cluster is gone. With ``out=`` it goes on when asked again."""


def _where(problem: InputError) -> tuple[str, str]:
    """Both sentences of a fault, with the place in front."""
    place = f"{problem.place}:{problem.line}" if problem.line else problem.place
    return (f"{place}: {problem.english}", f"{place}：{problem.chinese}") if place else (problem.english, problem.chinese)


@contextmanager
def in_both_languages() -> Iterator[None]:
    """Raise what is found wrong inside as ``Error`` (``Incomplete`` where a run cannot go on)."""
    try:
        yield
    except InputErrors as several:
        faults = [_where(each) for each in several.errors]
        raise Error("\n".join(each[0] for each in faults), "\n".join(each[1] for each in faults)) from None
    except InputError as problem:
        raise Error(*_where(problem)) from None
    except UserError as problem:
        raise Error(problem.english, problem.chinese) from None
    except RunInterrupted as problem:
        raise Incomplete(*(Words(each)("python_halted", problem=problem) for each in ("en", "zh"))) from None
    except OSError as problem:
        why = describe_problem(problem)
        texts = (("en", why.english), ("zh", why.chinese))
        raise Incomplete(*(Words(each)("python_halted", problem=text) for each, text in texts)) from None
