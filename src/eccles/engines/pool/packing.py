"""A wiring in the layout that the pool's kernels want: links packed, padded, and transposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eccles import functional
from eccles.engines.lanes import LANES, aligned
from eccles.engines.pool.layout import (
    ADAPTIVE,
    ARCTAN,
    CHUNKS,
    CONDUCTANCE,
    LIF,
    SIGMOID,
    SUPERSPIKE,
    TRIANGLE,
    Circuit,
)
from eccles.functional import AdaptiveLIF, ArcTan, ConductanceLIF, Sigmoid, SuperSpike, Triangle
from eccles.functional.neuron import Constant
from eccles.wiring import Link, Wiring

_SURROGATES = {SuperSpike: SUPERSPIKE, Triangle: TRIANGLE, ArcTan: ARCTAN, Sigmoid: SIGMOID}


def refusal(wiring: Wiring) -> str | None:
    """Return why the kernels don't take a network, or None where they do."""
    kinds = {type(neuron) for _, neuron in wiring.neurons}
    unknown = kinds - {functional.LIF, AdaptiveLIF, ConductanceLIF}
    if unknown:
        names = ", ".join(sorted(kind.__name__ for kind in unknown))
        return f"it knows LIF, AdaptiveLIF and ConductanceLIF, and not {names}"
    if ConductanceLIF in kinds and len({_reversals(neuron) for _, neuron in wiring.neurons}) > 1:
        return (
            "it takes conductance neurons of one pair of reversal potentials, and no others beside"
        )
    surrogates = {neuron.surrogate for _, neuron in wiring.neurons}  # type: ignore[attr-defined]
    if len(surrogates) > 1:
        return "it takes one surrogate for all neurons"
    if type(next(iter(surrogates))) not in _SURROGATES:
        return f"it doesn't know the surrogate {next(iter(surrogates))}"
    return None


class _Piece(NamedTuple):
    """A link of the wiring, as a part of a packed one: its rows and columns there."""

    link: Link
    rows: slice
    columns: slice


class _Packed(NamedTuple):
    """All links of one matrix, delay and receptor: one rectangle of whole vectors."""

    row: tuple[int, ...]
    shape: tuple[int, int]
    pieces: tuple[_Piece, ...]


class PoolPacking:
    """One wiring's constants and weights for the kernels, and gradients for parts of a batch."""

    def __init__(self, wiring: Wiring, dtype: torch.dtype, most_parts: int) -> None:
        self.wiring = wiring
        self.dtype = np.dtype(np.float64 if dtype == torch.float64 else np.float32)
        self.width = _whole(wiring.n_neurons)
        class_width = _whole(wiring.n_classes)
        self._inputs = _pack(wiring, from_input=True)
        self._links = _pack(wiring, from_input=False)
        sizes = [
            sum(each.shape[0] * each.shape[1] for each in links)
            for links in (self._inputs, self._links)
        ]
        out = self.width * class_width
        self.edges = (sizes[0], sizes[0] + sizes[1], sum(sizes) + out)
        w_in, w, wt, w_out, w_out_t, gradients = aligned(
            [*sizes, sizes[1], out, wiring.n_classes * self.width, most_parts * self.edges[2]],
            self.dtype,
        )
        self.gradients = gradients.reshape(most_parts, -1)
        receptors = len(wiring.decays)
        self.circuit = Circuit(
            np.array(
                [wiring.n_inputs, wiring.n_classes, self.width, class_width, receptors], np.int64
            ),
            np.array(_kinds(wiring), np.int64),
            np.array(_constants(wiring), self.dtype),
            np.concatenate([self._by_neuron(each) for each in wiring.decays]),
            self._membrane(),
            _rows(self._inputs),
            _rows(self._links),
            w_in,
            w,
            wt,
            w_out,
            w_out_t,
            wiring.readouts.zero_start,
            wiring.readouts.mean,
            np.array([(each.neurons.start, each.neurons.stop) for each in wiring.groups], np.int64),
            np.array(_penalty(wiring)),
        )

    def load(self, weights: Mapping[str, Tensor]) -> Circuit:
        """Copy the weights in; padding stays zero."""
        circuit = self.circuit
        matrices = {name: weight.detach().numpy() for name, weight in weights.items()}
        for packed in self._inputs:
            self._fill(packed, circuit.w_in, matrices)
        for packed in self._links:
            rows = self._fill(packed, circuit.w, matrices)
            _transpose(rows, circuit.w_transposed[packed.row[6] :])
        out = circuit.w_out.reshape(self.width, -1)
        for link in self.wiring.links:
            if link.to_output:
                out[link.pre, link.post] = matrices[link.weights][link.rows, link.columns]
        columns = out[:, : self.wiring.n_classes]
        circuit.w_out_transposed.reshape(-1, self.width)[:] = columns.T
        return circuit

    def _fill(
        self, packed: _Packed, flat: NDArray[Any], matrices: Mapping[str, NDArray[Any]]
    ) -> NDArray[Any]:
        target = _part(flat, packed)
        target.fill(0)
        for link, rows, columns in packed.pieces:
            # Paired inputs have two links in one place, which act as their sum.
            own = matrices[link.weights][link.rows, link.columns]
            target[rows, columns] += -own if link.receptor else own
        return target

    def sum_gradients(self, n_parts: int) -> dict[str, Tensor]:
        """Add the parts' gradients, in order, and take each matrix's out of them."""
        total = self.gradients[0]
        for part in range(1, n_parts):
            total += self.gradients[part]
        kind = torch.float64 if self.dtype == np.float64 else torch.float32
        found = {
            name: torch.zeros(shape, dtype=kind, device="cpu")
            for name, shape in self.wiring.shapes.items()
        }
        first, second, _ = self.edges
        for flat, links in ((total[:first], self._inputs), (total[first:second], self._links)):
            for packed in links:
                source = _part(flat, packed)
                for link, rows, columns in packed.pieces:
                    own = source[rows, columns]
                    target = found[link.weights].numpy()[link.rows, link.columns]
                    target[:] = -own if link.receptor else own
        out = total[second:].reshape(self.width, -1)
        for link in self.wiring.links:
            if link.to_output:
                found[link.weights].numpy()[link.rows, link.columns] = out[link.pre, link.post]
        return found

    def _by_neuron(self, constant: Constant) -> NDArray[Any]:
        row = np.zeros(self.width, self.dtype)
        row[: self.wiring.n_neurons] = (
            constant.numpy() if isinstance(constant, Tensor) else constant
        )
        return row

    def _membrane(self) -> NDArray[Any]:
        """Return beta, threshold, strength, rho and dt / tau_mem of every neuron."""
        rows = np.zeros((5, self.width), self.dtype)
        # A padded neuron rests below any threshold.
        rows[1] = 1
        for place, neuron in self.wiring.neurons:
            assert isinstance(neuron, functional.LIF | AdaptiveLIF | ConductanceLIF)
            rows[1, place] = neuron.threshold
            rows[4, place] = neuron.dt / np.asarray(neuron.tau_mem)
            if not isinstance(neuron, ConductanceLIF):
                rows[0, place] = neuron.beta
            if isinstance(neuron, AdaptiveLIF):
                rows[2, place] = neuron.strength
                rows[3, place] = neuron.rho
        return rows.reshape(-1)


def _whole(n: int) -> int:
    return -(-n // LANES) * LANES


def _reversals(neuron: object) -> tuple[float, float] | None:
    if isinstance(neuron, ConductanceLIF):
        return neuron.e_excitatory, neuron.e_inhibitory
    return None


def _kinds(wiring: Wiring) -> tuple[int, int]:
    neurons = [neuron for _, neuron in wiring.neurons]
    surrogate = _SURROGATES[type(neurons[0].surrogate)]  # type: ignore[attr-defined]
    if any(isinstance(neuron, ConductanceLIF) for neuron in neurons):
        return CONDUCTANCE, surrogate
    if any(isinstance(neuron, AdaptiveLIF) for neuron in neurons):
        return ADAPTIVE, surrogate
    return LIF, surrogate


def _constants(wiring: Wiring) -> tuple[float, ...]:
    neuron = wiring.neurons[0][1]
    scale = neuron.surrogate.scale  # type: ignore[attr-defined]
    readouts = wiring.readouts
    return 1.0, readouts.alpha, readouts.beta, scale, *(_reversals(neuron) or (0.0, 0.0))


def _penalty(wiring: Wiring) -> tuple[float, float]:
    """Return the strength of the rate penalty, and the spikes a step that cost nothing."""
    if wiring.penalty is None:
        return 0.0, 0.0
    return wiring.penalty.strength, wiring.penalty.target * wiring.dt


def _pack(wiring: Wiring, *, from_input: bool) -> tuple[_Packed, ...]:
    """Lay links out: those of one matrix, delay and receptor in the smallest whole rectangle."""
    together: dict[tuple[str, int, int], list[Link]] = {}
    for link in wiring.links:
        if link.from_input is from_input and not link.to_output:
            together.setdefault((link.weights, link.delay, link.receptor), []).append(link)
    packed, offset = [], 0
    for (_, delay, receptor), links in together.items():
        post, post_end = _hull([link.post for link in links])
        pre, pre_end = (0, wiring.n_inputs) if from_input else _hull([link.pre for link in links])
        pieces = tuple(
            _Piece(link, _moved(link.pre, pre), _moved(link.post, post)) for link in links
        )
        shape = pre_end - pre, post_end - post
        row = (delay, receptor, pre, pre_end, post, post_end, offset)
        packed.append(_Packed(row, shape, pieces))
        offset += shape[0] * shape[1]
    return tuple(packed)


def _hull(places: list[slice]) -> tuple[int, int]:
    """Return the whole vectors that cover stretches of the row."""
    first, last = min(each.start for each in places), max(each.stop for each in places)
    return first // LANES * LANES, _whole(last)


def _moved(place: slice, by: int) -> slice:
    return slice(place.start - by, place.stop - by)


def _rows(links: tuple[_Packed, ...]) -> NDArray[np.int64]:
    return np.array([each.row for each in links], np.int64).reshape(-1, 7)


def _part(flat: NDArray[Any], packed: _Packed) -> NDArray[Any]:
    offset, (n, m) = packed.row[6], packed.shape
    return flat[offset : offset + n * m].reshape(n, m)


def _transpose(rows: NDArray[Any], flat: NDArray[Any]) -> None:
    """Copy rows [pre, post] to [post][stretch], stretch after stretch of presynaptic neurons."""
    n_pre, n_post = rows.shape
    first = place = 0
    for vectors in CHUNKS:
        width = vectors * LANES
        while first + width <= n_pre:
            target = flat[place : place + width * n_post].reshape(n_post, width)
            target[:] = rows[first : first + width].T
            first, place = first + width, place + width * n_post
