"""A cochlea of 700 places: sound in, spikes of the auditory pathway's first onset units out.

Four stages, whose equations `cochlea_stages` holds one by one: the basilar membrane as gammatone
filters, inner hair cells whose transmitter runs short (Meddis 1986, doi
10.1121/1.393460; 1988, doi 10.1121/1.396050), 40 auditory-nerve fibres a place, and one
leaky integrate-and-fire unit a place on which they meet, as on a bushy cell. The chain follows
that of the Spiking Heidelberg Digits (Cramer et al. 2022, doi 10.1109/TNNLS.2020.3044364); its
membrane is another, so its spikes are not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log10, pi
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.errors import must

_f = np.float32


@dataclass(frozen=True)
class Cochlea:
    """The parameters of a cochlea; the defaults are those of the packaged sample.

    Attributes:
        channels: places along the membrane, at equal distances; unit 0 lies at the base.
        lowest, highest: frequencies of the last and of the first place, in Hz.
        rate: samples a second at which everything is computed.
        level: of the sound, in dB, where 30 dB is a root mean square of 1 in Meddis's units.
        ramp: seconds over which sound rises from silence and falls back to it.
        replenish, loss, recover, restore: rates y, l, r, x of the hair cell's transmitter, 1/s.
        permeability, half_a, half_b: g (1/s), A and B, which say how motion opens its membrane.
        firing: h, spikes a second of a fibre for all transmitter in the cleft.
        fibres: auditory-nerve fibres a place.
        dead_time: seconds during which a fibre that fired can't.
        tau_syn, tau_mem: time constants of the onset unit's current and membrane, in seconds.
        weight: what one spike of a fibre adds to that current, in thresholds a second.
        refractory: seconds during which a unit that fired stays at rest.
    """

    channels: int = 700
    lowest: float = 100.0
    highest: float = 7000.0
    rate: int = 16_000
    level: float = 77.0
    ramp: float = 0.01
    replenish: float = 5.05
    loss: float = 2500.0
    recover: float = 6580.0
    restore: float = 66.3
    permeability: float = 2000.0
    half_a: float = 5.0
    half_b: float = 300.0
    firing: float = 50_000.0
    fibres: int = 40
    dead_time: float = 1e-3
    tau_syn: float = 0.5e-3
    tau_mem: float = 1e-3
    weight: float = 290.0
    refractory: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse what can't be computed."""
        if not 1 <= self.channels <= 65_535:
            raise must("cochlea", "channels", "a whole number from 1 to 65535", self.channels)
        if not 0 < self.lowest < self.highest < self.rate / 2:
            raise must(
                "cochlea",
                "lowest < highest",
                f"frequencies between 0 and half the rate of {self.rate} Hz",
                (self.lowest, self.highest),
            )
        if not 1 <= self.fibres <= 63:
            raise must("cochlea", "fibres", "a whole number from 1 to 63", self.fibres)
        if self.rate < self.loss + self.recover:
            least = f"at least loss + recover = {self.loss + self.recover:g} Hz, for Euler's steps"
            raise must("cochlea", "rate", least, self.rate)

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """Centre frequency of each channel in Hz, from the base to the apex.

        Greenwood's map of the human cochlea (1990, doi 10.1121/1.399052): at a share x of its
        length from the apex, f = 165.4 (10^(2.1 x) - 0.88) Hz; channels lie at equal distances.

        >>> Cochlea(channels=3).frequencies.round().tolist()
        [7000.0, 1179.0, 100.0]
        """
        first, last = (log10(f / 165.4 + 0.88) / 2.1 for f in (self.highest, self.lowest))
        return np.asarray(165.4 * (10 ** (2.1 * np.linspace(first, last, self.channels)) - 0.88))

    @property
    def poles(self) -> NDArray[np.complex128]:
        """The pole of each channel's gammatone filter.

        Bandwidths are the ear's, 24.7 + 0.108 f Hz as equivalent rectangles (Glasberg and Moore
        1990, doi 10.1016/0378-5955(90)90170-T); a filter of four equal poles has them
        where each decays at 2 pi 1.0186 times that.
        """
        f = self.frequencies
        return np.asarray(np.exp((2j * pi * f - 2 * pi * 1.0186 * (24.7 + 0.108 * f)) / self.rate))


class Constants(NamedTuple):
    """What a step needs, from a cochlea: float32, rates as shares a step, durations in steps."""

    y: Any
    loss: Any
    recover: Any
    restore: Any
    permeability: Any
    half_a: Any
    half_b: Any
    firing: Any
    fibres: Any
    alpha: Any
    beta: Any
    gain: Any
    refractory: Any
    rest_free: Any
    rest_cleft: Any
    rest_store: Any

    @classmethod
    def of(cls, cochlea: Cochlea) -> Constants:
        """Return the constants of a cochlea; the `rest_` ones are its hair cells' in silence."""
        c, dt = cochlea, 1 / cochlea.rate
        k = c.permeability * c.half_a / (c.half_a + c.half_b)
        free = c.replenish / (c.replenish + k * c.loss / (c.loss + c.recover))
        cleft = k * free / (c.loss + c.recover)
        beta = exp(-dt / c.tau_mem)
        numbers = (
            c.replenish * dt,
            c.loss * dt,
            c.recover * dt,
            c.restore * dt,
            c.permeability * dt,
            c.half_a,
            c.half_b,
            c.firing * dt,
            c.fibres,
            exp(-dt / c.tau_syn),
            beta,
            (1 - beta) * c.tau_mem * c.weight,
            round(c.refractory * c.rate),
            free,
            cleft,
            c.recover * cleft / c.restore,
        )
        return cls(*map(_f, numbers))
