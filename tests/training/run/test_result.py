import json

import pytest

from eccles import Populations, TrainConfig
from eccles.nn import EINetwork
from eccles.training.run.result import TrainResult


@pytest.fixture
def result():
    history = [
        {"epoch": epoch, "loss": loss, "accuracy": accuracy, "rate_hz": rate, "seconds": seconds}
        for epoch, loss, accuracy, rate, seconds in [
            (-1, None, 0.1, 2.0, 0.7),
            (0, 2.0, 0.8, 3.0, 1.0),
            (1, 1.5, 0.7, 4.0, 2.0),
        ]
    ]
    network = EINetwork(3, Populations(2, 2), 2)
    config = TrainConfig(epochs=2).resolved()
    facts = {"engine": "event", "n_excitatory": 2, "n_inhibitory": 2, "parameters": 20, "data": "x"}
    return TrainResult(config, "me", network, history, [], None, facts=facts)


def test_a_summary_by_hand(result):
    assert result.accuracy == [0.1, 0.8, 0.7]
    assert (result.peak_accuracy, result.final_accuracy) == (0.8, 0.7)
    assert result.summary() == {
        "accuracy": [0.1, 0.8, 0.7],
        "peak_accuracy": 0.8,
        "final_accuracy": 0.7,
        "loss": [2.0, 1.5],
        "initial_rate_hz": 2.0,
        "final_rate_hz": 4.0,
        "warnings": [],
        "seconds_per_epoch": 1.5,
        "compile_seconds": 0.0,
        "engine": "event",
        "n_excitatory": 2,
        "n_inhibitory": 2,
        "parameters": 20,
        "identity": "me",
        "out": None,
    }
    assert json.loads(json.dumps(result.summary())) == result.summary()


def test_it_prints_a_line(result):
    course = "2 epochs, accuracy 10.0% before training, 70.0% at the end"
    assert repr(result) == f"TrainResult(fashion-mnist-sample, seed 0: {course})"
    start = TrainResult(
        result.config, "me", result.network, result.history[:1], [], "run", facts=result.facts
    )
    assert repr(start).endswith("0 epochs, accuracy 10.0% before training, kept in run)")


def test_compiling_is_told_apart(result):
    result.history[0]["compile_seconds"] = 30.0
    result.history[1]["compile_seconds"] = 0.5
    summary = result.summary()
    assert (summary["seconds_per_epoch"], summary["compile_seconds"]) == (1.5, 30.5)


def test_a_network_that_was_not_trained(result):
    """It has what it had before: no time an epoch, and nothing is chosen."""
    config = TrainConfig(epochs=1, validation=0.1).resolved()
    history = [{**result.history[0], "validation_accuracy": 0.5}]
    summary = TrainResult(config, "me", result.network, history, [], None).summary()
    assert summary["accuracy"] == [0.1]
    assert (summary["loss"], summary["seconds_per_epoch"]) == ([], None)
    assert (summary["validation_epoch"], summary["validation_chosen_accuracy"]) == (-1, 0.1)


def test_the_first_best_epoch_is_chosen_on_held_out_samples(result):
    config = TrainConfig(epochs=3, validation=0.1).resolved()
    history = [{**row, "validation_accuracy": 0.5} for row in result.history]
    history[0]["validation_accuracy"] = 0.9
    history.append({**history[-1], "epoch": 2, "accuracy": 0.2})
    chosen = TrainResult(config, "me", result.network, history, [], None).summary()
    assert (chosen["validation_epoch"], chosen["validation_chosen_accuracy"]) == (0, 0.8)
