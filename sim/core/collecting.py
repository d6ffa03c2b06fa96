"""How often Python looks for circles of objects that nothing needs.

It does so after every 700 objects that are made. Importing, compiling and loading code makes millions that are needed; looking
less often takes a tenth off and no more memory.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = 20_000


def collect_rarely() -> None:
    """From now on, for a process that is ours."""
    gc.set_threshold(RARELY, *gc.get_threshold()[1:])


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """For as long as this lasts, in a process that may be somebody else's."""
    before = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
