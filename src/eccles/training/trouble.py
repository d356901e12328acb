"""What went wrong in a training that ended, if anything did: one sentence, by a simple rule."""

from __future__ import annotations

import math

from eccles.training.config import TrainConfig
from eccles.training.result import TrainResult

DIVERGED = 2.0
"""A loss that ends over so many times its lowest, and above that of guessing, has diverged."""

CHANCE = 2.0
"""An accuracy that never gets over so many times that of guessing is near chance."""

ABOVE = 0.1
"""So is one that never gets so far above it: of two classes nobody is right twice as often."""

SILENT, SATURATED = 0.01, 50.0
"""Mean hidden rates in Hz; networks that start below or above seldom learn."""


def trouble(result: TrainResult) -> str | None:
    """Return what was seen and what to try, or None where a training went as it should.

    Among C classes a training diverged if its last loss is over `DIVERGED` times its lowest and
    over that of guessing, ln C. It stayed near chance if no test accuracy after an epoch is over
    `CHANCE` / C, or over 1 / C + `ABOVE`, which is less with fewer than ten classes. The sentence
    says by which numbers. It is about networks that hardly learnt, not about those that could
    have learnt more, and says nothing of one that wasn't trained.
    """
    trained = result.history[1:]
    if not trained:
        return None
    last, lowest = trained[-1], min(trained, key=lambda row: row["loss"])
    n_classes = len({row["class"] for row in result.classes})
    guessing = math.log(n_classes)
    if last["loss"] > max(DIVERGED * lowest["loss"], guessing):
        noisy = isinstance(result.config, TrainConfig) and result.config.update_noise
        noise = " or less --update-noise" if noisy else ""
        return (
            f"diverged: the loss ended at {last['loss']:.3g}, over {DIVERGED:g} times its lowest "
            f"({lowest['loss']:.3g} in epoch {lowest['epoch'] + 1}) and over that of guessing "
            f"({guessing:.3g}); try a lower --lr than {result.config.lr:g}{noise}"
        )
    best, by_chance = max(row["accuracy"] for row in trained), 1 / n_classes
    bound = min(CHANCE * by_chance, by_chance + ABOVE)
    # Of one class, guessing is right.
    if best > bound or n_classes == 1:
        return None
    return (
        f"near chance: the best accuracy after an epoch, {best:.1%}, isn't over {bound:.1%}, and "
        f"guessing among {n_classes} classes gives {by_chance:.1%}; {_remedy(result)}"
    )


def _remedy(result: TrainResult) -> str:
    config = result.config
    usual = f"try more --epochs than {config.epochs}, or another --lr than {config.lr:g}"
    if not isinstance(config, TrainConfig):
        first, last = (result.history[k]["spikes_per_step"] for k in (0, -1))
        return (
            f"neurons fired {first:.3g} spikes a step before training and {last:.3g} after it: "
            f"{usual}"
        )
    first, last = (result.history[k]["rate_hz"] for k in (0, -1))
    rate = f"hidden neurons fired at {first:.3g} Hz before training"
    if not config.plain and not SILENT <= first <= SATURATED:
        side, way = ("under", "larger") if first < SILENT else ("over", "smaller")
        bound = SILENT if first < SILENT else SATURATED
        return f"{rate}, {side} {bound:g} Hz: give projections from the input a {way} scale"
    if first < SILENT and config.w1_std is not None:
        return f"{rate}, under {SILENT:g} Hz: try a higher --w1-std than {config.w1_std:g}"
    if first > SATURATED and config.w1_std is not None:
        return f"{rate}, over {SATURATED:g} Hz: try a lower --w1-std than {config.w1_std:g}"
    after = f"{rate} and at {last:.3g} Hz after it"
    if last < SILENT:
        return f"{after}, under {SILENT:g} Hz: try a lower --lr than {config.lr:g}"
    return f"{after}: {usual}"
