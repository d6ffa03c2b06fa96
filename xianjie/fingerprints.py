"""What a function's results depend on, as one hash: its code, its defaults, and the values that it uses from outside."""

import dis
import enum
import hashlib
import random
import types
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from experiments.results.files import canonical
from sim.core.inputs.errors import InputError

#: Modules whose functions give the same for the same; their versions are part of every journal.
STEADY = (
    "numpy", "math", "cmath", "statistics", "scipy", "pandas", "itertools", "functools", "operator", "collections", "enum",
    "fractions", "decimal", "bisect", "heapq", "builtins", "typing", "dataclasses", "sim", "experiments", "xianjie",
)  # fmt: skip
#: What gives something else each time, or looks at the world outside.
UNSTEADY = (
    "random", "secrets", "time", "datetime", "uuid", "os", "posix", "nt", "sys", "io", "pathlib", "socket", "subprocess",
    "threading", "multiprocessing", "tempfile", "glob", "shutil", "urllib", "http", "requests",
)  # fmt: skip
CALLS = ("open", "input", "id", "hash", "exec", "eval", "globals", "__import__")
GENERATORS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)


class Unrecognisable(Exception):
    """A value of which nobody can say whether it is the same as another time."""


def fingerprint(function: Any, where: str) -> str:
    """32 hexadecimal digits: equal for functions of equal code and equal values, in any process.

    Raises Unrecognisable where it uses a value that cannot be compared, InputError (named ``where``) where it is not
    deterministic: it draws at random by itself, asks the clock, or reads files.
    """
    return hashlib.sha256(canonical(_Reader(where).value(function)).encode()).hexdigest()[:32]


class _Reader:
    """Reads values into plain data that is equal only if they are."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.seen: list[Any] = []  # functions under way: one may call itself

    def refuse(self, what: str) -> InputError:
        """That a policy may not use this."""
        return InputError(
            self.where, 0, f"uses '{what}', which gives something else each time: draw at random by draw(decision, rows), and "
            "take the month from county.date",
            f"用到了“{what}”，每次结果会不同：随机数请用 draw(decision, rows)，月份请用 county.date"
        )  # fmt: skip

    def value(self, value: Any) -> Any:
        """A value as plain data."""
        if value is None or isinstance(value, bool | int | str) and not isinstance(value, enum.Enum):
            return [type(value).__name__, value if isinstance(value, bool | str) else repr(value)]
        if isinstance(value, enum.Enum):
            return ["enum", self.name(type(value)), value.name]
        if isinstance(value, float | complex | bytes):
            return [type(value).__name__, repr(value)]
        if isinstance(value, np.ndarray | np.generic):
            return self.array(np.asarray(value))
        if isinstance(value, list | tuple):
            return [type(value).__name__, [self.value(each) for each in value]]
        if isinstance(value, Mapping):
            return ["mapping", [[self.value(key), self.value(each)] for key, each in value.items()]]
        if isinstance(value, set | frozenset):
            return ["set", sorted(canonical(self.value(each)) for each in value)]
        if isinstance(value, GENERATORS):
            raise self.refuse(type(value).__name__)
        if isinstance(value, types.ModuleType):
            return ["module", self.module(value.__name__)]
        if isinstance(value, partial):
            return ["partial", self.value(value.func), self.value(value.args), self.value(value.keywords)]
        if isinstance(value, types.MethodType):
            return ["method", self.value(value.__func__), self.value(value.__self__)]
        if isinstance(value, types.FunctionType):
            return self.function(value)
        inner = getattr(value, "function", None)
        if isinstance(inner, types.FunctionType) and type(value).__module__ == "xianjie.policies":
            return self.function(inner)
        if isinstance(value, type | types.BuiltinFunctionType | np.ufunc) or hasattr(value, "__wrapped__"):
            return ["named", self.name(value)]
        raise Unrecognisable(f"it uses a {type(value).__name__}")

    def array(self, array: np.ndarray) -> Any:
        """An array by its bytes."""
        if array.dtype.hasobject:
            raise Unrecognisable("it uses an array of objects")
        held = np.ascontiguousarray(array)
        return ["array", held.dtype.str, list(held.shape), hashlib.sha256(held.tobytes()).hexdigest()]

    def module(self, name: str) -> str:
        """The name of a module that is always the same."""
        root = name.partition(".")[0]
        if root in UNSTEADY or name.startswith("numpy.random"):
            raise self.refuse(name)
        if root not in STEADY:
            raise Unrecognisable(f"it uses the module {name}")
        return name

    def name(self, value: Any) -> str:
        """The name of something that a module defines."""
        module = getattr(value, "__module__", None) or ("numpy" if isinstance(value, np.ufunc) else "builtins")
        return f"{self.module(module)}.{getattr(value, '__qualname__', None) or value.__name__}"

    def function(self, function: types.FunctionType) -> Any:
        """A function: its code, its defaults, what it closes over and what it uses of its module."""
        if function in self.seen:
            return ["again", self.seen.index(function)]
        root = (function.__module__ or "").partition(".")[0]
        if root in STEADY and root != "builtins" or root in UNSTEADY:
            return ["named", self.name(function)]
        self.seen.append(function)
        closed = [cell.cell_contents for cell in function.__closure__ or ()]
        names = sorted(self.names(function.__code__))
        used = {name: function.__globals__[name] for name in names if name in function.__globals__}
        for name in names:
            if name not in used and name in CALLS:
                raise self.refuse(name)
        return [
            "function",
            self.code(function.__code__),
            self.value(function.__defaults__),
            self.value(function.__kwdefaults__),
            self.value(closed),
            [[name, self.value(each)] for name, each in used.items()],
        ]

    def names(self, code: types.CodeType) -> set[str]:
        """The names that code looks up in its module; refuses what it imports or reaches for that is not deterministic."""
        found: set[str] = set()
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                found.add(str(step.argval))
            elif step.opname == "IMPORT_NAME":
                self.module(str(step.argval))
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM") and step.argval in ("random", "default_rng"):
                raise self.refuse(str(step.argval))
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                found |= self.names(constant)
        return found

    def code(self, code: types.CodeType) -> Any:
        """Compiled code, without the file and the lines where it was written."""
        constants = [self.code(each) if isinstance(each, types.CodeType) else self.value(each) for each in code.co_consts]
        names = [list(each) for each in (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)]
        counts = [code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags]
        return ["code", code.co_code.hex(), code.co_exceptiontable.hex(), constants, names, counts]
