import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from eccles.engines import FusedUpdate, Weights
from eccles.engines.event.engine import EventEngine
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.functional import LIFParameters, Sigmoid, SuperSpike

# (hidden, classes): one vector, two, seven, and blocks of four, five and seven vectors.
WIDTHS = [(1, 1), (5, 3), (17, 2), (100, 10), (113, 17), (128, 16), (230, 20), (224, 10)]


@pytest.fixture(scope="session")
def event():
    return EventEngine()


def relative(found, wanted):
    """Return the largest difference in units of the largest number that is wanted."""
    return float((found - wanted).abs().max() / wanted.abs().max().clamp_min(1e-300))


# A loss of 5e-9, which is a difference of peaks a million times and more as large.
@example(
    seed=365,
    widths=(224, 10),
    n_inputs=1,
    n_samples=1,
    n_steps=100,
    per_step=2.0,
    drive=3.0,
    taus=(5e-3, 5e-3),
    scale=100.0,
    zero_start=False,
    counts=True,
)
@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    widths=st.sampled_from(WIDTHS),
    n_inputs=st.integers(1, 70),
    n_samples=st.sampled_from([1, 2, 9, 40]),
    n_steps=st.sampled_from([1, 2, 3, 4, 5, 10, 100, 200]),
    per_step=st.sampled_from([0.0, 0.2, 2.0, 10.0]),
    drive=st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.5, 3.0, 100.0]),
    taus=st.sampled_from([(10e-3, 5e-3), (5e-3, 5e-3), (3e-3, 20e-3)]),
    scale=st.sampled_from([100.0, 1.0, 17.5]),
    zero_start=st.booleans(),
    counts=st.booleans(),
)
def test_float64_agrees_with_the_equations(
    event,
    dense,
    problem,
    seed,
    widths,
    n_inputs,
    n_samples,
    n_steps,
    per_step,
    drive,
    taus,
    scale,
    zero_start,
    counts,
):
    case = problem(
        seed,
        n_inputs,
        *widths,
        n_samples,
        n_steps,
        mean_events=per_step * n_steps,
        drive=drive,
        neuron=LIFParameters(*taus, surrogate=SuperSpike(scale), zero_start=zero_start),
        counts=counts,
    )
    clear = case.clear_samples(1e-10)
    assume(clear.any())
    case = case.take(clear)
    solved = case.solve(dense)
    response = dense.respond(case.weights, case.events, case.neuron)
    expected = dense.spikes(case.weights, case.events, case.neuron)
    # Of a class that is all but certain, loss and slope p - 1 are far below the peaks' rounding.
    rounding = np.spacing(float(response.peaks.abs().max()))
    room = max(1e-10, rounding / max(float(solved[0]), 1e-300))
    for found, wanted in zip(case.solve(event), solved, strict=True):
        assert found.dtype == wanted.dtype
        assert found.shape == wanted.shape
        assert relative(found, wanted) < room
    peaks, spike_counts = event.respond(case.weights, case.events, case.neuron)
    assert spike_counts.dtype == response.spike_counts.dtype == torch.int32
    assert torch.equal(spike_counts, response.spike_counts)
    assert relative(peaks, response.peaks) < 1e-10
    spikes = event.spikes(case.weights, case.events, case.neuron)
    spikes.check()
    for name in ("begins", "ends", "steps", "units"):
        assert np.array_equal(getattr(spikes, name), getattr(expected, name))
        assert getattr(spikes, name).dtype == getattr(expected, name).dtype
    assert spikes.counts is expected.counts is None
    assert (spikes.n_steps, spikes.n_units) == (n_steps, widths[0])


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("mean_events", [1000, 8000])
def test_the_shape_of_spoken_digits_agrees_with_the_equations(
    event, dense, problem, mean_events, counts
):
    """With few events a unit, whose gradients are scattered, and many, which are gathered."""
    drive = 15 / mean_events / (2.5 if counts else 1)
    case = problem(12, 700, 200, 20, 12, mean_events=mean_events, drive=drive, counts=counts)
    case = case.take(case.clear_samples(1e-10))
    assert len(case.labels) >= 10
    for found, wanted in zip(case.solve(event), case.solve(dense), strict=True):
        assert wanted.any()
        assert relative(found, wanted) < 1e-10
    wanted = dense.spikes(case.weights, case.events, case.neuron)
    assert wanted.n_events > 1000
    found = event.spikes(case.weights, case.events, case.neuron)
    for name in ("begins", "ends", "steps", "units"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name))


def test_repeated_events_are_a_count(event, problem):
    case = problem(13, 30, 100, 10, 9, mean_events=1000, drive=0.05)
    merged = SpikeEvents.from_dense(case.events.to_dense())
    assert merged.counts.max() > 1
    counted = replace(case, events=merged)
    for found, wanted in zip(counted.solve(event), case.solve(event), strict=True):
        assert wanted.any()
        assert relative(found, wanted) < 1e-10


@pytest.mark.parametrize("drive", [0.1, 0.3, 100.0])
def test_few_samples_leave_room_for_rounding(problem, drive):
    """Else the comparisons, which leave those out, would compare nothing."""
    assert problem(n_samples=200, drive=drive).clear_samples(1e-10).all()


def test_the_problems_span_silent_to_saturated(dense, problem):
    """Else the comparisons would cover one regime."""

    def per_neuron(drive):
        case = problem(drive=drive)
        events = case.events[case.events.ends > case.events.begins]
        counts = dense.respond(case.weights, events, case.neuron).spike_counts
        return float(counts.double().mean())

    silent, sparse, busy, full = (per_neuron(drive) for drive in (0.01, 0.1, 0.3, 100.0))
    assert silent == 0
    assert 0.5 < sparse < 2
    assert 10 < busy < 15
    assert 40 < full <= 50


@pytest.mark.parametrize("drive", [0.15, 0.5])
@pytest.mark.parametrize("counts", [False, True])
def test_float32_agrees_with_float64(event, dense, problem, drive, counts):
    case = problem(3, drive=drive, n_samples=150, counts=counts, dtype=torch.float32)
    clear = case.clear_samples(1e-5)
    assert clear.mean() > 0.7
    case = case.take(clear)
    exact = case.cast(torch.float64)
    found = event.respond(case.weights, case.events, case.neuron)
    wanted = dense.respond(exact.weights, case.events, case.neuron)
    assert wanted.spike_counts.sum() > 1000
    assert torch.equal(found.spike_counts, wanted.spike_counts)
    assert relative(found.peaks, wanted.peaks) < 1e-5
    loss, *gradients = case.solve(event)
    wanted_loss, *wanted_gradients = exact.solve(dense)
    assert relative(loss, wanted_loss) < 1e-6
    for gradient, wanted_gradient in zip(gradients, wanted_gradients, strict=True):
        assert gradient.dtype == torch.float32
        assert relative(gradient, wanted_gradient) < 1e-4


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    widths=st.sampled_from(WIDTHS),
    n_inputs=st.integers(1, 70),
    n_samples=st.sampled_from([1, 9, 40, 150]),
    n_steps=st.sampled_from([1, 5, 50, 200]),
    drive=st.sampled_from([0.0, 0.1, 0.2, 0.5, 3.0]),
    taus=st.sampled_from([(10e-3, 5e-3), (5e-3, 5e-3)]),
    counts=st.booleans(),
)
def test_float32_agrees_wherever_the_spikes_are_clear(
    event, dense, problem, seed, widths, n_inputs, n_samples, n_steps, drive, taus, counts
):
    """The loss to 2e-6 of itself or of the peaks that it is a difference of, if larger."""
    case = problem(
        seed,
        n_inputs,
        *widths,
        n_samples,
        n_steps,
        mean_events=2.0 * n_steps,
        drive=drive,
        neuron=LIFParameters(*taus),
        counts=counts,
        dtype=torch.float32,
    )
    clear = case.clear_samples(1e-5)
    assume(clear.any())
    case = case.take(clear)
    exact = case.cast(torch.float64)
    wanted = dense.respond(exact.weights, case.events, case.neuron)
    wanted_loss, *wanted_gradients = exact.solve(dense)
    magnitude = max(1.0, float(wanted_loss), float(wanted.peaks.max()))
    loss, *gradients = case.solve(event)
    found = event.respond(case.weights, case.events, case.neuron)
    assert torch.equal(found.spike_counts, wanted.spike_counts)
    assert abs(float(loss) - float(wanted_loss)) < 2e-6 * magnitude
    # Where a class is all but certain, its slope p - 1 is rounding alone in single precision.
    assume(wanted_loss > 0.01)
    for gradient, wanted_gradient in zip(gradients, wanted_gradients, strict=True):
        assert relative(gradient, wanted_gradient) < 1e-4


@pytest.fixture
def halving():
    """Decays of exactly 1/2 and 1, so that hand-worked numbers are exact in binary."""
    neuron = LIFParameters(tau_mem=1e300, tau_syn=1e-3 / math.log(2))
    assert (neuron.alpha, neuron.beta) == (0.5, 1.0)
    return neuron


def inputs(*steps):
    """Return one sample of 8 steps of one unit that fires at the given ones."""
    x = torch.zeros(8, 1, 1)
    x[list(steps)] = 1
    return SpikeEvents.from_dense(x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exact_numbers_by_hand(event, dense, halving, dtype):
    """Events at steps 0 and 3 of weights 1 and 2.

    v of weight 1: 0 0 1 1.5 0 1.125 0 0.28125: it fires at 3 and 5, for 1 isn't above 1.
    v of weight 2: 0 0 2 0 0.5 2.75 0 0.5625: it fires at 2 and 5.
    j of class 0: 0 0 0 0.25 1.125 0.5625 1.53125 0.765625, and o its running sum.
    j of class 1: 0 0 0 0.5 -0.75 -0.375 -0.6875 -0.34375.
    """
    weights = Weights(
        torch.tensor([[1.0, 2.0]], dtype=dtype),
        torch.tensor([[1.0, -1.0], [0.25, 0.5]], dtype=dtype),
    )
    for engine in (event, dense):
        peaks, counts = engine.respond(weights, inputs(0, 3), halving)
        assert counts.tolist() == [[2, 2]]
        assert peaks.tolist() == [[4.234375, 0.5]]


def test_of_equal_maxima_the_first_takes_the_gradient(event, dense, halving):
    """The potential is 1 from step 4 to the end; only the spike at 2 is behind the first.

    v: 0 0 2 0 0.5 ... and 0 0 1 1.5 0 ..., so the neurons fire once each, at 2 and 3, and the
    second one's spike stops the current. Class 1 has no weights and stays at its start.
    """
    g = 1 / (1 + math.exp(-1.0)) - 1
    for engine in (event, dense):
        w1 = torch.tensor([[2.0, 1.0]], dtype=torch.float64, requires_grad=True)
        w2 = torch.tensor([[1.0, 0.0], [-0.5, 0.0]], dtype=torch.float64, requires_grad=True)
        loss = engine.loss(Weights(w1, w2), inputs(0), torch.tensor([0]), halving)
        assert loss.item() == pytest.approx(math.log(1 + math.exp(-1.0)), rel=1e-15)
        loss.backward()
        assert w2.grad == pytest.approx(np.array([[g, 0.0], [0.0, 0.0]]), rel=1e-14, abs=0)
        # o at 4 is the spike at 2, whose membrane is the event's current: at 2, and at 1.
        assert w1.grad == pytest.approx(np.array([[g / 101**2, -0.5 * g]]), rel=1e-12, abs=0)


@pytest.mark.parametrize("tau_syn", [5e-6, 1e-300])
def test_a_current_that_leaves_no_trace(event, dense, tau_syn):
    """Its decay over a step is 0 in float32, or altogether."""
    neuron = LIFParameters(tau_mem=1e300, tau_syn=tau_syn)
    weights = Weights(torch.full((1, 1), 2.0), torch.ones(1, 1))
    for engine in (dense, event):
        peaks, counts = engine.respond(weights, inputs(0, 3), neuron)
        assert counts.tolist() == [[2]]
        assert peaks.tolist() == [[2.0]]


def test_a_silent_network_is_dead(event, dense, problem):
    case = problem(drive=0.01)
    for engine in (event, dense):
        loss, g1, g2 = case.solve(engine)
        assert float(loss) == pytest.approx(np.log(10), rel=1e-15)
        assert not g1.any()
        assert not g2.any()


@pytest.mark.parametrize("mean_events", [120, 2000])
@pytest.mark.parametrize("n_samples", [1, 15, 31, 32, 50, 130, 260])
def test_any_number_of_threads_gives_the_same_bits(problem, n_samples, mean_events):
    """Of gradients that are scattered, and gathered."""
    case = problem(
        1,
        n_samples=n_samples,
        mean_events=mean_events,
        drive=36 / mean_events,
        counts=mean_events > 1000,
        dtype=torch.float32,
    )
    one = EventEngine(1)
    loss, g1, g2 = case.solve(one)
    peaks, counts = one.respond(case.weights, case.events, case.neuron)
    assert g1.any()
    for threads in (2, 3, 7):
        engine = EventEngine(threads)
        for _ in range(2):
            for found, wanted in zip(case.solve(engine), (loss, g1, g2), strict=True):
                assert torch.equal(found, wanted)
        response = engine.respond(case.weights, case.events, case.neuron)
        assert torch.equal(response.peaks, peaks)
        assert torch.equal(response.spike_counts, counts)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(24)), cuts=st.sets(st.integers(1, 23), max_size=5))
def test_a_response_does_not_depend_on_its_batch(event, problem, order, cuts):
    case = problem(2, n_samples=24, dtype=torch.float32)
    whole = event.respond(case.weights, case.events, case.neuron)
    for group in np.split(np.array(order), sorted(cuts)):
        part = event.respond(case.weights, case.events[group], case.neuron)
        assert torch.equal(part.peaks, whole.peaks[group])
        assert torch.equal(part.spike_counts, whole.spike_counts[group])


def test_gradients_are_means_over_samples(event, problem):
    case = problem(4, n_samples=33)
    whole = case.solve(event)
    singles = [case.take([b]).solve(event) for b in range(33)]
    for k in range(3):
        mean = torch.stack([single[k] for single in singles]).mean(dim=0)
        assert relative(whole[k], mean) < 1e-12


def test_gradients_follow_the_loss_upstream(event, problem):
    case = problem(5)
    _, g1, g2 = case.solve(event)
    twice = case.solve(event, factor=2.0)
    assert torch.equal(twice[1], 2 * g1)
    assert torch.equal(twice[2], 2 * g2)
    w1, w2 = (w.clone().requires_grad_() for w in case.weights)
    weights = Weights(w1, w2)
    total = event.loss(weights, case.events, case.labels, case.neuron) + (w1**2).sum()
    total.backward()
    assert relative(w1.grad, g1 + 2 * w1.detach()) < 1e-12
    assert torch.equal(w2.grad, g2)


def test_one_weight_may_be_frozen(event, problem):
    case = problem(5)
    _, g1, _ = case.solve(event)
    w1 = case.weights.input_to_hidden.clone().requires_grad_()
    weights = Weights(w1, case.weights.hidden_to_output)
    event.loss(weights, case.events, case.labels, case.neuron).backward()
    assert torch.equal(w1.grad, g1)


def test_an_engine_serves_network_after_network(problem):
    """Nothing of one batch, shape or type stays behind for the next."""
    shared = EventEngine()
    cases = [
        problem(6, dtype=torch.float32),
        problem(7, n_hidden=17, n_classes=2, n_samples=80),
        problem(6, drive=0.01, dtype=torch.float32),
        problem(8, n_inputs=7, dtype=torch.float32),
        problem(6, n_hidden=100, n_samples=3, dtype=torch.float32),
        problem(6),
    ]
    for case in [*cases, *reversed(cases)]:
        for found, wanted in zip(case.solve(shared), case.solve(EventEngine()), strict=True):
            assert torch.equal(found, wanted)


def test_loss_and_gradients_without_autograd(event, problem):
    case = problem(9)
    loss, gradients = event.loss_and_gradients(case.weights, case.events, case.labels, case.neuron)
    for found, wanted in zip((loss, *gradients), case.solve(event), strict=True):
        assert torch.equal(found, wanted)


def test_weights_are_read_and_not_written(event, problem):
    case = problem(9)
    before = [w.clone() for w in case.weights]
    case.solve(event)
    event.respond(case.weights, case.events, case.neuron)
    assert all(map(torch.equal, before, case.weights))


def test_weights_in_any_memory_order(event, problem):
    case = problem(10, dtype=torch.float32)
    turned = Weights(*(w.t().contiguous().t() for w in case.weights))
    assert not turned.input_to_hidden.is_contiguous()
    found = event.loss_and_gradients(turned, case.events, case.labels, case.neuron)
    wanted = event.loss_and_gradients(case.weights, case.events, case.labels, case.neuron)
    assert torch.equal(found[0], wanted[0])
    assert all(map(torch.equal, found[1], wanted[1]))


def test_a_batch_of_none(event, dense, problem):
    """As the equations have it: the mean over no samples is no number, and moves no weight."""
    case = problem(n_samples=5).take(slice(0, 0))
    for engine in (event, dense):
        loss, g1, g2 = case.solve(engine)
        assert loss.isnan()
        assert not g1.any()
        assert not g2.any()
        assert len(engine.spikes(case.weights, case.events, case.neuron)) == 0
        peaks, counts = engine.respond(case.weights, case.events, case.neuron)
        assert peaks.shape == (0, 10)
        assert counts.shape == (0, 100)


def test_samples_without_events(event, dense, problem):
    case = problem(n_samples=3, mean_events=0)
    assert case.events.n_events == 0
    for engine in (event, dense):
        loss, g1, g2 = case.solve(engine)
        assert float(loss) == pytest.approx(np.log(10), rel=1e-15)
        assert not g1.any()
        assert not g2.any()
        peaks, counts = engine.respond(case.weights, case.events, case.neuron)
        assert not peaks.any()
        assert not counts.any()


def test_output_weights_that_are_no_numbers_show_in_the_loss(event, dense, problem):
    """As the equations have it: a run that went astray must not look like a silent network."""
    case = problem(11)
    case.weights.hidden_to_output[:] = float("nan")
    assert not case.solve(dense)[0].isfinite()
    assert not case.solve(event)[0].isfinite()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 10], "labels must be from 0 to 9, got 10"),
        ([-1, 0], "labels must be from 0 to 9, got -1"),
        ([0], "the number of labels must be 2, got 1"),
        ([0, 1, 2], "the number of labels must be 2, got 3"),
    ],
)
def test_labels_must_be_classes(event, problem, labels, sentence):
    case = problem(n_samples=2)
    with pytest.raises(InputError, match=sentence):
        event.loss(case.weights, case.events, torch.tensor(labels), case.neuron)


def test_units_must_be_inputs(event, problem):
    case = problem(n_inputs=60)
    weights = Weights(torch.zeros(59, 100), torch.zeros(100, 10))
    with pytest.raises(
        InputError, match=r"weights must be \[60, n_hidden\].*got \(\(59, 100\), \(100, 10\)\)"
    ):
        event.loss(weights, case.events, case.labels, case.neuron)
    with pytest.raises(InputError, match=r"weights must be \[60, n_hidden\]"):
        event.respond(weights, case.events, case.neuron)


@pytest.mark.parametrize(
    "neuron",
    [LIFParameters(v_rest=0.1), LIFParameters(threshold=2.0), LIFParameters(surrogate=Sigmoid())],
)
def test_other_neurons_are_the_dense_engines(event, problem, neuron):
    case = problem(n_samples=2)
    with pytest.raises(InputError, match="the dense engine takes any"):
        event.loss(case.weights, case.events, case.labels, neuron)
    with pytest.raises(InputError, match="the dense engine takes any"):
        event.respond(case.weights, case.events, neuron)
    with pytest.raises(InputError, match="the dense engine takes any"):
        event.spikes(case.weights, case.events, neuron)


def test_what_an_engine_is_made_of():
    with pytest.raises(InputError, match="threads must be 1 or more, got 0"):
        EventEngine(0)
    assert EventEngine.name == "event"
    assert isinstance(EventEngine(), FusedUpdate)


def test_spikes_of_the_given_samples_alone(event, problem):
    """Sorted by step, then by neuron, with the samples' length of a step."""
    case = problem(n_samples=9)
    events = replace(case.events, dt=2e-3)[[4, 0, 7]]
    neuron = case.neuron._replace(dt=2e-3)
    found = event.spikes(case.weights, events, neuron)
    assert (found.dt, found.n_steps, found.n_units) == (2e-3, 100, 100)
    counts = event.respond(case.weights, events, neuron).spike_counts.numpy()
    assert (found.to_dense().sum(dim=0).numpy() == counts).all()
    assert found.n_events > 100
    for b in range(3):
        steps, units = (
            x[found.begins[b] : found.ends[b]].astype(int) for x in (found.steps, found.units)
        )
        assert (np.diff(steps * 100 + units) > 0).all()
