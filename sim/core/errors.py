"""What a planner reads when an input is wrong: file, line, what is wrong, what to do. Exit code 2, never a traceback."""

from pathlib import Path


class InputError(Exception):
    """A fault in an input. ``place`` is a path or a name such as ``--set``; ``line`` counts from 1, 0 if there is none."""

    def __init__(self, place: str | Path, line: int, message: str) -> None:
        super().__init__(place, line, message)  # all three, so that the error survives being sent between processes
        self.place, self.line, self.message = str(place), line, message

    def __str__(self) -> str:
        where = f"{self.place}:{self.line}" if self.line else self.place
        return f"{where}: {self.message}"


class InputErrors(InputError):
    """Several faults of one input, one to a line."""

    def __init__(self, errors: list[InputError]) -> None:
        super().__init__(errors[0].place, errors[0].line, errors[0].message)
        self.args = (errors,)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def nearest(name: str, known: list[str]) -> str:
    """`` (did you mean 'x'?)`` for the nearest known name, or nothing if none is near."""
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""
