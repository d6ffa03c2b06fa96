"""Whether a script may start worker processes: each of them imports it once more."""

import ast
import inspect
import sys
from pathlib import Path

from sim.core.errors import Wrong


def check_guarded() -> None:
    """Raise Wrong if worker processes would run the user's script once more instead of working.

    A worker process imports the script that started the program. One that asks for replications outside of ``if __name__ ==
    "__main__":`` would ask again in every worker; there that ends the worker, and here all its replications would seem to fail.
    """
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    module = getattr(getattr(main, "__spec__", None), "name", "")
    if main is None or path is None or module.endswith("__main__"):  # typed in, or started by -m: not imported again
        return
    frames, frame = [], inspect.currentframe()
    while frame is not None:
        if frame.f_globals is vars(main) and frame.f_code.co_name == "<module>":
            frames.append(frame)
        frame = frame.f_back
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for frame in frames:
        if not any(_guards(node, frame.f_lineno) for node in ast.walk(tree)):
            raise Wrong(
                f"line {frame.f_lineno} of {path} begins the work outside of 'if __name__ == \"__main__\":', so that every "
                "worker process would begin it again; put it under that line, or use workers=1",
                f'{path} 第 {frame.f_lineno} 行没有写在 if __name__ == "__main__": 之下，每个工作进程都会重新执行一遍；'
                "请把它写在这一行之下，或用 workers=1",
            )


def _guards(node: ast.AST, line: int) -> bool:
    """Whether a statement is a check of ``__name__`` under which this line stands."""
    if not isinstance(node, ast.If):
        return False
    asks = any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))
    return asks and node.body[0].lineno <= line <= (node.body[-1].end_lineno or line)
