"""What went wrong in a training, if anything did: one sentence each, by simple rules."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any

from eccles.training.config import TrainConfig

if TYPE_CHECKING:
    from eccles.training.run.result import TrainResult

DIVERGED = 2.0
"""A loss that ends over so many times its lowest, and above that of guessing, has diverged."""

FAR = 50.0
"""Losses over so many times that of guessing come of steps that were too long."""

CHANCE = 2.0
"""An accuracy that never gets over so many times that of guessing is near chance."""

ABOVE = 0.1
"""So is one that never exceeds it by this much: with two classes, none is twice of guessing."""

SELDOM, FEW, LONG = 0.02, 20, 5
"""A class is unanswered that is told for a lower share of its test samples, if it has no fewer,
after so many epochs on end."""

SILENT, SATURATED = 0.01, 50.0
"""Mean hidden rates in Hz; networks that start below or above seldom learn."""

_EQUAL = 3e-7
"""Two losses in single precision whose shares differ by no more are one."""


def warnings(result: TrainResult) -> list[str]:
    """Return all warnings about a training, in the order in which they came up."""
    n_classes = len({row["class"] for row in result.classes})
    history = result.history
    dead = (k for k, row in enumerate(history) if is_guessing(row["loss"], n_classes))
    ends = [0, *islice(dead, 1)]
    early = (lifeless(result.config, history[: k + 1], n_classes) for k in ends)
    return [said for said in (*early, diagnosis(result)) if said]


def lifeless(config: TrainConfig, history: list[dict[str, Any]], n_classes: int) -> str | None:
    """Return what to say after the last of some epochs about a network that can't learn, or None.

    A network is silent if no hidden neuron fired before training on any test sample, and nearly so
    under `SILENT` Hz. It is dead after the first epoch whose loss is exactly that of guessing,
    ln C: no readout rose above zero for any sample then, so that none passed a gradient. Each is
    said once, at the first epoch.
    """
    row, name = history[-1], _rate_name(history[0])
    if len(history) == 1:
        if 0 < row[name] < SILENT and name == "rate_hz":
            return (
                f"nearly silent: hidden neurons fire at {row[name]:.2g} Hz before training, under "
                f"{SILENT:g} Hz, and such networks seldom learn; {_liven(config)}"
            )
        if row[name]:
            return None
        return (
            "silent: no hidden neuron fires before training, on any test sample, so nothing can "
            f"be learnt; {_liven(config)}"
        )
    if not history[0][name] or not is_guessing(row["loss"], n_classes):
        return None
    before = islice(history, 1, len(history) - 1)
    if any(is_guessing(each["loss"], n_classes) for each in before):
        return None
    return (
        f"dead: in epoch {row['epoch'] + 1} no readout rose above zero for any sample, so no "
        f"gradient reached a weight; {_liven(config)}"
    )


def is_guessing(loss: float | None, n_classes: int) -> bool:
    """Return whether a loss is that of scores which are all equal, ln C, to single precision.

    >>> is_guessing(2.302585, 10), is_guessing(2.3, 10), is_guessing(None, 10)
    (True, False, False)
    """
    guessing = math.log(max(1, n_classes))
    return n_classes > 1 and loss is not None and abs(loss - guessing) <= _EQUAL * guessing


def _rate_name(row: dict[str, Any]) -> str:
    return "rate_hz" if "rate_hz" in row else "spikes_per_step"


def _liven(config: TrainConfig) -> str:
    """Return what to try with a network that can't learn."""
    if config.is_deep:
        return "try another --seed or a larger --width"
    if config.initial_rate is None:
        return 'try --initial-rate "5 Hz"'
    group, rule = 'one for a group alone such as "E: 5 Hz"', "or --init fluctuation"
    others = f"or {group}" if config.input_ei else f"{group}, {rule}"
    return f"try another --initial-rate than {config.initial_rate}, {others}"


def diagnosis(result: TrainResult) -> str | None:
    """Return what was seen and what to try, or None where a training went as it should.

    Among C classes a training diverged if its last loss is over `DIVERGED` times its lowest and
    over that of guessing, ln C, or is over `FAR` times that in a network that began well. It
    stayed near chance if no test accuracy after an epoch is over
    `CHANCE` / C, or over 1 / C + `ABOVE`, which is less with fewer than ten classes. The sentence
    says by which numbers. Classes are unanswered that were told for less than `SELDOM` of
    their test samples after each of the last `LONG` epochs. It is about networks that hardly
    learnt, not about those that could have learnt more, and says nothing of one that wasn't
    trained.
    """
    trained = result.history[1:]
    n_classes = len({row["class"] for row in result.classes})
    if not trained or not n_classes:
        return None
    last, lowest = trained[-1], min(trained, key=lambda row: row["loss"])
    guessing = math.log(n_classes)
    if last["loss"] > max(DIVERGED * lowest["loss"], guessing):
        noise = " or less --update-noise" if result.config.update_noise else ""
        return (
            f"diverged: the loss ended at {last['loss']:.3g}, over {DIVERGED:g} times its lowest "
            f"({lowest['loss']:.3g} in epoch {lowest['epoch'] + 1}) and over that of guessing "
            f"({guessing:.3g}); try a lower --lr than {result.config.lr:g}{noise}"
        )
    if last["loss"] > FAR * max(guessing, 1.0) and _started_well(result):
        return (
            f"diverged: the loss ended at {last['loss']:.3g}, over {FAR:g} times that of guessing "
            f"({guessing:.3g}); try a lower --lr than {result.config.lr:g}"
        )
    best, by_chance = max(row["accuracy"] for row in trained), 1 / n_classes
    bound = min(CHANCE * by_chance, by_chance + ABOVE)
    # Of one class, guessing is right.
    if best > bound or n_classes == 1:
        return _unanswered(result, n_classes)
    return (
        f"near chance: the best accuracy after an epoch, {best:.1%}, isn't over {bound:.1%}, and "
        f"guessing among {n_classes} classes gives {by_chance:.1%}; {_remedy(result)}"
    )


def _unanswered(result: TrainResult, n_classes: int) -> str | None:
    """Return what to say of classes that a network that learnt others doesn't answer, or None.

    Often their readouts stay below zero for every sample. They then score their start at zero,
    which depends on no weight.
    """
    last = [row["epoch"] for row in result.history[1:]][-LONG:]
    seldom = [
        {row["class_name"] for row in result.classes if row["epoch"] == epoch and _seldom(row)}
        for epoch in last
    ]
    found = sorted(set.intersection(*seldom))
    if len(last) < LONG or not found:
        return None
    names = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return (
        f"unanswered: for {LONG} epochs on end {len(found)} of {n_classes} classes ({names}) were "
        f"told for less than {SELDOM:.0%} of their test samples; if more --epochs don't bring "
        f"them back, try {', '.join(_other_starts(result.config))} or another --seed"
    )


def _other_starts(config: TrainConfig) -> list[str]:
    """Return what may keep readouts above zero, of what a network's settings take."""
    found = [f"another --lr than {config.lr:g}"]
    if config.is_deep or config.network is not None or config.module is not None:
        return found
    if config.zero_start:
        found.insert(0, "--no-zero-start")
    if not config.unbounded and config.input_ei is None and config.neuron == "lif":
        found.insert(0, "--input-ei 80:20")
    return found


def _seldom(row: dict[str, Any]) -> bool:
    return bool(row["samples"] >= FEW and row["accuracy"] < SELDOM)


def _started_well(result: TrainResult) -> bool:
    """Return whether a network began in the band of rates from which networks learn."""
    first = result.history[0]
    return "rate_hz" not in first or first["rate_hz"] <= SATURATED


def _remedy(result: TrainResult) -> str:
    config = result.config
    usual = f"try more --epochs than {config.epochs}, or another --lr than {config.lr:g}"
    if config.is_deep:
        first, last = (result.history[k]["spikes_per_step"] for k in (0, -1))
        return (
            f"neurons fired {first:.3g} spikes a step before training and {last:.3g} after it: "
            f"{usual}"
        )
    first, last = (result.history[k]["rate_hz"] for k in (0, -1))
    if not SILENT <= first <= SATURATED and config.initial_rate is None:
        side, bound = ("under", SILENT) if first < SILENT else ("over", SATURATED)
        return (
            f"hidden neurons fired at {first:.3g} Hz before training, {side} {bound:g} Hz: try "
            '--initial-rate "5 Hz"'
        )
    rate = f"hidden neurons fired at {first:.3g} Hz before training"
    after = f"{rate} and at {last:.3g} Hz after it"
    if last < SILENT:
        drawn = config.init is not None or config.input_ei is not None
        other = "" if drawn else ", or --init fluctuation"
        return f"{after}, under {SILENT:g} Hz: try a lower --lr than {config.lr:g}{other}"
    return f"{after}: {usual}"
