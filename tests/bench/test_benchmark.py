import pytest

from eccles.bench import benchmark
from eccles.bench.startup import Startup
from eccles.bench.steps import DENSE, EVENT, JAX, NOISE, Group, Row
from eccles.bench.timing import Timing
from eccles.errors import InputError


def row(name, threads, seconds):
    return Row(name, threads, (1.0, 1.0), Timing(seconds, seconds, 1), "")


GROUP = Group(
    "some weights",
    1.25,
    (
        row(DENSE, 1, 0.300),
        row(DENSE, 2, 0.200),
        row(EVENT, 1, 0.002),
        row(EVENT, 2, 0.00125),
        row(NOISE, 1, 0.003),
        Row(JAX, None, (), None, "not installed"),
    ),
)


def by_name(results):
    return {result.name: result for result in results}


def test_ratios_and_goals():
    got = by_name(benchmark._ratios([GROUP], 2))
    assert got["dense / event, 1 thread"].value == pytest.approx(150)
    assert got["dense / event, 1 thread"].met is True
    assert got["dense / event, 2 threads"].value == pytest.approx(160)
    assert got["dense / event, 2 threads"].goal is None
    assert got["event, 1 thread / 2 threads"].value == pytest.approx(1.6)
    assert got["event with update noise / without"].value == pytest.approx(1.5)
    assert got["event with update noise / without"].met is False
    assert got["JAX scan / event, 2 threads"].value is None
    assert {result.where for result in got.values()} == {"some weights (1.2 Hz)"}


def test_the_shape_of_spoken_digits_has_goals_of_its_own():
    rows = (
        row(DENSE, 1, 0.300),
        row(DENSE, 2, 0.200),
        row(EVENT, 1, 0.025),
        row(EVENT, 2, 0.016),
    )
    group = Group("some shape", 5.0, rows)
    got = by_name(benchmark._spoken_ratios([group], 2))
    assert got["dense / event, 1 thread"].value == pytest.approx(12)
    assert got["dense / event, 1 thread"].met is True
    assert got["dense, 1 thread / event, 2 threads"].value == pytest.approx(18.75)
    assert got["dense, 1 thread / event, 2 threads"].met is False
    assert got["dense / event, 2 threads"].value == pytest.approx(12.5)
    assert got["dense / event, 2 threads"].goal is None
    assert len(list(benchmark._spoken_ratios([group], 1))) == 1


def test_one_thread_has_nothing_to_compare_with():
    got = by_name(benchmark._ratios([GROUP], 1))
    assert not any("event, 1 thread /" in name for name in got)
    assert "JAX scan / event, 1 thread" in got


def test_costs_of_the_full_set_have_goals():
    full = Startup("fashion-mnist", 16.0, 3.0, 0.1, 0.2, 1.0, 60_000, 700_000_000)
    got = by_name(benchmark._costs(full))
    assert got["start to first batch, compiling"].met is False
    assert got["start to first batch"].met is True
    assert got["encoding the training images"].met is True
    assert got["peak memory of an epoch"].value == pytest.approx(0.7)
    assert got["peak memory of an epoch"].met is True


def test_costs_of_the_sample_have_goals_only_for_starting():
    sample = Startup("fashion-mnist-sample", 16.0, 3.0, 0.1, 0.2, 1.0, 4_000, 700_000_000)
    got = by_name(benchmark._costs(sample))
    assert got["start to first batch"].met is True
    assert got["encoding the training images"].goal is None
    assert got["peak memory of an epoch"].goal is None


def test_what_was_not_measured_stays_unknown():
    found = list(benchmark._costs(Startup("fashion-mnist")))
    assert len(found) > 5
    assert {(result.value, result.met) for result in found} == {(None, None)}


def test_auto_downloads_nothing(monkeypatch):
    monkeypatch.setattr(benchmark, "find", lambda source: None)
    assert benchmark._choose("auto", quick=False) == "fashion-mnist-sample"
    monkeypatch.setattr(benchmark, "find", lambda source: "somewhere")
    assert benchmark._choose("auto", quick=False) == "fashion-mnist"
    assert benchmark._choose("auto", quick=True) == "fashion-mnist-sample"
    assert benchmark._choose("mine", quick=True) == "mine"


@pytest.mark.parametrize("name", ["batch_size", "threads"])
def test_what_cannot_be_is_refused(name):
    with pytest.raises(InputError, match=f"bench: {name} must be 1 or more, got 0"):
        benchmark.run(quick=True, **{name: 0})
