"""Every setting and column in words, with its unit: one vocabulary for pictures, menus, tables.

A column of a measure goes by its table too, `weights.mean`. Where tables for machines count epochs
from 0, and have -1 before training, people read how many epochs a network was trained: 0 is the
untrained network.
"""

from __future__ import annotations

from typing import NamedTuple

from eccles.units import TIMES

EPOCH = "epochs trained"
"""What an epoch is called that a person reads: 0 is the untrained network."""


class Words(NamedTuple):
    """A column in words: its name with its unit, and the factor that makes that unit of it."""

    label: str
    factor: float = 1.0

    @property
    def name(self) -> str:
        """The name without its unit."""
        return self.label.partition(" (")[0]


_PERCENT, _MS = 100.0, 1e3

_SETTINGS = {
    "data": "data",
    "steps": "time steps",
    "surrogate": "surrogate gradient",
    "surrogate_scale": "scale of the surrogate gradient",
    "init": "initialisation",
    "epochs": "epochs of training",
    "batch_size": "samples a batch",
    "drop_last": "last batch left out",
    "validation": "share held out for validation",
    "optimizer": "optimizer",
    "lr": "learning rate",
    "momentum": "momentum",
    "weight_decay": "weight decay",
    "schedule": "schedule of the learning rate",
    "warmup": "epochs of warm-up",
    "rate_penalty": "penalty on rates",
    "device_model": "memristive device",
    "device_bound": "weight at the device's bound (initial scales)",
    "seed": "seed",
    "engine": "engine",
    "device": "device",
    # Of spiking networks in time.
    "ei": "excitatory : inhibitory",
    "ei_rounding": "ratio rounded",
    "hidden": "hidden neurons",
    "groups": "groups of neurons",
    "signs": "signs of groups",
    "input_ei": "inputs (excitatory : inhibitory)",
    "recurrent": "chance of a recurrent connection",
    "neuron": "neuron model",
    "convention": "convention of neurons",
    "adapt_strength": "strength of adaptation",
    "e_excitatory": "excitatory reversal potential",
    "e_inhibitory": "inhibitory reversal potential",
    "izhikevich": "kind of Izhikevich neuron",
    "threshold": "firing threshold",
    "w1_std": "scale of initial input weights",
    "w2_std": "scale of initial output weights",
    "zero_start": "readout starts at zero",
    "unbounded": "signs unbounded",
    "network": "network",
    "clip": "spikes of a bin counted once",
    "test_share": "share to test on",
    "module": "module",
    "initial_rate": "initial firing rate asked for (Hz)",
    "projection": "projected to Dale's signs",
    "update_noise": "update noise",
    "noise_scale": "scale of update noise",
    "rate_target": "rate target (Hz)",
    # Of deep networks.
    "model": "model",
    "circuit": "circuit",
    "width": "width",
    "tau": "membrane time constant (steps)",
    "tonic": "tonic share of the divisor",
    "least_weight": "least mean weight at the start",
    "prior_rate": "supposed chance of a spike in a step",
    "init_samples": "samples behind initial weights",
    "stabiliser": "stabiliser of divisors",
    "straight_through": "gradient through stabilised divisors",
    "balance": "rate of keeping balance",
    "readout_lr": "learning rate of readouts (in learning rates)",
    "gradient_exponent": "gradient exponent",
    "padding": "fan-in without padding",
    "inhibitory_spikes": "spikes a step of inhibitory units",
    "step_target": "target of spikes a neuron and step",
    "decay_gains": "decay of gains and biases",
    "augment": "augmented images",
    "amp": "bfloat16",
    "compiled": "compiled",
    # Times of either.
    "tau_mem": "membrane time constant",
    "tau_syn": "synaptic time constant",
    "tau_syn_inhibitory": "inhibitory synaptic time constant",
    "tau_adapt": "adaptation time constant",
    "delay": "delay",
    "max_time": "end of a sample",
    "dt": "time step",
    # What a study puts together of them.
    "variant": "variant",
}
_RUNS = {
    "run": Words("run"),
    "study": Words("study"),
    "scale": Words("scale of the study"),
    "status": Words("status"),
    "data_kind": Words("kind of data"),
    "train_samples": Words("training samples"),
    "test_samples": Words("test samples"),
    "event_density": Words("share of steps and inputs with an event"),
    "n_excitatory": Words("excitatory neurons"),
    "n_inhibitory": Words("inhibitory neurons"),
    "parameters": Words("parameters"),
    "network_identity": Words("identity of the network"),
    "initial_accuracy": Words("test accuracy before training (%)", _PERCENT),
    "peak_accuracy": Words("peak test accuracy (%)", _PERCENT),
    "peak_epoch": Words(f"{EPOCH} at the peak"),
    "final_accuracy": Words("final test accuracy (%)", _PERCENT),
    "final_loss": Words("final loss"),
    "validation_epoch": Words(f"{EPOCH} when chosen"),
    "validation_chosen_accuracy": Words("test accuracy at the chosen epoch (%)", _PERCENT),
    "initial_rate_hz": Words("firing rate before training (Hz)"),
    "final_rate_hz": Words("firing rate after training (Hz)"),
    "initial_spikes_per_step": Words("spikes a neuron and step, before training"),
    "final_spikes_per_step": Words("spikes a neuron and step, after training"),
    "error": Words("error"),
    "traceback": Words("traceback"),
    "format": Words("format"),
    "eccles_version": Words("version of Eccles"),
    "eccles_commit": Words("commit of Eccles"),
    "python_version": Words("version of Python"),
    "torch_version": Words("version of torch"),
    "numpy_version": Words("version of numpy"),
    "numba_version": Words("version of numba"),
    "platform": Words("platform"),
    "host": Words("host"),
    "started": Words("start"),
    "seconds": Words("training time (s)"),
}
_EPOCHS = {
    "epoch": Words(EPOCH),
    "loss": Words("loss"),
    "accuracy": Words("test accuracy (%)", _PERCENT),
    "validation_accuracy": Words("validation accuracy (%)", _PERCENT),
    "rate_hz": Words("firing rate (Hz)"),
    "spikes_per_step": Words("spikes a neuron and step"),
    "excitatory_spikes": Words("excitatory spikes a sample"),
    "inhibitory_spikes": Words("inhibitory spikes a sample"),
}
_MEASURES = {
    "class": Words("number of the class"),
    "class_name": Words("class"),
    "samples": Words("samples"),
    "group": Words("group"),
    "population": Words("population"),
    "pair": Words("pair"),
    "layer": Words("layer"),
    "neurons": Words("neurons"),
    "sign": Words("sign"),
    "weights.projection": Words("projection"),
    "weights.weights": Words("weights"),
    "weights.zeros": Words("share of weights that are 0 (%)", _PERCENT),
    "weights.mean": Words("mean weight"),
    "weights.std": Words("standard deviation of weights"),
    "weights.lowest": Words("lowest weight"),
    "weights.median": Words("median weight"),
    "weights.highest": Words("highest weight"),
    "spectra.projection": Words("projection"),
    "spectra.entropy": Words("spectral entropy"),
    "spectra.radius": Words("spectral radius"),
    "operations.projection": Words("projection"),
    "operations.spikes": Words("spikes a sample that come to projections"),
    "operations.operations": Words("synaptic operations a sample"),
    "distances.tau": Words("time constant of the distance (ms)", _MS),
    "distances.samples": Words("choice of samples"),
    "distances.n_samples": Words("samples"),
    "distances.n_pairs": Words("pairs of neurons"),
    "distances.discrete": Words("van Rossum distance"),
    "distances.rossum2001": Words("van Rossum distance of 2001"),
    "distances.elephant": Words("van Rossum distance as elephant has it"),
    "activity.active": Words("share of active neurons (%)", _PERCENT),
    "activity.percent_excitatory": Words("excitatory spikes of all (%)"),
    "activity.isi_mean": Words("mean interval between spikes (ms)", _MS),
    "activity.isi_cv": Words("variation of intervals between spikes"),
    "activity.synchrony": Words("synchrony"),
    "layers.gradient_norm": Words("norm of the gradient"),
    "layers.expected_std": Words("spread of I_int that E-I Init expects"),
    "layers.excitatory_mean": Words("mean of I_EE"),
    "layers.excitatory_std": Words("spread of I_EE"),
    "layers.subtractive_mean": Words("mean of I_sub"),
    "layers.subtractive_std": Words("spread of I_sub"),
    "layers.divisive_mean": Words("mean of I_div"),
    "layers.divisive_std": Words("spread of I_div"),
    "layers.integrated_mean": Words("mean of I_int"),
    "layers.integrated_std": Words("spread of I_int"),
    "layers.balance": Words("balance of I_sub to I_EE"),
    "layers.gain": Words("division for the spread of I_EE"),
    "layers.zero_divisors": Words("share of divisors that are 0 (%)", _PERCENT),
}

WORDS = {
    **{
        name: Words(f"{said} (ms)", _MS) if name in TIMES else Words(said)
        for name, said in _SETTINGS.items()
    },
    **_RUNS,
    **_EPOCHS,
    **_MEASURES,
}
"""Words by column."""
