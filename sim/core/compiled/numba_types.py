"""What compiled rules see of a table kept by column (``columns``): its rows, and their columns as attributes.

A table is where its buffer begins and how many rows are in use, a row is that beginning and its place. How far apart columns
lie belongs to the type, so that all columns of a row are one address and a constant. Nothing is copied and nothing is counted.
"""

import hashlib
import math
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.cgutils import _StructProxy as StructProxy
from numba.core.datamodel import DataModelManager
from numba.core.imputils import RefType, iternext_impl
from numba.core.pythonapi import _UnboxContext as UnboxContext
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, Signature, infer_getattr, infer_global, signature
from numba.extending import (
    NativeValue,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np import numpy_support
from numba.np.arrayobj import make_array, populate_array

from sim.core.compiled.columns import Columns, Row

support: Any = numpy_support
#: A column of a row: its type, the bytes of a number, how many numbers, and where in the buffer it begins.
Member = tuple[types.Type, int, tuple[int, ...], int]
POINTER = ir.IntType(8).as_pointer()


def _named(table: str, fields: tuple, capacity: int) -> str:
    """What tells one type of table from another."""
    return f"{table},{hashlib.sha256(repr((fields, capacity)).encode()).hexdigest()[:12]}"


class ColumnsType(types.IterableType):
    """The type of a table kept by column; ``fields`` and ``capacity`` as in ``Columns``."""

    def __init__(self, table: str, fields: tuple, capacity: int) -> None:
        self.fields = fields
        self.row = RowType(table, fields, capacity)
        super().__init__(name=f"Columns({_named(table, fields, capacity)})")

    @property
    def iterator_type(self) -> "ColumnsIterator":
        """What a loop over the table runs on."""
        return ColumnsIterator(self)


class RowType(types.Type):
    """The type of one row of such a table."""

    def __init__(self, table: str, fields: tuple, capacity: int) -> None:
        self.fields, self.capacity = fields, capacity
        self.members: dict[str, Member] = {}
        for name, base, shape, start in fields:
            element = support.from_dtype(np.dtype(base))
            kind = types.Array(element, len(shape), "A") if shape else element
            self.members[name] = (kind, np.dtype(base).itemsize, shape, start)
        super().__init__(name=f"Row({_named(table, fields, capacity)})")


class ColumnsIterator(types.SimpleIteratorType):
    """The type of a loop over a table."""

    def __init__(self, columns: ColumnsType) -> None:
        self.columns = columns
        super().__init__(f"iter({columns.name})", columns.row)


@register_model(ColumnsType)
class ColumnsModel(models.StructModel):
    """Where the buffer begins, and the rows in use."""

    def __init__(self, dmm: DataModelManager, fe_type: ColumnsType) -> None:
        super().__init__(dmm, fe_type, [("base", types.voidptr), ("length", types.intp)])


@register_model(RowType)
class RowModel(models.StructModel):
    """Where the table's buffer begins, and a place in it."""

    def __init__(self, dmm: DataModelManager, fe_type: RowType) -> None:
        super().__init__(dmm, fe_type, [("base", types.voidptr), ("place", types.intp)])


@register_model(ColumnsIterator)
class ColumnsIteratorModel(models.StructModel):
    """The table, and where the place of the next row is kept."""

    def __init__(self, dmm: DataModelManager, fe_type: ColumnsIterator) -> None:
        members = [("table", fe_type.columns), ("next", types.EphemeralPointer(types.intp))]
        super().__init__(dmm, fe_type, members)


@typeof_impl.register(Columns)
def _type_of_columns(value: Columns, context: object) -> ColumnsType:
    return ColumnsType(value.table, value.fields, value.capacity)


@typeof_impl.register(Row)
def _type_of_row(value: Row, context: object) -> RowType:
    return RowType(value.table.table, value.table.fields, value.table.capacity)


def register_arguments(kind: type) -> None:
    """Say what the type of a named tuple ``kind`` is, as Numba would: its search among all kinds takes half a millisecond, and
    every process is handed three of them.
    """
    typeof_impl.register(kind)(_type_of_named_tuple)


def _type_of_named_tuple(value: tuple, context: object) -> types.BaseTuple:
    found: types.BaseTuple = types.BaseTuple.from_types([typeof_impl(each, context) for each in value], type(value))
    return found


def _number(c: UnboxContext, owner: ir.Value, name: str) -> ir.Value:
    """An attribute of a Python object that is a whole number."""
    found = c.pyapi.object_getattr_string(owner, name)
    number = c.pyapi.number_as_ssize_t(found)
    c.pyapi.decref(found)
    return number


@unbox(ColumnsType)
def _unbox_columns(typ: ColumnsType, value: ir.Value, c: UnboxContext) -> NativeValue:
    made = cgutils.create_struct_proxy(typ)(c.context, c.builder)
    made.base = c.builder.inttoptr(_number(c, value, "base"), POINTER)
    made.length = _number(c, value, "length")
    return NativeValue(made._getvalue())


@unbox(RowType)
def _unbox_row(typ: RowType, value: ir.Value, c: UnboxContext) -> NativeValue:
    made = cgutils.create_struct_proxy(typ)(c.context, c.builder)
    table = c.pyapi.object_getattr_string(value, "table")
    made.base = c.builder.inttoptr(_number(c, table, "base"), POINTER)
    made.place = _number(c, value, "place")
    c.pyapi.decref(table)
    return NativeValue(made._getvalue())


@infer_global(len)
class LengthOfColumns(AbstractTemplate):
    """``len(county.households)``."""

    def generic(self, args: Sequence[types.Type], kws: Mapping[str, types.Type]) -> Signature | None:
        """Number of rows."""
        if not kws and len(args) == 1 and isinstance(args[0], ColumnsType):
            found: Signature = signature(types.intp, *args)
            return found
        return None


@lower_builtin(len, ColumnsType)
def _length(context: BaseContext, builder: ir.IRBuilder, sig: Signature, args: Sequence[ir.Value]) -> ir.Value:
    return cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0]).length


def _whole(index: Any) -> types.Integer:
    """A number of a row in the width of the machine."""
    return types.intp if index.signed else types.uintp


@infer_global(operator.getitem)
class RowOfColumns(AbstractTemplate):
    """``county.households[row]``."""

    def generic(self, args: Sequence[types.Type], kws: Mapping[str, types.Type]) -> Signature | None:
        """A row, by its number."""
        table, index = args
        if isinstance(table, ColumnsType) and isinstance(index, types.Integer):
            found: Signature = signature(table.row, table, _whole(index))
            return found
        return None


def row_of(context: BaseContext, builder: ir.IRBuilder, typ: ColumnsType, table: StructProxy, place: ir.Value) -> ir.Value:
    """The row of a table at this place."""
    made = cgutils.create_struct_proxy(typ.row)(context, builder)
    made.base, made.place = table.base, place
    return made._getvalue()


def _placed(builder: ir.IRBuilder, index: ir.Value, length: ir.Value, kind: Any) -> ir.Value:
    """A negative number counts from the end, as it does for arrays."""
    if not kind.signed:
        return index
    negative = builder.icmp_signed("<", index, ir.Constant(index.type, 0))
    return builder.select(negative, builder.add(index, length), index)


@lower_builtin(operator.getitem, ColumnsType, types.Integer)
def _row_at(context: BaseContext, builder: ir.IRBuilder, sig: Signature, args: Sequence[ir.Value]) -> ir.Value:
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0])
    return row_of(context, builder, sig.args[0], table, _placed(builder, args[1], table.length, sig.args[1]))


@lower_builtin("getiter", ColumnsType)
def _loop(context: BaseContext, builder: ir.IRBuilder, sig: Signature, args: Sequence[ir.Value]) -> ir.Value:
    made = context.make_helper(builder, sig.return_type)
    made.table = args[0]
    start = ir.Constant(context.get_value_type(types.intp), 0)
    made.next = cgutils.alloca_once_value(builder, start)
    return made._getvalue()


@lower_builtin("iternext", ColumnsIterator)
@iternext_impl(RefType.UNTRACKED)
def _next_row(context: BaseContext, builder: ir.IRBuilder, sig: Signature, args: Sequence[ir.Value], result: Any) -> None:
    typ = sig.args[0]
    loop = context.make_helper(builder, typ, value=args[0])
    table = cgutils.create_struct_proxy(typ.columns)(context, builder, loop.table)
    place = builder.load(loop.next)
    more = builder.icmp_signed("<", place, table.length)
    result.set_valid(more)
    with builder.if_then(more):
        result.yield_(row_of(context, builder, typ.columns, table, place))
        builder.store(builder.add(place, ir.Constant(place.type, 1)), loop.next)


@infer_getattr
class ColumnOfRow(AttributeTemplate):
    """``household.debt``."""

    key = RowType

    def generic_resolve(self, row: RowType, name: str) -> types.Type | None:  # type: ignore[override]
        """The type of a column, None where the table has no such column."""
        found = row.members.get(name)
        return found[0] if found else None


def address_of_column(builder: ir.IRBuilder, typ: RowType, name: str, base: ir.Value, number: int = 0) -> ir.Value:
    """Where a column of a table with rows of this type begins, or one of its several numbers, as a pointer to bytes."""
    _, itemsize, _, start = typ.members[name]
    return builder.gep(base, [ir.Constant(ir.IntType(64), start + number * typ.capacity * itemsize)], inbounds=True)


def _address(builder: ir.IRBuilder, typ: RowType, name: str, row: StructProxy, number: int = 0) -> ir.Value:
    """Where a row's value of a column lies, or one of its several numbers, as a pointer to bytes."""
    itemsize, whole = typ.members[name][1], row.place.type
    column = address_of_column(builder, typ, name, base=row.base, number=number)
    return builder.gep(column, [builder.mul(row.place, ir.Constant(whole, itemsize), flags=("nsw",))], inbounds=True)


def _place_of(context: BaseContext, builder: ir.IRBuilder, typ: RowType, name: str, value: ir.Value) -> tuple[ir.Value, Member]:
    """A pointer to a plain value of a row."""
    row = cgutils.create_struct_proxy(typ)(context, builder, value)
    member = typ.members[name]
    stored = context.get_data_type(member[0]).as_pointer()
    return builder.bitcast(_address(builder, typ, name, row), stored), member


@lower_getattr_generic(RowType)
def _get(context: BaseContext, builder: ir.IRBuilder, typ: RowType, value: ir.Value, name: str) -> ir.Value:
    member = typ.members[name]
    kind, itemsize, shape, _ = member
    if shape:
        row = cgutils.create_struct_proxy(typ)(context, builder, value)
        array = make_array(kind)(context, builder)
        whole = context.get_value_type(types.intp)
        data = builder.bitcast(_address(builder, typ, name, row), array.data.type)
        populate_array(
            array,
            data=data,
            shape=[ir.Constant(whole, length) for length in shape],
            strides=[ir.Constant(whole, typ.capacity * itemsize)],
            itemsize=ir.Constant(whole, itemsize),
            meminfo=None,
        )
        return array._getvalue()
    pointer, _ = _place_of(context, builder, typ, name, value)
    return context.unpack_value(builder, kind, pointer)


@lower_setattr_generic(RowType)
def _set(context: BaseContext, builder: ir.IRBuilder, sig: Signature, args: Sequence[ir.Value], name: str) -> None:
    typ, given = sig.args
    value, new = args
    pointer, member = _place_of(context, builder, typ, name, value)
    context.pack_value(builder, member[0], context.cast(builder, new, given, member[0]), pointer)


@infer_global(operator.setitem)
class WriteRow(AbstractTemplate):
    """``room.rows[made] = room.rows[row]``."""

    def generic(self, args: Sequence[types.Type], kws: Mapping[str, types.Type]) -> Signature | None:
        """A whole row is copied within its table, or into one of the same columns."""
        table, index, row = args
        if isinstance(table, ColumnsType) and isinstance(index, types.Integer) and row == table.row:
            found: Signature = signature(types.none, table, _whole(index), row)
            return found
        return None


@lower_builtin(operator.setitem, ColumnsType, types.Integer, RowType)
def _copy_row(context: BaseContext, builder: ir.IRBuilder, sig: Signature, args: Sequence[ir.Value]) -> ir.Value:
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0])
    place = _placed(builder, args[1], table.length, sig.args[1])
    target = row_of(context, builder, sig.args[0], table, place)
    to = cgutils.create_struct_proxy(sig.args[2])(context, builder, target)
    source = cgutils.create_struct_proxy(sig.args[2])(context, builder, args[2])
    for name, (_, itemsize, shape, _) in sig.args[2].members.items():
        size = ir.Constant(ir.IntType(64), itemsize)
        for number in range(math.prod(shape)):
            there = _address(builder, sig.args[2], name, to, number)
            here = _address(builder, sig.args[2], name, source, number)
            cgutils.raw_memcpy(builder, there, here, size, 1)
    return context.get_dummy_value()
