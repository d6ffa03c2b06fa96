"""``for person in having(county.persons, "status", Destination.NONE, Destination.NONE)``: only the rows that a rule is about.

Most rules of a month are about few of all rows, and looking at each to pass it by took longer than the rule. Compiled, sixty-four
values of a column of bytes are compared at once, and what is left is a word with a bit for each row that counts.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import RefType, iternext_impl
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from sim.core.column_types import ColumnsType, address_of_column, row_of

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


class FoundRows(types.SimpleIteratorType):
    """The type of a loop over such rows."""

    def __init__(self, table: ColumnsType, column: str) -> None:
        self.table, self.column = table, column
        super().__init__(f"having({table.name}, {column})", table.row)


@register_model(FoundRows)
class FoundRowsModel(models.StructModel):
    """The table, the values looked for, where to look next, and which of the rows before that are still to come."""

    def __init__(self, dmm, fe_type) -> None:
        states = [(name, types.EphemeralPointer(types.uint64)) for name in ("next", "left")]
        super().__init__(dmm, fe_type, [("table", fe_type.table), ("low", types.int64), ("high", types.int64), *states])


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
        return signature(FoundRows(table, column.literal_value), table, column, types.int64, types.int64)


@lower_builtin(having, ColumnsType, types.StringLiteral, types.Integer, types.Integer)
def _having(context, builder, sig, args):
    made = context.make_helper(builder, sig.return_type)
    made.table, _, made.low, made.high = args
    made.next = cgutils.alloca_once_value(builder, ir.Constant(WORD, 0))
    made.left = cgutils.alloca_once_value(builder, ir.Constant(WORD, 0))
    return made._getvalue()


@lower_builtin("getiter", FoundRows)
def _loop(context, builder, sig, args):
    return args[0]


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
    matches = _matches(builder, address_of_column(builder, typ.table.row, typ.column, table.base), at, loop.low, loop.high)
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
