"""Van Rossum distances between the spike trains of all pairs of neurons, from spike events alone.

A train of spikes at steps t_k is filtered with a decaying exponential, f[t] = sum of
exp(-(t - t_k) / tau) over its spikes up to t; the distance of two trains is that of their traces:

    S_ij = sum over pairs of spikes, one of i and one of j, of exp(-|t_i - t_j| / tau)
    D_ij^2 = S_ii + S_jj - 2 S_ij                                          "elephant"
    D_ij^2 = (S_ii + S_jj - 2 S_ij) / 2                                    "rossum2001"
    D_ij^2 = 1 / tau sum of (f_i[t] - f_j[t])^2, t = 0 .. T - 1            "discrete"

One spike that the other train lacks gives 1 under "elephant", as the library of that name has it,
and sqrt(1/2) under "rossum2001", which is the integral of the continuous traces, 1 / tau
integral (f_i - f_j)^2 dt, to infinity. "discrete" is the sum over the steps that were recorded,
with tau in steps, as published in Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7: with tau of
one step an unmatched spike gives sqrt(1 / (1 - e^-2)) = 1.0754 far from the end, 1 at the last
step. With q = exp(-1 / tau) its infinite sum is S / (1 - q^2), and what lies beyond the last step
is q^2 (f_i[T-1] - f_j[T-1])^2 / (1 - q^2).

Source: van Rossum 2001, doi 10.1162/089976601300014321; Houghton and Kreuz 2012,
doi 10.3109/0954898X.2012.673048, for sums over pairs of spikes in one pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import check_workers, must
from eccles.events import SpikeEvents
from eccles.jit import compiled
from eccles.memory import must_fit
from eccles.populations import Populations

Normalisation = Literal["discrete", "rossum2001", "elephant"]
Chosen = Literal["all", "one_per_batch"]
Pair = Literal["E-E", "E-I", "I-I"]


class PairMean(NamedTuple):
    """How many pairs of neurons a category has, and their mean distance, NaN where it has none."""

    n_pairs: int
    mean: float


_PARTS = 8
"""Sums that the samples are cut into, whatever the number of threads, so that the bits agree."""


@typed("measures")
def van_rossum(
    spikes: SpikeEvents,
    tau: float,
    normalisation: Normalisation = "discrete",
    *,
    samples: Chosen = "all",
    batch_size: int = 256,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return the van Rossum distance between all units, its mean over samples, [N, N].

    Args:
        spikes: B samples of N units.
        tau: decay of the filter in seconds.
        normalisation: "discrete", "rossum2001" or "elephant", as the module says.
        samples: "all", or "one_per_batch" for the first one of every `batch_size`.
        batch_size: samples of a batch.
        threads: threads that share the samples; the result doesn't depend on it.

    Symmetric, zero on the diagonal and between trains that agree; NaN where there are no samples.
    Raises InputError for a tau that is no such time, and for an unknown choice.
    """
    if normalisation not in get_args(Normalisation):
        accepted = "discrete, rossum2001 or elephant"
        raise must("distances", "normalisation", accepted, normalisation)
    chosen = select(spikes, samples, batch_size)
    return van_rossum_each(chosen, tau, threads=threads)[normalisation]


@typed("measures")
def van_rossum_each(
    spikes: SpikeEvents, tau: float, *, threads: int = 1
) -> dict[Normalisation, NDArray[np.float64]]:
    """Return `van_rossum` under each normalisation, in one pass over all samples."""
    steps = tau / spikes.dt
    if not 1e-3 <= steps <= 1e6:
        accepted = "a time in seconds, from a thousandth of a step to a million steps"
        raise must("distances", "tau", accepted, tau)
    check_workers("distances", "threads", threads)
    n, n_samples = spikes.n_units, len(spikes)
    parts = min(_PARTS, max(1, n_samples))
    hint = "take fewer units"
    must_fit("distances", f"distances between {n:,} units", parts * 2 * n * n * 8, hint)
    decays = np.exp(-np.arange(spikes.n_steps + 1) / steps)
    events = spikes.arrays
    sums = np.zeros((parts, 2, n, n))
    edges = [n_samples * part // len(sums) for part in range(len(sums) + 1)]

    def add_part(part: int) -> None:
        _add_distances(*edges[part : part + 2], *events, decays, steps, *sums[part])

    if threads == 1:
        for part in range(len(sums)):
            add_part(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(add_part, range(len(sums))))
    total = sums[0]
    for part in sums[1:]:
        total += part
    mean = (
        (total + total.transpose(0, 2, 1)) / n_samples if n_samples else np.full_like(total, np.nan)
    )
    return {"discrete": mean[1], "rossum2001": math.sqrt(0.5) * mean[0], "elephant": mean[0]}


def select(spikes: SpikeEvents, samples: Chosen, batch_size: int) -> SpikeEvents:
    """Return all samples, or the first one of every batch."""
    if samples not in get_args(Chosen):
        raise must("distances", "samples", "all or one_per_batch", samples)
    if batch_size < 1:
        raise must("distances", "batch_size", "1 or more", batch_size)
    return spikes if samples == "all" else spikes[::batch_size]


@typed("measures")
def category_means(
    distances: NDArray[np.float64], populations: Populations
) -> dict[Pair, PairMean]:
    """Return the number of pairs of neurons of each category, and their mean distance.

    Args:
        distances: [N, N], symmetric; a neuron and itself are no pair.
        populations: the N neurons.
    """
    n = populations.n_neurons
    if distances.shape != (n, n):
        raise must("distances", "the matrix", f"[{n}, {n}]", distances.shape)
    found = pair_means(distances, {"E": populations["E"], "I": populations["I"]})
    return {"E-E": found["E-E"], "E-I": found["E-I"], "I-I": found["I-I"]}


@typed("measures")
def pair_means(distances: NDArray[np.float64], groups: Mapping[str, slice]) -> dict[str, PairMean]:
    """Return the number of pairs of neurons of each pair of groups, and their mean distance.

    Args:
        distances: [N, N], symmetric; a neuron and itself are no pair.
        groups: where the neurons of each group are among the N.

    >>> groups = {"E": slice(0, 1), "PV": slice(1, 2)}
    >>> pair_means(np.array([[0.0, 3.0], [3.0, 0.0]]), groups)["E-PV"]
    PairMean(n_pairs=1, mean=3.0)
    """
    found: dict[str, PairMean] = {}
    names = list(groups)
    for k, name in enumerate(names):
        for other in names[k:]:
            block = distances[groups[name], groups[other]]
            values = block[np.triu_indices(len(block), 1)] if other == name else block.ravel()
            mean = float(values.mean()) if len(values) else math.nan
            found[f"{name}-{other}"] = PairMean(len(values), mean)
    return found


@compiled
def _add_distances(
    first: int, last: int, begins: Any, ends: Any, steps: Any, units: Any, counts: Any,
    decays: Any, tau: float, plain: Any, recorded: Any,
) -> None:  # fmt: skip
    """Add each pair's distances in some samples: to [i, j], or a half to [j, i] as well.

    Args:
        first, last: the samples.
        begins, ends, steps, units, counts: the events; counts is empty where all are one.
        decays: exp(-k / tau) for k = 0 .. T.
        tau: in steps.
        plain, recorded: float64 [N, N], sums under "elephant" and under "discrete".

    Neurons that are silent in a sample need no work: the row of an active one holds its distance
    to them as well, in full, and a half of that to another active one, whose row has the rest.
    """
    n_units = len(plain)
    n_steps = len(decays) - 1
    beyond = decays[1] * decays[1] if n_steps else 0.0
    scale = tau * (1.0 - beyond)
    trace = np.zeros(n_units)
    # earlier[i, j]: pairs of a spike of i and an earlier one of j; of simultaneous ones, a half.
    earlier = np.zeros((n_units, n_units))
    norm = np.zeros(n_units)
    share = np.ones(n_units)
    row = np.empty(n_units)
    active = np.empty(n_units, np.int64)
    for b in range(first, last):
        n_active = 0
        now = 0
        event = begins[b]
        while event < ends[b]:
            t = int(steps[event])
            decay = decays[t - now]
            now = t
            for j in range(n_units):
                trace[j] *= decay
            upto = event
            while upto < ends[b] and steps[upto] == t:
                count = 1.0 * counts[upto] if len(counts) else 1.0
                trace[units[upto]] += 0.5 * count
                upto += 1
            for p in range(event, upto):
                count = 1.0 * counts[p] if len(counts) else 1.0
                i = np.int64(units[p])
                if share[i] == 1.0:
                    share[i] = 0.5
                    active[n_active] = i
                    n_active += 1
                target = earlier[i]
                for j in range(n_units):
                    target[j] += count * trace[j]
            for p in range(event, upto):
                count = 1.0 * counts[p] if len(counts) else 1.0
                trace[units[p]] += 0.5 * count
            event = upto
        decay = decays[n_steps - 1 - now] if n_active else 1.0
        for j in range(n_units):
            trace[j] *= decay
        for a in range(n_active):
            i = active[a]
            norm[i] = 2.0 * earlier[i, i]
        for a in range(n_active):
            i = active[a]
            # The silent ones' rows are zero, so only active columns need the other half.
            for j in range(n_units):
                row[j] = earlier[i, j]
            for c in range(n_active):
                row[active[c]] += earlier[active[c], i]
            whole, cut = plain[i], recorded[i]
            for j in range(n_units):
                square = max(0.0, norm[i] + norm[j] - 2.0 * row[j])
                whole[j] += share[j] * math.sqrt(square)
                gap = trace[i] - trace[j]
                cut[j] += share[j] * math.sqrt(max(0.0, square - beyond * gap * gap) / scale)
        for a in range(n_active):
            i = active[a]
            share[i] = 1.0
            norm[i] = 0.0
            for j in range(n_units):
                earlier[i, j] = 0.0
        for j in range(n_units):
            trace[j] = 0.0
