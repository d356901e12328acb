"""A register-vector type for numba, so that a kernel's state stays in registers across time.

Numba's plain loops keep the state of a hundred neurons in memory and pass over it once for every
operation. A `Vectors` value is instead `count` vectors of 16 numbers (float32 or float64), which
LLVM holds in registers: an LLVM array of <16 x float>. Each function below is one operation on a
whole value, emitted once for every vector in it; LLVM lowers it to AVX-512, AVX2, SSE or NEON,
whichever the processor has. Nothing here knows a neuron: `eccles.engines.vector_kernels` does.

The count and number type come from a tuple of zeros, the `shape` argument of `zeros` and `load`:
`(0.0,) * 7` as float32 stands for seven vectors. A tuple's length is part of its type in numba,
so one kernel is compiled, and cached on disk, for each count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES = 16


class Vectors(types.Type):  # type: ignore[misc]
    """The numba type of `count` vectors of 16 numbers of type `dtype`."""

    def __init__(self, dtype: Any, count: int) -> None:
        self.dtype = dtype
        self.count = count
        super().__init__(name=f"Vectors({dtype}, {count})")


class Masks(types.Type):  # type: ignore[misc]
    """The numba type of `count` vectors of 16 truth values."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(name=f"Masks({count})")


def _lanes(dtype: Any) -> ir.VectorType:
    return ir.VectorType(ir.FloatType() if dtype == types.float32 else ir.DoubleType(), LANES)


@register_model(Vectors)
class _VectorsModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Vectors) -> None:
        super().__init__(manager, kind, ir.ArrayType(_lanes(kind.dtype), kind.count))


@register_model(Masks)
class _MasksModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Masks) -> None:
        lanes = ir.VectorType(ir.IntType(1), LANES)
        super().__init__(manager, kind, ir.ArrayType(lanes, kind.count))


def shape(width: int, dtype: Any) -> tuple[Any, ...]:
    """Return the `shape` argument for a width of whole vectors, for use from Python.

    >>> len(shape(112, np.float32))
    7
    """
    return (np.dtype(dtype).type(0),) * (width // LANES)


def _each(builder: Any, result: Any, count: int, operation: Any) -> Any:
    """Collect operation(k), the k-th vector, into an LLVM array of type `result`."""
    value = ir.Constant(result, ir.Undefined)
    for k in range(count):
        value = builder.insert_value(value, operation(k), k)
    return value


def _splat(builder: Any, scalar: Any) -> Any:
    lanes = ir.VectorType(scalar.type, LANES)
    first = builder.insert_element(ir.Constant(lanes, ir.Undefined), scalar, ir.IntType(32)(0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(lanes, ir.Undefined), order)


def _address(context: Any, builder: Any, kind: Any, array: Any, offset: Any, lanes: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), lanes.as_pointer())


def _read(builder: Any, base: Any, k: int) -> Any:
    read = builder.load(builder.gep(base, [ir.IntType(64)(k)]))
    # Rows are 64-byte aligned in practice; promising less costs nothing and can't fault.
    read.align = 4
    return read


@intrinsic  # type: ignore[untyped-decorator]
def zeros(typingctx: Any, shape: Any) -> Any:
    """Vectors of zeros."""
    kind = Vectors(shape.dtype, shape.count)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.Constant(context.get_value_type(kind), None)

    return kind(shape), generate


@intrinsic  # type: ignore[untyped-decorator]
def load(typingctx: Any, shape: Any, array: Any, offset: Any) -> Any:
    """The numbers of a one-dimensional array from an element offset on."""
    kind = Vectors(shape.dtype, shape.count)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        base = _address(context, builder, array, args[1], args[2], _lanes(kind.dtype))
        result = context.get_value_type(kind)
        return _each(builder, result, kind.count, lambda k: _read(builder, base, k))

    return kind(shape, array, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def store(typingctx: Any, array: Any, offset: Any, a: Any) -> Any:
    """Write the vectors to a one-dimensional array from an element offset on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        base = _address(context, builder, array, args[0], args[1], _lanes(a.dtype))
        for k in range(a.count):
            place = builder.gep(base, [ir.IntType(64)(k)])
            builder.store(builder.extract_value(args[2], k), place).align = 4
        return context.get_dummy_value()

    return types.void(array, types.int64, a), generate


def _fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    # fmuladd fuses where the processor can and never becomes a library call where it can't.
    name = "llvm.fmuladd.v16" + ("f32" if a.type.element == ir.FloatType() else "f64")
    kind = ir.FunctionType(a.type, [a.type] * 3)
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [a, b, c])


@intrinsic  # type: ignore[untyped-decorator]
def add(typingctx: Any, a: Any, b: Any) -> Any:
    """a + b."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, y = args

        def one(k: int) -> Any:
            return builder.fadd(builder.extract_value(x, k), builder.extract_value(y, k))

        return _each(builder, x.type, a.count, one)

    return a(a, a), generate


@intrinsic  # type: ignore[untyped-decorator]
def multiply(typingctx: Any, a: Any, b: Any) -> Any:
    """a b, element by element."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, y = args

        def one(k: int) -> Any:
            return builder.fmul(builder.extract_value(x, k), builder.extract_value(y, k))

        return _each(builder, x.type, a.count, one)

    return a(a, a), generate


@intrinsic  # type: ignore[untyped-decorator]
def scale(typingctx: Any, factor: Any, a: Any) -> Any:
    """factor a, of a number and vectors."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        f, x = _splat(builder, args[0]), args[1]
        one = lambda k: builder.fmul(f, builder.extract_value(x, k))  # noqa: E731
        return _each(builder, x.type, a.count, one)

    return a(a.dtype, a), generate


@intrinsic  # type: ignore[untyped-decorator]
def scale_add(typingctx: Any, factor: Any, a: Any, b: Any) -> Any:
    """factor a + b, of a number and vectors, fused."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        f, x, y = _splat(builder, args[0]), args[1], args[2]

        def one(k: int) -> Any:
            return _fused(builder, f, builder.extract_value(x, k), builder.extract_value(y, k))

        return _each(builder, x.type, a.count, one)

    return a(a.dtype, a, a), generate


@intrinsic  # type: ignore[untyped-decorator]
def multiply_add(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c, element by element, fused."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, y, z = args

        def one(k: int) -> Any:
            return _fused(builder, *(builder.extract_value(value, k) for value in (x, y, z)))

        return _each(builder, x.type, a.count, one)

    return a(a, a, a), generate


@intrinsic  # type: ignore[untyped-decorator]
def above(typingctx: Any, a: Any, b: Any) -> Any:
    """Where a > b, element by element; b may be a number."""
    kind = Masks(a.count)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, y = args
        level = None if isinstance(b, Vectors) else _splat(builder, y)

        def one(k: int) -> Any:
            other = builder.extract_value(y, k) if level is None else level
            return builder.fcmp_ordered(">", builder.extract_value(x, k), other)

        return _each(builder, context.get_value_type(kind), a.count, one)

    return kind(a, b if isinstance(b, Vectors) else a.dtype), generate


@intrinsic  # type: ignore[untyped-decorator]
def where(typingctx: Any, mask: Any, a: Any, b: Any) -> Any:
    """a where the mask holds, else b."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        m, x, y = args

        def one(k: int) -> Any:
            return builder.select(*(builder.extract_value(value, k) for value in (m, x, y)))

        return _each(builder, x.type, a.count, one)

    return a(mask, a, a), generate


@intrinsic  # type: ignore[untyped-decorator]
def splat(typingctx: Any, shape: Any, number: Any) -> Any:
    """Vectors that hold one number throughout."""
    kind = Vectors(shape.dtype, shape.count)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        f = _splat(builder, args[1])
        return _each(builder, context.get_value_type(kind), kind.count, lambda _: f)

    return kind(shape, kind.dtype), generate


@intrinsic  # type: ignore[untyped-decorator]
def any_of(typingctx: Any, mask: Any) -> Any:
    """True if the mask holds anywhere."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        merged = builder.extract_value(args[0], 0)
        for k in range(1, mask.count):
            merged = builder.or_(merged, builder.extract_value(args[0], k))
        return builder.icmp_unsigned(
            "!=", builder.bitcast(merged, ir.IntType(16)), ir.IntType(16)(0)
        )

    return types.boolean(mask), generate


@intrinsic  # type: ignore[untyped-decorator]
def store_bits(typingctx: Any, array: Any, offset: Any, mask: Any) -> Any:
    """Write each vector of a mask as one uint16 of bits, from an element offset on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(16)
        base = _address(context, builder, array, args[0], args[1], word)
        for k in range(mask.count):
            bits = builder.bitcast(builder.extract_value(args[2], k), word)
            builder.store(bits, builder.gep(base, [ir.IntType(64)(k)]))
        return context.get_dummy_value()

    return types.void(array, types.int64, mask), generate


@intrinsic  # type: ignore[untyped-decorator]
def superspike(typingctx: Any, v: Any, threshold: Any, steepness: Any) -> Any:
    """1 / (steepness |v - threshold| + 1)^2."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, level, slope = args[0], _splat(builder, args[1]), _splat(builder, args[2])
        lanes = _lanes(v.dtype)
        one = ir.Constant(lanes, [1.0] * LANES)
        name = "llvm.fabs.v16" + ("f32" if v.dtype == types.float32 else "f64")
        kind = ir.FunctionType(lanes, [lanes])
        absolute = cgutils.get_or_insert_function(builder.module, kind, name)

        def each(k: int) -> Any:
            distance = builder.call(absolute, [builder.fsub(builder.extract_value(x, k), level)])
            root = _fused(builder, slope, distance, one)
            return builder.fdiv(one, builder.fmul(root, root))

        return _each(builder, x.type, v.count, each)

    return v(v, v.dtype, v.dtype), generate


@intrinsic  # type: ignore[untyped-decorator]
def lowest_bit(typingctx: Any, bits: Any) -> Any:
    """The position of the lowest set bit of an unsigned integer that isn't zero."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.IntType(1)(1))

    return bits(bits), generate
