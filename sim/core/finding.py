"""``for person in having(county.persons, "status", Destination.NONE, Destination.NONE)``: only the rows that a rule is about.

Most rules of a month are about few of all rows, and looking at each to pass it by took longer than the rule. Compiled, sixty-four
rows are looked at at once, without a branch, and what is left is a word with a bit for each row that counts.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import RefType, iternext_impl
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from sim.core.column_types import ColumnsType, address_of_column, row_of
from sim.core.luck import uniform

AT_ONCE = 64
BYTE, WORD = ir.IntType(8), ir.IntType(64)
BYTES = ir.VectorType(BYTE, AT_ONCE)


def having(table, column: str, low: int, high: int):
    """The rows of a table kept by column whose value in a column of one byte lies between ``low`` and ``high``, both included.

    Rows are found sixty-four at a time: a rule may change this column of the row it is at, and of none further on.
    """
    for row in table:
        if low <= row[column] <= high:
            yield row


def drawn(table, key, bound):
    """The rows of a table kept by column for whom the draw of this key (see ``luck.uniform``) is less than ``bound``.

    Where chances differ from row to row, ``bound`` is the largest of them: few are left to be asked for their own.
    """
    for row in table:
        if uniform(key, row.identity) < bound:
            yield row


class FoundRows(types.SimpleIteratorType):
    """The type of a loop over rows; ``column`` is the one looked at by ``having``, None for ``drawn``."""

    def __init__(self, table: ColumnsType, column: str | None, low: Any, high: Any) -> None:
        self.table, self.column, self.low, self.high = table, column, low, high
        super().__init__(f"found({table.name}, {column})", table.row)


@register_model(FoundRows)
class FoundRowsModel(models.StructModel):
    """The table, what is looked for (two values, or a key and a bound), where to look next, and which of the rows found before
    that are still to come.
    """

    def __init__(self, dmm, fe_type) -> None:
        states = [(name, types.EphemeralPointer(types.uint64)) for name in ("next", "left")]
        super().__init__(dmm, fe_type, [("table", fe_type.table), ("low", fe_type.low), ("high", fe_type.high), *states])


@infer_global(having)
class HavingOfColumns(AbstractTemplate):
    """``having(table, "column", low, high)`` with the column written out."""

    prefer_literal = True

    def generic(self, args, kws):
        """A loop over rows, if the table has such a column."""
        table, column, *_ = args
        if kws or not isinstance(table, ColumnsType) or not isinstance(column, types.StringLiteral):
            return None
        kind = table.row.members.get(column.literal_value, (None,))[0]
        if kind != types.int8:
            return None
        found = FoundRows(table, column.literal_value, types.int64, types.int64)
        return signature(found, table, column, types.int64, types.int64)


@infer_global(drawn)
class DrawnOfColumns(AbstractTemplate):
    """``drawn(table, key, bound)``."""

    def generic(self, args, kws):
        """A loop over rows."""
        if kws or len(args) != 3 or not isinstance(args[0], ColumnsType):
            return None
        return signature(FoundRows(args[0], None, types.uint64, types.float64), args[0], types.uint64, types.float64)


def _begun(context, builder, sig, table, low, high, first=None):
    made = context.make_helper(builder, sig.return_type)
    made.table, made.low, made.high = table, low, high
    made.next = cgutils.alloca_once_value(builder, ir.Constant(WORD, 0) if first is None else first)
    made.left = cgutils.alloca_once_value(builder, ir.Constant(WORD, 0))
    return made._getvalue()


@lower_builtin(having, ColumnsType, types.StringLiteral, types.Integer, types.Integer)
def _having(context, builder, sig, args):
    table, _, low, high = args
    least, most = (ir.Constant(WORD, number) for number in (-128, 127))  # no byte is less or more
    low = builder.select(builder.icmp_signed("<", low, least), least, low)
    high = builder.select(builder.icmp_signed(">", high, most), most, high)
    length = cgutils.create_struct_proxy(sig.args[0])(context, builder, table).length
    nobody = builder.icmp_signed(">", low, high)  # nothing lies between them: begin where the table ends
    return _begun(context, builder, sig, table, low, high, builder.select(nobody, length, ir.Constant(WORD, 0)))


@lower_builtin(drawn, ColumnsType, types.Integer, types.Float)
def _drawn(context, builder, sig, args):
    return _begun(context, builder, sig, *args)


@lower_builtin("getiter", FoundRows)
def _loop(context, builder, sig, args):
    return args[0]


def _below(table, first, key, bound):
    """A word with a bit for each of sixty-four rows whose draw is below a bound; the last of a table may not be among them."""
    found = np.uint64(0)
    for place in range(AT_ONCE):
        row = table[first + np.uint64(place)]  # unsigned, as no place counts from the end
        here = np.uint64(1) if uniform(key, row.identity) < bound else np.uint64(0)
        found |= here << np.uint64(place)
    return found


def _all(builder: ir.IRBuilder, byte: Any) -> Any:
    """A byte sixty-four times."""
    first = builder.insert_element(ir.Constant(BYTES, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), AT_ONCE), [0] * AT_ONCE)
    return builder.shuffle_vector(first, ir.Constant(BYTES, ir.Undefined), places)


def _matches(builder: ir.IRBuilder, column: Any, at: Any, low: Any, high: Any) -> Any:
    """A word with a bit for each of the sixty-four rows from ``at`` on whose value lies between two others."""
    memory = builder.bitcast(builder.gep(column, [at]), BYTES.as_pointer())
    values = builder.load(memory, align=1)
    low, high = (builder.trunc(each, BYTE) for each in (low, high))
    beyond = builder.sub(values, _all(builder, low))  # a value below wraps around to a large one
    inside = builder.icmp_unsigned("<=", beyond, _all(builder, builder.sub(high, low)))
    return builder.bitcast(inside, WORD)


@lower_builtin("iternext", FoundRows)
@iternext_impl(RefType.UNTRACKED)
def _next_row(context, builder, sig, args, result):
    typ = sig.args[0]
    loop = context.make_helper(builder, typ, value=args[0])
    table = cgutils.create_struct_proxy(typ.table)(context, builder, loop.table)
    zero, one, step = (ir.Constant(WORD, number) for number in (0, 1, AT_ONCE))
    look, further, found = (builder.append_basic_block(name) for name in ("look", "further", "found"))
    builder.branch(look)

    builder.position_at_end(look)
    left, at = builder.load(loop.left), builder.load(loop.next)
    nothing_left = builder.icmp_unsigned("==", left, zero)
    more = builder.icmp_unsigned("<", at, table.length)
    builder.cbranch(builder.and_(nothing_left, more), further, found)

    builder.position_at_end(further)
    if typ.column is None:
        asked = signature(types.uint64, typ.table, types.uint64, typ.low, typ.high)
        matches = context.compile_internal(builder, _below, asked, (loop.table, at, loop.low, loop.high))
    else:
        column = address_of_column(builder, typ.table.row, typ.column, table.base)
        matches = _matches(builder, column, at, loop.low, loop.high)
    short = builder.sub(table.length, at)
    last = builder.icmp_unsigned("<", short, step)
    # A shift by sixty-four or more means nothing; where the rows go on, it is not looked at.
    rest = builder.sub(builder.shl(one, builder.select(last, short, zero)), one)
    builder.store(builder.select(last, builder.and_(matches, rest), matches), loop.left)
    builder.store(builder.add(at, step), loop.next)
    builder.branch(look)

    builder.position_at_end(found)
    valid = builder.icmp_unsigned("!=", left, zero)
    result.set_valid(valid)
    with builder.if_then(valid):
        bit = builder.cttz(left, ir.Constant(ir.IntType(1), 0))
        builder.store(builder.and_(left, builder.sub(left, one)), loop.left)
        result.yield_(row_of(context, builder, typ.table, table, builder.add(builder.sub(at, step), bit)))
