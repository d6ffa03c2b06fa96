"""The rules of a month, one after another in machine code, without Python waking up between them.

A rule passes over a hundred thousand rows in some fifty microseconds and leaves nothing else in the processor's cache; Python,
woken for the next, takes ten microseconds to find its own things again, and a county's life has four thousand such calls. So
what every rule is handed in every month is written down once, as the 64-bit words in which a compiled function takes its
arguments, and a month is one call: go through the rules that are due and call each with its words. The same functions run on
the same memory; ``Wired`` hands over the same things when a rule is called from Python, and the words are made from those.
"""

import ctypes
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba.core import types
from numba.core.registry import cpu_target

from sim.core.columns import Columns
from sim.core.compilation import IS_COMPILED, MachineCode
from sim.core.wiring import MONTHS_PER_YEAR, Wired

WORD = ir.IntType(64)
WORDS = WORD.as_pointer()
STATUS = ir.IntType(32)
DATA = 4  # which of an array's words is where its memory begins
CALLER = ir.FunctionType(STATUS, [WORDS])
#: Callers of rules, by the address of their code; and of a whole month. Made once for a program.
_CALLERS: dict[int, int] = {}
_MONTH: list[Any] = []
#: Machine code lives as long as the engine that made it.
_ENGINES: list[Any] = []


def _array(array: np.ndarray) -> list[int]:
    """An array as a compiled function takes it: nobody counts references; its size, its memory, its shape, its strides."""
    return [0, 0, array.size, array.itemsize, array.__array_interface__["data"][0], *array.shape, *array.strides]


def words_of(value: Any) -> list[int]:
    """The words in which a compiled function takes a value: a table, an array, a number, or a tuple of those."""
    if isinstance(value, Columns):
        return [value.base, len(value)]
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, tuple):
        return [word for each in value for word in words_of(each)]
    if isinstance(value, float):
        return list(struct.unpack("q", struct.pack("d", value)))
    return list(struct.unpack("q", struct.pack("Q", int(value) % 2**64)))


def _load(builder: ir.IRBuilder, words: Any, place: int, through: bool, kind: Any) -> Any:
    """A word, or what it is the address of, as a compiled function wants it."""
    word = builder.load(builder.gep(words, [ir.Constant(WORD, place)]))
    if through:
        word = builder.load(builder.inttoptr(word, WORDS))
    if isinstance(kind, ir.DoubleType):
        return builder.bitcast(word, kind)
    return builder.inttoptr(word, kind) if isinstance(kind, ir.PointerType) else word


def _kinds(code: MachineCode) -> tuple[Any, list[Any]]:
    """The type of a rule as a compiled function, and of its arguments, after where its result and its status go."""
    rule = cpu_target.target_context.call_conv.get_function_type(types.none, code.types)
    return rule, list(rule.args[2:])


def fits(code: MachineCode, words: np.ndarray) -> bool:
    """Whether Numba takes a rule's arguments as so many words; another version of it might not."""
    kinds = _kinds(code)[1]
    sound = all(isinstance(kind, ir.PointerType | ir.DoubleType) or kind == WORD for kind in kinds)
    return sound and len(kinds) == words.shape[1]


def _add_caller(module: ir.Module, name: str, code: MachineCode, through: set[int]) -> None:
    """A function that reads a rule's arguments from words and calls it; its result is the rule's status, 0 if all went well."""
    rule, kinds = _kinds(code)
    result, problem = rule.args[:2]
    function = ir.Function(module, CALLER, name)
    builder = ir.IRBuilder(function.append_basic_block())
    words = function.args[0]
    arguments = [_load(builder, words, place, place in through, kind) for place, kind in enumerate(kinds)]
    pointer = builder.inttoptr(ir.Constant(WORD, code.address), rule.as_pointer())
    builder.ret(builder.call(pointer, [builder.alloca(result.pointee), builder.alloca(problem.pointee), *arguments]))


def _add_month(module: ir.Module) -> None:
    """``month(plan, count)``: call each caller with its words, as long as all goes well; how many went well."""
    function = ir.Function(module, ir.FunctionType(WORD, [WORDS, WORD]), "month")
    plan, count = function.args
    start, ahead, body, end = (function.append_basic_block(name) for name in ("start", "ahead", "body", "end"))
    builder = ir.IRBuilder(start)
    builder.branch(ahead)
    builder.position_at_end(ahead)
    step = builder.phi(WORD)
    step.add_incoming(ir.Constant(WORD, 0), start)
    builder.cbranch(builder.icmp_signed("<", step, count), body, end)
    builder.position_at_end(body)
    entry = builder.gep(plan, [builder.shl(step, ir.Constant(WORD, 1))])
    caller = builder.inttoptr(builder.load(entry), CALLER.as_pointer())
    words = builder.inttoptr(builder.load(builder.gep(entry, [ir.Constant(WORD, 1)])), WORDS)
    status = builder.call(caller, [words])
    following = builder.add(step, ir.Constant(WORD, 1))
    step.add_incoming(following, body)
    builder.cbranch(builder.icmp_signed("==", status, ir.Constant(STATUS, 0)), ahead, end)
    builder.position_at_end(end)
    builder.ret(step)


def _made(module: ir.Module) -> Callable[[str], int]:
    """Compile a module; returns where each of its functions is."""
    target = binding.Target.from_default_triple().create_target_machine(codemodel="jitdefault", opt=1)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(str(module)), target)
    engine.finalize_object()
    _ENGINES.append(engine)
    return engine.get_function_address


def _month() -> Any:
    """The function that lives a month."""
    if not _MONTH:
        module = ir.Module("month")
        _add_month(module)
        _MONTH.append(ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)(_made(module)("month")))
    return _MONTH[0]


def _compile(wanted: list[tuple[MachineCode, "Prepared"]]) -> None:
    """Make callers of so many rules."""
    if not wanted:
        return
    module = ir.Module("callers")
    for code, prepared in wanted:
        _add_caller(module, f"call{code.address}", code, prepared.through)
    address_of = _made(module)
    for code, _ in wanted:
        _CALLERS[code.address] = address_of(f"call{code.address}")


class Prepared:
    """What one process of one county is handed, in words: ``words`` has a row for each month.

    ``through`` are the places where a word is not the number of a table's rows, but where that number is found.
    """

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.through: set[int] = set()
        county, parameters, luck, books = wired.arguments(wired.first)
        first = [0, 0, *self._county_words(county, 2), *words_of(parameters), *words_of(luck), *words_of(books)]
        self.words = np.repeat(np.array([first], dtype=np.int64), wired.months, axis=0)
        self.words[:, 0] = np.arange(wired.first, wired.first + wired.months)
        self.words[:, 1] = self.words[:, 0] % MONTHS_PER_YEAR
        place = len(first) - len(words_of(books)) - len(words_of(luck))
        self.words[:, place : place + len(luck)] = wired.keys.view(np.int64)
        self._set_parameters(place - len(words_of(parameters)))

    def _county_words(self, county: tuple, place: int) -> list[int]:
        """The words of all tables, the first of which stands at ``place``; how many rows they have is found where it counts."""
        tables = self.wired.process.tables
        made: list[int] = []
        for name, table in zip(tables, county[2:], strict=False):
            words = words_of(table)
            for number in (1,) if isinstance(table, Columns) else (2, 5):
                words[number] = self.wired.tables.counts[name].ctypes.data
                self.through.add(place + len(made) + number)
            made += words
        return made + words_of(county[2 + len(tables) :])

    def _set_parameters(self, place: int) -> None:
        """Every parameter by month, the first of which stands at ``place``."""
        for path in self.wired.paths:
            if path.ndim == 1:
                self.words[:, place] = path.view(np.int64)
                place += 1
            else:
                own = _array(path[0])
                self.words[:, place + DATA] = own[DATA] + path.strides[0] * np.arange(len(path))
                place += len(own)


class Driver:
    """Lives the months of one county in machine code, as far as its processes have run in this program before.

    ``steps``: the calendar of each process and the process as wired, in the order of the month. Tables must not be made anew
    afterwards; rows may be added.
    """

    def __init__(self, steps: Sequence[tuple[Any, Wired]]) -> None:
        self._steps = steps
        self._prepared: list[Prepared | None] = [None] * len(steps)
        #: By step: its caller, where its words of month 0 would begin, and how far on those of the next month are.
        self._plan, self._ahead = np.zeros((2, len(steps), 2), dtype=np.int64)
        #: Steps due, what to call for them, and how far on the words of the next month are; by calendar month, and whether
        #: the plan has begun.
        self._due: dict[tuple[int, bool], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        if IS_COMPILED:  # what never ran in this program is prepared once it has
            self._prepare([number for number, (_, wired) in enumerate(steps) if wired.code() is not None])

    def _due_in(self, month: int) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Steps due in a month, their callers with the words of month 0, and the way to those of month 1; None if a step has
        never run in this program."""
        season = month % MONTHS_PER_YEAR, month >= 0
        found = self._due.get(season)
        if found is None:
            due = np.array([number for number, (step, _) in enumerate(self._steps) if step.due(month)])
            if not self._prepare([number for number in due.tolist() if self._prepared[number] is None]):
                return None
            found = self._due[season] = due, self._plan[due], self._ahead[due]
        return found

    def _prepare(self, numbers: list[int]) -> bool:
        codes = [self._steps[number][1].code() for number in numbers]
        if not all(code is not None and code.address for code in codes):
            return False
        made = [(number, code, Prepared(self._steps[number][1])) for number, code in zip(numbers, codes, strict=True) if code]
        if not all(fits(code, prepared.words) for _, code, prepared in made):
            return False
        _compile([(code, prepared) for _, code, prepared in made if code.address not in _CALLERS])
        for number, code, prepared in made:
            self._prepared[number] = prepared
            ahead = prepared.words.strides[0]
            start = prepared.words.ctypes.data - prepared.wired.first * ahead
            self._plan[number], self._ahead[number] = (_CALLERS[code.address], start), (0, ahead)
        return True

    def live(self, month: int, first: int, last: int) -> int | None:
        """Run what is due in a month of the steps from ``first`` up to ``last``; returns the number of the step that failed, −1
        for none, None if it cannot yet.
        """
        found = self._due_in(month) if IS_COMPILED else None
        if found is None:
            return None
        due, start, ahead = found
        part = slice(*np.searchsorted(due, (first, last)).tolist())
        plan, wanted = start[part] + month * ahead[part], due[part]
        done = _month()(plan.ctypes.data, len(wanted))
        return -1 if done == len(wanted) else int(wanted[done])
