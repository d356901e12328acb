"""What a study will take, reckoned from runs whose times are given."""

import pytest

from eccles import InputError, RunError
from eccles.sweeps import estimate as module
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study


def test_each_run_counts_by_its_own_cost(monkeypatch):
    """A second for 100 samples of one network, and for 10 of the other."""
    study = Study(
        base={"data": "fashion-mnist-sample"},
        zip={"model": ["mlp8", "vgg8"], "epochs": [4, 1]},
    )
    made = plan(study)
    speed = {"mlp8": 100, "vgg8": 10}
    monkeypatch.setattr(
        module, "_train", lambda _made, run, _s, _t: (speed[run.settings["model"]], 1.0)
    )
    found = module.estimate(made, made.runs, 2, (range(600), range(300)))
    assert found.sample_epochs == 5 * 600
    # Training of 4 epochs at 6 s and of 1 at 60 s; testing 5 and 2 times, a third of the time.
    training, testing = 24 + 60, 5 * 3 / 3 + 2 * 30 / 3
    assert found.seconds == pytest.approx((training + testing) / 2)
    assert found.throughput == pytest.approx(3000 / training)


def test_runs_that_fail_are_left_out_unless_all_do(monkeypatch):
    study = Study(
        base={"data": "fashion-mnist-sample", "model": "mlp8", "epochs": 0},
        grid={"circuit": ["ei", "bn"]},
    )
    made = plan(study)

    def one_fails(_made, run, _splits, _seconds):
        if run.settings["circuit"] == "ei":
            raise InputError("ei_init: silent")
        return 100, 1.0

    def all_fail(*_):
        raise InputError("ei_init: silent")

    monkeypatch.setattr(module, "_train", one_fails)
    assert module.estimate(made, made.runs, 1, (range(600), range(300))).seconds == pytest.approx(2)
    monkeypatch.setattr(module, "_train", all_fail)
    with pytest.raises(RunError, match="the runs that were tried fail: ei_init: silent"):
        module.estimate(made, made.runs, 1, (range(600), range(300)))


def test_networks_that_are_not_trained_are_tested(monkeypatch):
    study = Study(
        base={"data": "fashion-mnist-sample", "model": "mlp8", "epochs": 0},
        grid={"circuit": ["ei", "bn"]},
    )
    made = plan(study)
    monkeypatch.setattr(module, "_train", lambda *_: (100, 1.0))
    found = module.estimate(made, made.runs, 1, (range(600), range(300)))
    assert (found.sample_epochs, found.throughput) == (0, 100)
    assert found.seconds == pytest.approx(2)
