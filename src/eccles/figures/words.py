"""What a table's columns are called in a picture, and in which units they are drawn."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from eccles.errors import InputError, plain
from eccles.stats.frames import is_missing
from eccles.units import duration, hertz

if TYPE_CHECKING:
    import pandas as pd


_LETTERS = 46
"""Letters of a value that a picture has room for."""


class Words(NamedTuple):
    """A column in words: its name with its unit, and the factor that makes that unit of it."""

    label: str
    factor: float = 1.0


_WORDS = {
    "accuracy": Words("test accuracy (%)", 100),
    "validation_accuracy": Words("validation accuracy (%)", 100),
    "initial_accuracy": Words("test accuracy before training (%)", 100),
    "peak_accuracy": Words("peak test accuracy (%)", 100),
    "final_accuracy": Words("final test accuracy (%)", 100),
    "validation_chosen_accuracy": Words("test accuracy at the chosen epoch (%)", 100),
    "rate_hz": Words("firing rate (Hz)"),
    "initial_rate_hz": Words("firing rate before training (Hz)"),
    "final_rate_hz": Words("firing rate after training (Hz)"),
    "spikes_per_step": Words("spikes a neuron and step"),
    "initial_spikes_per_step": Words("spikes a neuron and step, before training"),
    "final_spikes_per_step": Words("spikes a neuron and step, after training"),
    "excitatory_spikes": Words("excitatory spikes a sample"),
    "inhibitory_spikes": Words("inhibitory spikes a sample"),
    "initial_rate": Words("initial firing rate asked for (Hz)"),
    "rate_target": Words("rate target (Hz)"),
    "lr": Words("learning rate"),
    "ei": Words("excitatory : inhibitory"),
    "input_ei": Words("excitatory : inhibitory inputs"),
    "w1_std": Words("scale of initial input weights"),
    "w2_std": Words("scale of initial output weights"),
    "seconds": Words("training time (s)"),
}
_TIMES = {"tau_mem": "membrane", "tau_syn": "synaptic", "tau_syn_inhibitory": "inhibitory synaptic",
          "tau_adapt": "adaptation"}  # fmt: skip


def words_of(column: str) -> Words:
    """Return a column in words.

    >>> words_of("tau_mem")
    Words(label='membrane time constant (ms)', factor=1000.0)
    >>> words_of("update_noise").label
    'update noise'
    """
    if column in _WORDS:
        return _WORDS[column]
    if column in _TIMES:
        return Words(f"{_TIMES[column]} time constant (ms)", 1e3)
    if column in ("delay", "dt", "max_time"):
        return Words(f"{column.replace('_', ' ')} (ms)", 1e3)
    return Words(column.replace("_", " "))


def numbers_of(column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column as numbers in its drawn unit, or None where it holds anything else.

    Rates that are texts, "5 Hz", are numbers too; truth values aren't.
    """
    import pandas as pd

    if pd.api.types.is_bool_dtype(column) or column.isna().any():
        return None
    if pd.api.types.is_numeric_dtype(column):
        return column * words_of(str(column.name)).factor
    with suppress(InputError):
        return column.map(hertz).astype(float)
    return None


def spelt(name: str, value: object) -> str:
    """Return a setting's value as a legend has it.

    >>> spelt("tau_mem", 0.01), spelt("ei", "80:20"), spelt("lr", 0.001), spelt("dt", None)
    ('10 ms', '80:20', '0.001', 'auto')
    """
    if is_missing(value):
        return "auto"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if words_of(name).label.endswith("(ms)") and isinstance(value, float):
        return duration(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def short(name: str, value: object) -> str:
    """Return a setting's value as `spelt` does, without its middle where it is long."""
    return plain(spelt(name, value), _LETTERS)
