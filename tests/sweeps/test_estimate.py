"""What a study will take, reckoned from trials whose seconds are given, and from real ones."""

import pytest

from eccles import InputError, RunError
from eccles.sweeps import estimate as module
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study
from eccles.sweeps.trial import Trial

A_TRIAL = Trial(
    building=1.0,
    training=0.01,
    testing=0.002,
    keeping=0.05,
    measures={"weights": 0.5},
    epochs=4,
    trained_samples=600,
    tested_samples=300,
    compiling=9.0,
    anew=False,
    ready=1007.0,
)


def test_a_run_is_the_sum_of_its_parts():
    """A second to build; 4 epochs of 6 s; 5 tests of 0.6 s and 5 files of 0.05 s."""
    assert A_TRIAL.seconds({}, {}) == pytest.approx(1 + 24 + 3 + 0.25)


def test_measures_count_as_often_as_they_are_taken():
    """Each 3 epochs, and before training and after the last: -1, 2, 3. Each epoch: 5 times."""
    alone = A_TRIAL.seconds({}, {})
    assert A_TRIAL.seconds({"weights": 3}, {"weights": 0.5}) == pytest.approx(alone + 3 * 0.5)
    both = A_TRIAL.seconds({"weights": 3, "classes": 1}, {"weights": 0.5, "classes": 0.1})
    assert both == pytest.approx(alone + 3 * 0.5 + 5 * 0.1)


def study(**said):
    base = {"data": "fashion-mnist-sample", "model": "mlp8"}
    return Study(base=base, **said)


def test_each_run_counts_by_its_own_cost():
    """Two workers of three runs; a run takes 10 s in one cell, 50 s in the other."""
    made = plan(study(grid={"width": [0.25, 0.5, 1.0]}))
    quick = A_TRIAL._replace(building=10.0, training=1e-12, testing=0.0, keeping=0.0)
    slow = quick._replace(building=50.0, ready=1009.0)
    found = module.reckoned(made, made.runs, 2, [slow, quick], began=1000.0)
    assert found.starting == 7.0
    # All three take 30 s in the mean, and one of the workers has two of them.
    assert found.seconds == pytest.approx(7 + 30 * 3 / 2)
    assert found.least == pytest.approx(module._QUICKER * (7 + 45))
    assert found.most == pytest.approx(module._SLOWER * (7 + 60))


def test_what_a_trial_compiles_is_kept_for_the_sweep_or_is_not():
    made = plan(study(grid={"width": [0.25, 0.5]}))
    trial = A_TRIAL._replace(building=10.0, training=1e-12, testing=0.0, keeping=0.0, ready=1012.0)
    read = module.reckoned(made, made.runs, 1, [trial], began=1000.0)
    anew = module.reckoned(made, made.runs, 1, [trial._replace(anew=True)], began=1000.0)
    assert (read.most, anew.most) == pytest.approx((module._SLOWER * (12 + 20),) * 2)
    assert read.least - anew.least == pytest.approx(module._QUICKER * 9)


def test_measures_of_one_trial_count_for_all():
    made = plan(study(grid={"width": [0.25, 0.5]}, measure={"weights": 1}))
    trial = A_TRIAL._replace(measures={})
    found = module.reckoned(made, made.runs, 1, [A_TRIAL, trial, trial], began=1000.0)
    assert found.measuring == pytest.approx(5 * 0.5)


def test_networks_that_are_not_trained_are_tested():
    made = plan(study(grid={"circuit": ["ei", "bn"]}))
    trial = A_TRIAL._replace(epochs=0)
    found = module.reckoned(made, made.runs, 1, [trial], began=1000.0)
    assert found.throughput == pytest.approx(100)
    assert found.seconds == pytest.approx(7 + 2 * (1 + 0.6 + 0.05))


class Here:
    """A worker that is this process; what it tries is real."""

    def __init__(self, *_):
        self.executor = self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def submit(self, do, *given):
        answer = do(*given)
        return type("Done", (), {"result": lambda _: answer})()


def estimated(made, monkeypatch, slots=1):
    from eccles.sweeps.sweep import job_of

    monkeypatch.setattr(module, "local", Here)
    return module.estimate(made, made.runs, slots, lambda run: job_of(made, run, "here", {}))


def test_runs_that_fail_are_left_out_unless_all_do(monkeypatch):
    """A batch of one sample has no spread for batch norm."""
    base = {"data": "fashion-mnist-sample", "model": "mlp2", "batch_size": 1, "epochs": 0}
    some = plan(Study(base=base, grid={"circuit": ["bn", "ei"]}))
    assert estimated(some, monkeypatch).sample_epochs == 0
    all_of_them = plan(Study(base={**base, "circuit": "bn"}, grid={"width": [0.25, 0.5]}))
    with pytest.raises(RunError, match=r"the runs that were tried fail: .* every batch of bn"):
        estimated(all_of_them, monkeypatch)


@pytest.mark.slow
def test_trials_take_the_measures_and_leave_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = plan(
        Study(
            base={"data": "fashion-mnist-sample", "epochs": 2, "hidden": 20},
            grid={"ei": ["50:50", "80:20", "100:0"]},
            measure={"activity": 1, "weights": 2},
        )
    )
    found = estimated(made, monkeypatch, slots=2)
    assert found.sample_epochs == 3 * 2 * 4000
    assert 0 < found.measuring < found.seconds
    assert 0 < found.least < found.seconds < found.most
    assert not list(tmp_path.iterdir())


def test_a_study_that_training_refuses_is_refused(monkeypatch):
    made = plan(Study(base={"data": "fashion-mnist-sample"}, grid={"ei": ["80:20", "70:30"]}))
    with pytest.raises(InputError, match="no measure 'strength'"):
        module.rehearse(
            made._replace(study=made.study.model_copy(update={"measure": {"strength": 1}}))
        )


@pytest.mark.parametrize(
    ("base", "grid", "sentence"),
    [
        (
            {"hidden": 10, "recurrent": 0.1},
            {"ei": ["50:50", "80:20"], "delay": ["500 ms", "1 ms"]},
            "the run with ei 50:50, delay 500 ms can't be met: network: delay",
        ),
        ({}, {"data": ["fashion-mnist-sample", "./nope.npz"]}, "with data ./nope.npz can't be met"),
        ({"data": "./nope.npz"}, {"ei": ["50:50", "80:20"]}, r"^data: ./nope.npz must be a file"),
    ],
)
def test_a_cell_that_training_refuses_is_named(base, grid, sentence):
    study = Study.model_validate({"base": {"epochs": 1, **base}, "grid": grid, "repeat": 2})
    with pytest.raises(InputError, match=sentence):
        module.rehearse(plan(study))
