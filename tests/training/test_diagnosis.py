"""What is said of trainings whose losses, accuracies and rates are made up."""

from types import SimpleNamespace

import pytest

from eccles import TrainConfig
from eccles.network import kilgore2025
from eccles.training.diagnosis import diagnosis


def ended(losses, accuracy, before=5.0, after=5.0, n_classes=10, **settings):
    """Return a result with a row an epoch, that rises to its last accuracy and rate at once."""
    rows = [{"epoch": -1, "accuracy": 0.1, "rate_hz": before, "loss": None}]
    rows += [
        {"epoch": k, "accuracy": accuracy, "rate_hz": after, "loss": loss}
        for k, loss in enumerate(losses)
    ]
    classes = [
        {"epoch": row["epoch"], "class": k, "class_name": f"c{k}", "samples": 50, "accuracy": 0.5}
        for row in rows
        for k in range(n_classes)
    ]
    config = TrainConfig(epochs=len(losses), **settings).resolved()
    return SimpleNamespace(config=config, history=rows, classes=classes)


def test_of_a_training_that_went_well_nothing_is_said():
    assert diagnosis(ended([2.2, 1.4, 0.9], 0.7)) is None


def test_of_a_network_that_was_not_trained_nothing_is_said():
    result = ended([2.2], 0.1)
    result.history = result.history[:1]
    assert diagnosis(result) is None


def test_a_loss_that_rose():
    said = diagnosis(ended([3.0, 24.0], 0.3, n_classes=20, lr=0.01))
    assert said.startswith("diverged: the loss ended at 24, ")
    assert "its lowest (3 in epoch 1) and over that of guessing (3)" in said
    assert said.endswith("; try a lower --lr than 0.01")
    noisy = diagnosis(ended([2.0, 1.0, 2.5], 0.6, update_noise=1e-3))
    assert "its lowest (1 in epoch 2)" in noisy
    assert noisy.endswith("than 0.01 or less --update-noise")


@pytest.mark.parametrize(
    "losses",
    [
        [1.2, 2.4],  # Twice is not over twice.
        [0.001, 0.01],  # Tenfold, and yet far better than guessing.
        [9.0, 3.0],  # Worse than guessing, but it falls.
        [24.0],
    ],
)
def test_a_loss_that_rose_less(losses):
    assert diagnosis(ended(losses, 0.7)) is None


@pytest.mark.parametrize(("accuracy", "n_classes"), [(0.2, 10), (0.1, 20), (0.117, 10)])
def test_an_accuracy_near_chance(accuracy, n_classes):
    said = diagnosis(ended([2.3, 2.3], accuracy, n_classes=n_classes))
    assert said.startswith(f"near chance: the best accuracy after an epoch, {accuracy:.1%}, isn't")
    assert f"isn't over {2 / n_classes:.1%}, and guessing among {n_classes} classes gives " in said
    assert diagnosis(ended([2.3, 2.3], 2 / n_classes + 0.001, n_classes=n_classes)) is None


def test_two_classes_can_be_told_from_chance():
    assert diagnosis(ended([0.6, 0.1], 1.0, n_classes=2)) is None
    assert diagnosis(ended([0.6, 0.5], 0.61, n_classes=2)) is None
    assert diagnosis(ended([1.0, 0.9], 0.45, n_classes=3)) is None
    said = diagnosis(ended([0.69, 0.69], 0.59, n_classes=2))
    assert "59.0%, isn't over 60.0%, and guessing among 2 classes gives 50.0%; " in said


def test_one_class_has_no_chance():
    assert diagnosis(ended([0.0, 0.0], 1.0, n_classes=1)) is None


@pytest.mark.parametrize(
    ("before", "after", "end"),
    [
        (0.0, 0.0, 'at 0 Hz before training, under 0.01 Hz: try --initial-rate "5 Hz"'),
        (99.9, 1.0, 'at 99.9 Hz before training, over 50 Hz: try --initial-rate "5 Hz"'),
        (
            9.0,
            0.0,
            "at 0 Hz after it, under 0.01 Hz: try a lower --lr than 0.03",
        ),
        (9.0, 8.0, "and at 8 Hz after it: try more --epochs than 2, or another --lr than 0.03"),
    ],
)
def test_what_to_try_follows_from_the_rates(before, after, end):
    said = diagnosis(ended([2.3, 2.3], 0.1, before, after, w1_std=0.002, lr=0.03))
    assert said.endswith(end)
    assert "\n" not in said


def test_weights_that_were_drawn_by_a_rule_are_not_advised_to_be():
    said = diagnosis(ended([2.3, 2.3], 0.1, 9.0, 0.0, lr=0.03, init="fluctuation"))
    assert said.endswith("try a lower --lr than 0.03")


@pytest.mark.parametrize("before", [0.0, 99.0])
def test_a_rate_that_was_asked_for_is_not_advised(before):
    said = diagnosis(ended([2.3, 2.3], 0.1, before, unbounded=True))
    assert said.endswith('try --initial-rate "5 Hz"')
    said = diagnosis(ended([2.3, 2.3], 0.1, before, initial_rate="5 Hz"))
    assert "--initial-rate" not in said
    assert "--lr" in said


def test_a_loss_far_above_guessing():
    """Steps that were too long, however many epochs there were; a saturated start is told apart."""
    said = diagnosis(ended([6292.0], 0.1, lr=50.0))
    assert said.startswith("diverged: the loss ended at 6.29e+03, ")
    assert "that of guessing (2.3)" in said
    assert said.endswith("; try a lower --lr than 50")
    assert diagnosis(ended([6292.0], 0.1, 149.0)).startswith("near chance")


LOSSES = [1.4, 0.9, 0.8, 0.7, 0.6]


def lose(result, accuracy, epochs, classes, samples=50):
    """Let some classes of a result be told for a share of their samples, after some epochs."""
    for row in result.classes:
        if row["epoch"] in epochs and row["class"] in classes:
            row |= {"accuracy": accuracy, "samples": samples}
    return result


def test_classes_that_are_never_answered():
    result = lose(ended(LOSSES, 0.7, ei="50:50", lr=0.01), 0.0, range(5), (3, 4))
    said = diagnosis(result)
    assert said.startswith("unanswered: for 5 epochs on end 2 of 10 classes (c3, c4)")
    assert said.endswith(
        "try --input-ei 80:20, --no-zero-start, another --lr than 0.01 or another --seed"
    )


@pytest.mark.parametrize(
    ("settings", "tried"),
    [
        ({"unbounded": True}, "try --no-zero-start, another"),
        ({"neuron": "conductance", "zero_start": False}, "try another --lr"),
        ({"input_ei": "80:20"}, "try --no-zero-start, another"),
        ({"network": kilgore2025()}, "try another --lr"),
    ],
)
def test_only_what_the_settings_take_is_advised(settings, tried):
    assert tried in diagnosis(lose(ended(LOSSES, 0.7, **settings), 0.0, range(5), (3,)))


@pytest.mark.parametrize(
    ("accuracy", "epochs", "samples"),
    [(0.02, range(5), 50), (0.0, range(4), 50), (0.0, range(1, 5), 50), (0.0, range(5), 19)],
    ids=["told a little", "learnt at last", "confused once", "few samples"],
)
def test_a_class_may_be_slow(accuracy, epochs, samples):
    result = ended(LOSSES, 0.7)
    assert diagnosis(lose(result, accuracy, epochs, (3,), samples)) is None


def test_of_four_epochs_no_class_is_lost():
    assert diagnosis(lose(ended(LOSSES[:4], 0.7), 0.0, range(-1, 4), (3,))) is None
