"""The cochlea's equations, one function a stage, to read, to look into and to test against.

    from eccles.data.audio import cochlea_stages as stages
    motion = stages.membrane(sound, cochlea)
    chance = stages.hair_cells(motion, cochlea)
    counts = stages.fibres(chance, uniforms, cochlea)
    spikes = stages.onset_units(counts, cochlea)

Everything is float64 [T, N], time by channel. `cochlea_kernel` computes the same in float32, some
hundred times faster.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.data.audio.cochlea import Cochlea, Constants

Array = NDArray[np.float64]


def membrane(sound: NDArray[Any], cochlea: Cochlea) -> Array:
    """Return the motion of the basilar membrane at each place.

    A gammatone filter of fourth order a channel (Patterson et al. 1987; in this form Hohmann 2002,
    Acta Acustica 88:433): z1[t] = x[t] + a z1[t - 1], each further stage the same of the one
    before, and s = 2 (1 - |a|)^4 Re z4, which passes a tone at the channel's frequency unchanged.
    """
    from scipy.signal import lfilter

    motion = []
    for pole in cochlea.poles:
        z = np.asarray(sound, np.complex128)
        for _ in range(4):
            z = lfilter([1], [1, -pole], z)
        motion.append(2 * (1 - abs(pole)) ** 4 * z.real)
    return np.stack(motion, axis=1)


def hair_cells(motion: Array, cochlea: Cochlea) -> Array:
    """Return the chance that a fibre fires within each step (Meddis 1986, 1988).

    Motion s opens the cell's membrane; free transmitter q goes into the cleft c, from where some is
    lost and some comes back through a store w:

        k = g [s + A]+ / ([s + A]+ + B)
        dq/dt = y [1 - q]+ + x w - k q,  dc/dt = k q - (l + r) c,  dw/dt = r c - x w
        chance = h c dt

    in Euler's steps, from the state of silence.
    """
    k = Constants(*map(float, Constants.of(cochlea)))
    n = motion.shape[1]
    q, c, w = np.full(n, k.rest_free), np.full(n, k.rest_cleft), np.full(n, k.rest_store)
    chance = np.empty_like(motion)
    for t, s in enumerate(motion):
        opening = np.maximum(s + k.half_a, 0)
        released = k.permeability * opening / (opening + k.half_b) * q
        fresh, restored, returned = k.y * np.maximum(1 - q, 0), k.restore * w, k.recover * c
        q, c, w = (
            q + fresh + restored - released,
            c + released - k.loss * c - returned,
            w + returned - restored,
        )
        chance[t] = np.clip(k.firing * c, 0, 0.999)
    return chance


def fibres(chance: Array, uniforms: Array, cochlea: Cochlea) -> Array:
    """Return how many fibres of each place fire in each step.

    A binomial count of those that aren't in their dead time, at the quantile that `uniforms`
    [T, N] gives.
    """
    from scipy.stats import binom

    dead = max(1, round(cochlea.dead_time * cochlea.rate))
    counts = np.zeros_like(chance)
    for t in range(len(chance)):
        free = cochlea.fibres - counts[max(0, t - dead + 1) : t].sum(0)
        counts[t] = binom.ppf(uniforms[t], free, chance[t])
    return counts


def onset_units(counts: Array, cochlea: Cochlea) -> NDArray[np.bool_]:
    """Return whether each place's unit fires in each step.

    tau_syn dI/dt = -I, a spike of a fibre adding `weight`; tau_mem dV/dt = -V + tau_mem I; the
    unit fires where V >= 1, and then stays at 0 for its refractory time.
    """
    k = Constants(*map(float, Constants.of(cochlea)))
    current, potential, resting = np.zeros((3, counts.shape[1]))
    fires = np.zeros(counts.shape, bool)
    for t, count in enumerate(counts):
        current = k.alpha * current + count
        potential = np.where(resting > 0, 0, k.beta * potential + k.gain * current)
        fires[t] = potential >= 1
        potential[fires[t]] = 0
        resting = np.where(fires[t], k.refractory, np.maximum(resting - 1, 0))
    return fires
