"""A register-vector type for numba, so that a kernel's state stays in registers across time.

Numba's plain loops keep the state of a hundred neurons in memory and pass over it once for every
operation. A `Vectors` value is instead `count` vectors of 16 numbers (float32 or float64), which
LLVM holds in registers: an LLVM array of <16 x float>. Each function below is one operation on a
whole value, emitted once for every vector in it; LLVM lowers it to AVX-512, AVX2, SSE or NEON,
whichever the processor has. Nothing here knows a neuron: the event kernels do.

The count and number type come from a tuple of ones, the `shape` argument of `zeros`, `splat` and
`load`: seven float32 ones stand for seven vectors. A tuple's length is part of its type in numba,
so one kernel is compiled, and cached on disk, for each count.

An operation is a numba intrinsic: a function of the arguments' types that returns the signature
and a function that emits LLVM code. Memory is one-dimensional arrays and element offsets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from eccles.engines.lanes import LANES

_BIT = ir.IntType(1)
_WORD = ir.IntType(16)
_PLACE = ir.IntType(64)


class Vectors(types.Type):
    """The numba type of `count` vectors of 16 numbers of type `dtype`."""

    def __init__(self, dtype: Any, count: int) -> None:
        self.dtype = dtype
        self.count = count
        super().__init__(f"Vectors({dtype}, {count})")


class Masks(types.Type):
    """The numba type of `count` vectors of 16 truth values."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"Masks({count})")


def _lanes(dtype: Any) -> Any:
    return ir.VectorType(ir.FloatType() if dtype == types.float32 else ir.DoubleType(), LANES)


@register_model(Vectors)
class _VectorsModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vectors) -> None:
        array = ir.ArrayType(_lanes(kind.dtype), kind.count)
        super().__init__(manager, kind, array)  # type: ignore[no-untyped-call]


@register_model(Masks)
class _MasksModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Masks) -> None:
        array = ir.ArrayType(ir.VectorType(_BIT, LANES), kind.count)
        super().__init__(manager, kind, array)  # type: ignore[no-untyped-call]


def _operation(function: Callable[..., Any]) -> Any:
    return intrinsic(function)


def _each(builder: Any, count: int, emit: Callable[..., Any], *values: Any) -> Any:
    """Emit emit(*vectors) for every vector of the values, and collect what it returns."""
    results = []
    for k in range(count):
        vectors = [
            builder.extract_value(value, k) if isinstance(value.type, ir.ArrayType) else value
            for value in values
        ]
        results.append(emit(*vectors))
    collected = ir.Constant(ir.ArrayType(results[0].type, count), ir.Undefined)
    for k, result in enumerate(results):
        collected = builder.insert_value(collected, result, k)
    return collected


def _splat(builder: Any, scalar: Any) -> Any:
    """A vector that holds one number throughout."""
    empty = ir.Constant(ir.VectorType(scalar.type, LANES), ir.Undefined)
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    first = builder.insert_element(empty, scalar, ir.IntType(32)(0))
    return builder.shuffle_vector(first, empty, order)


def _call(builder: Any, name: str, *vectors: Any) -> Any:
    """Call an LLVM intrinsic that takes and returns vectors of one type."""
    kind = vectors[0].type
    suffix = "v16f32" if kind.element == ir.FloatType() else "v16f64"
    function = ir.FunctionType(kind, [kind] * len(vectors))
    insert: Any = cgutils.get_or_insert_function
    return builder.call(insert(builder.module, function, f"{name}.{suffix}"), vectors)


def _fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    # fmuladd fuses where the processor can and never becomes a library call where it can't.
    return _call(builder, "llvm.fmuladd", a, b, c)


def _places(
    context: Any, builder: Any, kind: Any, array: Any, offset: Any, element: Any, count: int
) -> list[Any]:
    """Pointers to `count` successive elements of some type, from an array's offset on."""
    data = context.make_array(kind)(context, builder, array).data
    base = builder.bitcast(builder.gep(data, [offset]), element.as_pointer())
    return [builder.gep(base, [_PLACE(k)]) for k in range(count)]


@_operation
def zeros(typingctx: Any, shape: Any) -> Any:
    """Vectors of zeros."""
    kind = Vectors(shape.dtype, shape.count)

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.Constant(context.get_value_type(kind), None)

    return kind(shape), emit


@_operation
def splat(typingctx: Any, shape: Any, number: Any) -> Any:
    """Vectors that hold one number throughout."""
    kind = Vectors(shape.dtype, shape.count)

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, kind.count, lambda lanes: lanes, _splat(builder, args[1]))

    return kind(shape, kind.dtype), emit


@_operation
def load(typingctx: Any, shape: Any, array: Any, offset: Any) -> Any:
    """The numbers of an array from an offset on."""
    kind = Vectors(shape.dtype, shape.count)

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, data, first = args
        places = _places(context, builder, array, data, first, _lanes(kind.dtype), kind.count)
        reads = [builder.load(place) for place in places]
        for read in reads:
            # Rows are on 64-byte lines; promising less costs nothing and can't fault.
            read.align = 4
        waiting = iter(reads)
        return _each(builder, kind.count, lambda: next(waiting))

    return kind(shape, array, types.int64), emit


@_operation
def store(typingctx: Any, array: Any, offset: Any, a: Any) -> Any:
    """Write vectors to an array from an offset on."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, first, value = args
        places = _places(context, builder, array, data, first, _lanes(a.dtype), a.count)
        for k, place in enumerate(places):
            builder.store(builder.extract_value(value, k), place).align = 4
        return context.get_dummy_value()

    return types.void(array, types.int64, a), emit


def _prefetch(context: Any, builder: Any, signature: Any, args: Any, *, write: int) -> Any:
    byte, number = ir.IntType(8), ir.IntType(32)
    place = _places(context, builder, signature.args[0], args[0], args[1], byte, 1)[0]
    kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
    insert: Any = cgutils.get_or_insert_function
    function = insert(builder.module, kind, "llvm.prefetch.p0")
    # To keep in the second-level cache and above, as data.
    builder.call(function, [place, number(write), number(2), number(1)])
    return context.get_dummy_value()


@_operation
def prefetch(typingctx: Any, array: Any, offset: Any) -> Any:
    """Ask for the cache line of an array's offset, without waiting; any offset is harmless."""
    return types.void(array, types.int64), partial(_prefetch, write=0)


@_operation
def prefetch_to_write(typingctx: Any, array: Any, offset: Any) -> Any:
    """Ask for a cache line as `prefetch` does, and that no other core keep it."""
    return types.void(array, types.int64), partial(_prefetch, write=1)


@_operation
def add(typingctx: Any, a: Any, b: Any) -> Any:
    """a + b."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, builder.fadd, *args)

    return a(a, b), emit


@_operation
def subtract(typingctx: Any, a: Any, b: Any) -> Any:
    """a - b."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, builder.fsub, *args)

    return a(a, b), emit


@_operation
def multiply(typingctx: Any, a: Any, b: Any) -> Any:
    """a b, element by element."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, builder.fmul, *args)

    return a(a, b), emit


@_operation
def divide(typingctx: Any, a: Any, b: Any) -> Any:
    """a / b, element by element."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, builder.fdiv, *args)

    return a(a, b), emit


@_operation
def absolute(typingctx: Any, a: Any) -> Any:
    """The magnitude of each element."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, lambda x: _call(builder, "llvm.fabs", x), args[0])

    return a(a), emit


@_operation
def scale(typingctx: Any, factor: Any, a: Any) -> Any:
    """factor a, of a number and vectors."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, builder.fmul, _splat(builder, args[0]), args[1])

    return a(a.dtype, a), emit


@_operation
def scale_add(typingctx: Any, factor: Any, a: Any, b: Any) -> Any:
    """factor a + b, of a number and vectors, fused."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        factors = _splat(builder, args[0])
        return _each(builder, a.count, lambda *abc: _fused(builder, *abc), factors, *args[1:])

    return a(a.dtype, a, b), emit


@_operation
def multiply_add(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c, element by element, fused."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, lambda *abc: _fused(builder, *abc), *args)

    return a(a, b, c), emit


@_operation
def above(typingctx: Any, a: Any, b: Any) -> Any:
    """Where a > b, element by element; b may be a number."""
    mask = Masks(a.count)
    whole = isinstance(b, Vectors)

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        level = args[1] if whole else _splat(builder, args[1])
        return _each(builder, a.count, lambda x, y: builder.fcmp_ordered(">", x, y), args[0], level)

    return mask(a, b if whole else a.dtype), emit


@_operation
def above_or_nan(typingctx: Any, a: Any, b: Any) -> Any:
    """Where a > b or either is no number, element by element."""
    mask = Masks(a.count)

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, lambda x, y: builder.fcmp_unordered(">", x, y), *args)

    return mask(a, b), emit


@_operation
def where(typingctx: Any, mask: Any, a: Any, b: Any) -> Any:
    """a where the mask holds, else b."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _each(builder, a.count, builder.select, *args)

    return a(mask, a, b), emit


@_operation
def any_of(typingctx: Any, mask: Any) -> Any:
    """True if the mask holds anywhere."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        merged = builder.extract_value(args[0], 0)
        for k in range(1, mask.count):
            merged = builder.or_(merged, builder.extract_value(args[0], k))
        return builder.icmp_unsigned("!=", builder.bitcast(merged, _WORD), _WORD(0))

    return types.boolean(mask), emit


@_operation
def store_bits(typingctx: Any, array: Any, offset: Any, mask: Any) -> Any:
    """Write each vector of a mask as one uint16 of bits, from an offset on."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, first, value = args
        places = _places(context, builder, array, data, first, _WORD, mask.count)
        for k, place in enumerate(places):
            builder.store(builder.bitcast(builder.extract_value(value, k), _WORD), place)
        return context.get_dummy_value()

    return types.void(array, types.int64, mask), emit


@_operation
def superspike(typingctx: Any, v: Any, threshold: Any, steepness: Any) -> Any:
    """1 / (steepness |v - threshold| + 1)^2."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        level, slope = _splat(builder, args[1]), _splat(builder, args[2])
        one = ir.Constant(_lanes(v.dtype), [1.0] * LANES)

        def lane(x: Any) -> Any:
            distance = _call(builder, "llvm.fabs", builder.fsub(x, level))
            root = _fused(builder, slope, distance, one)
            return builder.fdiv(one, builder.fmul(root, root))

        return _each(builder, v.count, lane, args[0])

    return v(v, v.dtype, v.dtype), emit


@_operation
def lowest_bit(typingctx: Any, bits: Any) -> Any:
    """The position of the lowest set bit of an unsigned integer that isn't zero."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], _BIT(1))

    return bits(bits), emit
