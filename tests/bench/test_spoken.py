import numpy as np
import pytest

from eccles.bench import spoken, steps


@pytest.fixture(scope="module")
def repeated():
    return spoken.spoken_shape(60, counts=False)


def test_samples_have_the_shape_of_spoken_digits(repeated):
    events = repeated.events
    events.check()
    assert (len(events), events.n_steps, events.n_units, repeated.n_classes) == (60, 100, 700, 20)
    assert repeated.kind == "synthetic"
    assert 7000 < events.n_events / 60 < 9000
    # They end from 0.24 to 1.4 s of a window of 1.4 s.
    last = events.steps[events.ends - 1]
    assert last.min() < 35
    assert last.max() > 85
    by_channel = np.sort(np.bincount(events.units[: events.ends[0]], minlength=700))
    # Most of it in part of the channels.
    assert by_channel[350:].sum() > 4 * by_channel[:350].sum()


def test_repeated_events_and_counts_are_the_same_spikes(repeated):
    counted = spoken.spoken_shape(60, counts=True)
    counted.events.check()
    assert counted.events.counts.max() > 2
    assert (counted.events.to_dense() == repeated.events.to_dense()).all()
    assert counted.events.n_events < 0.9 * repeated.events.n_events


@pytest.mark.slow
def test_the_works_differ_in_activity_and_every_contender_is_timed():
    groups = [
        steps.measure(
            name,
            work,
            threads=2,
            rounds=1,
            turn=0.0,
            with_peers=False,
            own=(steps.DENSE, steps.EVENT),
            same=spoken.SAME,
        )
        for name, work in spoken.works(8)
    ]
    quiet, busy = (group.rate_hz for group in groups)
    assert 1 < quiet < 6 < busy < 20
    for group in groups:
        assert [(row.name, row.threads) for row in group.rows] == [
            (steps.DENSE, 1),
            (steps.DENSE, 2),
            (steps.EVENT, 1),
            (steps.EVENT, 2),
        ]
        assert all(row.timing is not None for row in group.rows)
