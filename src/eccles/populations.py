"""Which neurons of a layer are excitatory and which inhibitory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from eccles.arguments import check_fields, typed
from eccles.errors import InputError, must

if TYPE_CHECKING:
    import torch

_PART = r"([0-9]{1,30}(?:\.[0-9]{1,30})?)"
_RATIO = re.compile(rf"\s*{_PART}\s*:\s*{_PART}\s*")
# A power of ten with a long exponent would take longer to work out than anybody waits.
_SHARE = re.compile(
    r"\s*\+?([0-9]{0,30}\.?[0-9]{0,30}([eE][-+]?[0-9]{1,3})?|[0-9]{1,30}/[0-9]{1,30})\s*"
)


@dataclass(frozen=True)
class Populations:
    """A layer's excitatory neurons, which come first, and its inhibitory neurons.

    >>> layer = Populations.parse("80:20", 100)
    >>> layer.n_excitatory, layer.n_inhibitory, layer["I"]
    (80, 20, slice(80, 100, None))
    """

    n_excitatory: int
    n_inhibitory: int

    def __post_init__(self) -> None:
        check_fields(self, "populations")
        if self.n_excitatory < 0 or self.n_inhibitory < 0 or self.n_neurons == 0:
            raise must(
                "populations",
                "the counts",
                "0 or more each and at least one neuron together",
                (self.n_excitatory, self.n_inhibitory),
            )

    @classmethod
    @typed("populations")
    def parse(cls, ei: str | float, n_neurons: int, *, rounding: bool = False) -> Populations:
        """Split `n_neurons` by a ratio "80:20" or by the excitatory fraction 0.8 ("0.8").

        Both name shares of a fixed total, so "4:1", "80:20" and 0.8 mean the same. A share that
        isn't a whole number of neurons raises InputError unless `rounding` is True, which then
        takes the nearest whole number (halves go to the even one).
        """
        if n_neurons < 1:
            raise must("populations", "the number of neurons", "1 or more", n_neurons)
        share = _fraction(ei)
        exact = share * n_neurons
        if exact.denominator != 1 and not rounding:
            raise InputError(
                f"populations: ei must give a whole number of neurons, got a share of {share}, "
                f"which is {float(exact):g} of {n_neurons} neurons excitatory; choose "
                "another ratio or number of neurons, or allow rounding (--ei-rounding)"
            )
        n_excitatory = round(exact)
        return cls(n_excitatory, n_neurons - n_excitatory)

    @property
    def n_neurons(self) -> int:
        """Number of neurons of both kinds."""
        return self.n_excitatory + self.n_inhibitory

    def __getitem__(self, kind: Literal["E", "I"]) -> slice:
        if kind == "E":
            return slice(0, self.n_excitatory)
        if kind == "I":
            return slice(self.n_excitatory, self.n_neurons)
        raise must("populations", "the kind", "'E' or 'I'", kind)

    def signs(self) -> torch.Tensor:
        """Return +1 for each excitatory and -1 for each inhibitory neuron, float32 [N]."""
        import torch

        signs = torch.ones(self.n_neurons, dtype=torch.float32, device="cpu")
        signs[self["I"]] = -1.0
        return signs

    def mask(self, kind: Literal["E", "I"]) -> torch.Tensor:
        """Return True for the neurons of one kind, bool [N]."""
        import torch

        mask = torch.zeros(self.n_neurons, dtype=torch.bool, device="cpu")
        mask[self[kind]] = True
        return mask

    def __str__(self) -> str:
        return f"{self.n_excitatory} excitatory, {self.n_inhibitory} inhibitory"


@dataclass(frozen=True)
class Spread:
    """Units of which a share inhibits, spread evenly over their row, as mixed inputs are.

    Unit k, from 0, inhibits where floor((k + 1) q) > floor(k q), with q the share that does. So
    neighbours in an image, or channels of close frequencies, are of both kinds.

    >>> Spread.parse("80:20", 10).signs().tolist()
    [1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0]
    """

    inhibitory: Fraction
    n_neurons: int

    @classmethod
    @typed("populations")
    def parse(cls, ei: str | float, n_neurons: int) -> Spread:
        """Return units by a ratio "80:20" or by the excitatory share 0.8."""
        return cls(1 - _fraction(ei), n_neurons)

    def signs(self) -> torch.Tensor:
        """Return +1 for each excitatory and -1 for each inhibitory unit, float32 [N]."""
        return _signs_in_turn(self.inhibitory, self.n_neurons).clone()

    @property
    def n_inhibitory(self) -> int:
        """Number of units that inhibit."""
        return self.n_neurons * self.inhibitory.numerator // self.inhibitory.denominator

    @property
    def n_excitatory(self) -> int:
        """Number of units that excite."""
        return self.n_neurons - self.n_inhibitory

    def balanced(self) -> torch.Tensor:
        """Return +1 for each excitatory and -E/I for each inhibitory unit, float32 [N].

        Weights so multiplied cancel on average, where units of both kinds fire alike.
        """
        import torch

        against = float((1 - self.inhibitory) / self.inhibitory)
        signs = self.signs()
        return torch.where(signs < 0, -against, signs)


@lru_cache(maxsize=64)
def _signs_in_turn(inhibitory: Fraction, n: int) -> torch.Tensor:
    """Return the signs of units that are spread evenly; whole numbers of any size are exact."""
    import torch

    up, down = inhibitory.numerator, inhibitory.denominator
    turns = [k * up // down for k in range(n + 1)]
    signs = [1.0 - 2.0 * (turns[k + 1] - turns[k]) for k in range(n)]
    return torch.tensor(signs, dtype=torch.float32, device="cpu")


def canonical(ei: str | float) -> str:
    """Return a ratio or excitatory fraction in one spelling, in percent where that is whole.

    >>> canonical(0.8), canonical("4:1"), canonical("80:20"), canonical("1:2")
    ('80:20', '80:20', '80:20', '1:2')
    """
    share = _fraction(ei)
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator}:{100 - percent.numerator}"
    return f"{share.numerator}:{share.denominator - share.numerator}"


@lru_cache(maxsize=1024)
def _fraction(ei: str | float) -> Fraction:
    """Return the excitatory share in [0, 1], exactly."""
    # Python doesn't spell whole numbers of thousands of digits.
    text = "" if isinstance(ei, int) and not 0 <= ei <= 1 else str(ei)
    if match := _RATIO.fullmatch(text):
        excitatory, inhibitory = Fraction(match[1]), Fraction(match[2])
        if excitatory + inhibitory > 0:
            return excitatory / (excitatory + inhibitory)
    else:
        try:
            share = Fraction(text.strip()) if _SHARE.fullmatch(text) else Fraction(-1)
        except (ValueError, ZeroDivisionError):
            share = Fraction(-1)
        if 0 <= share <= 1:
            return share
    raise must(
        "populations", "ei", "a ratio such as 80:20 or an excitatory fraction between 0 and 1", ei
    )
