"""The event engine of any network is held to the plain equations, over random wirings."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

from eccles.engines import DenseEngine, Weights
from eccles.engines.pool import backward_kernels as pool_backward_kernels
from eccles.engines.pool import forward_kernels as pool_forward_kernels
from eccles.engines.pool import gradient_kernels as pool_gradient_kernels
from eccles.engines.pool import kernels as pool_kernels
from eccles.engines.pool import layout as pool_layout
from eccles.engines.pool.choice import pool_engine
from eccles.engines.pool.dense import DensePool
from eccles.engines.pool.event import EventPool
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.functional import (
    LIF,
    AdaptiveLIF,
    ArcTan,
    ConductanceLIF,
    Izhikevich,
    LIFParameters,
    Sigmoid,
    SuperSpike,
    Triangle,
)
from eccles.wiring import Group, Link, Readouts, Wiring

MODERATE = {"lif": 0.2, "adaptive": 0.5, "conductance": 0.7}
"""Drives at which neurons fire a few times a sample."""

SURROGATES = [SuperSpike(10.0), SuperSpike(100.0), Triangle(0.5), ArcTan(2.0), Sigmoid(4.0)]


def random_wiring(
    rng,
    n_inputs=30,
    sizes=(80, 20),
    n_classes=7,
    kind="lif",
    delays=(1,),
    receptors=1,
    share=1.0,
    surrogate=None,
    zero_start=True,
    populations=1,
    mean=False,
):
    """Return a network whose groups alternate in sign; a `share` of its projections is there."""
    n = sum(sizes)
    edges = [int(each) for each in np.cumsum([0, *sizes])]

    def spread(low, high):
        return torch.from_numpy(rng.uniform(low, high, n))

    common = {"tau_mem": spread(5e-3, 2e-2), "surrogate": surrogate or SuperSpike(10.0)}
    neuron = {
        "lif": lambda: LIF(threshold=spread(0.8, 1.2), **common),
        "adaptive": lambda: AdaptiveLIF(
            tau_adapt=spread(2e-2, 1e-1), strength=spread(0, 0.5), **common
        ),
        "conductance": lambda: ConductanceLIF(**common),
    }[kind]()
    receptors = 2 if kind == "conductance" else receptors
    groups = tuple(
        Group(f"g{k}", f"p{k % populations}", slice(*edges[k : k + 2]), 1 - 2 * (k % 2))
        for k in range(len(sizes))
    )
    # Each population's matrix has the whole row's shape: simple, and as good for a comparison.
    links, shapes = [], {}

    def connect(name, pre, post, receptor, shape):
        shapes[name] = shape
        delay = int(rng.choice(delays)) if not name.endswith("output") else 1
        links.append(Link(name, pre, post, pre, post, delay, receptor))

    ends = slice(0, n_inputs), slice(0, n_classes)
    for k, group in enumerate(groups):
        if k == 0 or rng.random() < share:
            connect("input->all", ends[0], group.neurons, 0, (n_inputs, n))
        if k == 0 or rng.random() < share:
            connect("all->output", group.neurons, ends[1], 0, (n, n_classes))
        for other in groups:
            if rng.random() < share:
                receptor = int(receptors == 2 and group.sign < 0)
                name = f"{group.population}->{other.population}"
                connect(name, group.neurons, other.neurons, receptor, (n, n))
    decays = tuple(torch.exp(-1e-3 / spread(3e-3, 1e-2)) for _ in range(receptors))
    readouts = Readouts(0.8, 0.9, zero_start or mean, mean)
    place = slice(0, n)
    return Wiring(
        n_inputs, n, n_classes, groups, ((place, neuron),), decays, tuple(links), readouts, shapes
    )


def random_weights(rng, wiring, drive, recurrent=0.3, dtype=torch.float64):
    signs = np.concatenate(
        [np.full(g.neurons.stop - g.neurons.start, g.sign) for g in wiring.groups]
    )
    scales = {"input->all": drive / wiring.n_inputs, "all->output": 0.1}
    weights = {}
    for name, shape in wiring.shapes.items():
        size = scales.get(name, recurrent / wiring.n_neurons)
        magnitudes = np.abs(rng.standard_normal(shape)) * size
        signed = magnitudes if name == "input->all" else magnitudes * signs[:, None]
        weights[name] = torch.from_numpy(signed).to(dtype)
    return weights


def solve(engine, weights, events, labels, factor=1.0):
    """Return a loss and its gradients, zero where a weight doesn't reach it."""
    own = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    loss = factor * engine.loss(own, events, labels)
    if loss.requires_grad:
        loss.backward()
    found = {n: torch.zeros_like(w) if w.grad is None else w.grad for n, w in own.items()}
    return loss.detach(), found


def agree(found, wanted, room):
    loss, gradients = found
    wanted_loss, wanted_gradients = wanted
    assert abs(float(loss - wanted_loss)) < room * max(1, float(wanted_loss))
    assert gradients.keys() == wanted_gradients.keys()
    for name, gradient in gradients.items():
        largest = float(wanted_gradients[name].abs().max())
        assert gradient.dtype == wanted_gradients[name].dtype
        assert float((gradient - wanted_gradients[name]).abs().max()) <= room * max(largest, 1e-12)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.sampled_from([(1,), (1, 1), (5, 3), (16, 16), (17, 1, 30), (80, 20), (100, 13, 7)]),
    n_classes=st.sampled_from([1, 7, 17]),
    kind=st.sampled_from(["lif", "adaptive", "conductance"]),
    receptors=st.sampled_from([1, 2]),
    n_steps=st.sampled_from([1, 2, 3, 20, 50]),
    delays=st.sampled_from([(1,), (1, 2, 5), (3,), (1, 20)]),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    populations=st.sampled_from([1, 2]),
    n_samples=st.sampled_from([0, 1, 3, 11]),
    drive=st.sampled_from([0.0, 0.3, 1.0, 50.0]),
    surrogate=st.sampled_from(SURROGATES),
    zero_start=st.booleans(),
    counts=st.booleans(),
    mean=st.booleans(),
)
def test_float64_agrees_with_the_equations(
    random_events,
    seed,
    sizes,
    n_classes,
    kind,
    receptors,
    n_steps,
    delays,
    share,
    populations,
    n_samples,
    drive,
    surrogate,
    zero_start,
    counts,
    mean,
):
    rng = np.random.default_rng(seed)
    wiring = random_wiring(
        rng,
        sizes=sizes,
        n_classes=n_classes,
        kind=kind,
        delays=delays,
        receptors=receptors,
        share=share,
        surrogate=surrogate,
        zero_start=zero_start,
        populations=populations,
        mean=mean,
    )
    weights = random_weights(rng, wiring, drive)
    events = random_events(rng, n_samples, n_steps, 30, 3 * n_steps, counts=counts)
    labels = torch.from_numpy(rng.integers(0, n_classes, n_samples))
    dense, event = DensePool(wiring), EventPool(wiring, threads=2)
    wanted, found = dense.respond(weights, events), event.respond(weights, events)
    assert torch.equal(found.spike_counts, wanted.spike_counts)
    torch.testing.assert_close(found.peaks, wanted.peaks, rtol=1e-10, atol=1e-12)
    expected, spikes = dense.spikes(weights, events), event.spikes(weights, events)
    for name in ("begins", "ends", "steps", "units"):
        assert np.array_equal(getattr(spikes, name), getattr(expected, name))
    if n_samples:
        agree(solve(event, weights, events, labels), solve(dense, weights, events, labels), 1e-10)


@pytest.mark.parametrize("kind", ["lif", "adaptive", "conductance"])
def test_the_problems_span_silent_to_saturated(random_events, kind):
    """Else the comparison would cover one regime."""
    rng = np.random.default_rng(3)
    wiring = random_wiring(rng, kind=kind)
    events = random_events(rng, 20, 50, 30, 150)

    def rate(drive):
        weights = random_weights(np.random.default_rng(4), wiring, drive)
        return float(DensePool(wiring).respond(weights, events).spike_counts.double().mean())

    assert rate(0.0) == 0
    assert 0.2 < rate(MODERATE[kind]) < 12
    assert rate(50.0) > 15


@pytest.mark.parametrize(
    ("kind", "receptors"),
    [("lif", 1), ("lif", 2), ("adaptive", 1), ("adaptive", 2), ("conductance", 2)],
)
def test_float32_agrees_with_float64_where_no_spike_moves(random_events, kind, receptors):
    rng = np.random.default_rng(11)
    wiring = random_wiring(rng, kind=kind, receptors=receptors, delays=(1, 3))
    weights = random_weights(rng, wiring, MODERATE[kind])
    events = random_events(rng, 80, 30, 30, 90)
    labels = torch.from_numpy(rng.integers(0, 7, 80))
    dense, event = DensePool(wiring), EventPool(wiring)
    single = {name: weight.float() for name, weight in weights.items()}
    exact = {name: weight.double() for name, weight in single.items()}
    found, wanted = event.respond(single, events), dense.respond(exact, events)
    clear = (found.spike_counts == wanted.spike_counts).all(dim=1).numpy()
    assert clear.mean() > 0.7
    assert wanted.spike_counts.sum() > 1000
    chosen = np.flatnonzero(clear)
    loss, gradients = solve(event, single, events[chosen], labels[chosen])
    assert all(each.dtype == torch.float32 for each in gradients.values())
    wide = {name: gradient.double() for name, gradient in gradients.items()}
    agree((loss.double(), wide), solve(dense, exact, events[chosen], labels[chosen]), 1e-4)


def test_a_network_of_one_layer_is_that_of_the_other_engines(random_events):
    """The equations of any network, for the network of Kilgore et al. 2025, are its own."""
    rng = np.random.default_rng(5)
    neuron = LIFParameters()
    groups = (Group("E", "hidden", slice(0, 80), 1), Group("I", "hidden", slice(80, 100), -1))
    every = slice(0, 100)
    ends = slice(0, 60), slice(0, 10)
    links = (
        Link("input->hidden", ends[0], every, ends[0], every, 1, 0),
        Link("hidden->output", every, ends[1], every, ends[1], 1, 0),
    )
    decays = (torch.full((100,), neuron.alpha, dtype=torch.float64),)
    readouts = Readouts(neuron.alpha, neuron.beta)
    shapes = {"input->hidden": (60, 100), "hidden->output": (100, 10)}
    wiring = Wiring(60, 100, 10, groups, ((every, LIF()),), decays, links, readouts, shapes)
    weights = Weights(
        torch.from_numpy(np.abs(rng.standard_normal((60, 100))) * 0.05),
        torch.from_numpy(rng.standard_normal((100, 10)) * 0.1),
    )
    events = random_events(rng, 20, 100, 60, 120)
    labels = torch.from_numpy(rng.integers(0, 10, 20))
    own = Weights(*(weight.clone().requires_grad_() for weight in weights))
    loss = DenseEngine().loss(own, events, labels, neuron)
    loss.backward()
    wanted = loss.detach(), {"input->hidden": own[0].grad, "hidden->output": own[1].grad}
    assert float(loss.detach()) > 1
    named = dict(zip(shapes, weights, strict=True))
    for engine in (DensePool(wiring), EventPool(wiring)):
        agree(solve(engine, named, events, labels), wanted, 1e-10)


def test_the_threads_change_no_bit(random_events):
    rng = np.random.default_rng(6)
    wiring = random_wiring(rng, sizes=(33, 9))
    weights = random_weights(rng, wiring, 2.0, dtype=torch.float32)
    events = random_events(rng, 300, 30, 30, 90)
    labels = torch.from_numpy(rng.integers(0, 7, 300))
    first = solve(EventPool(wiring), weights, events, labels)
    for threads in (2, 3, 7):
        engine = EventPool(wiring, threads)
        loss, gradients = solve(engine, weights, events, labels)
        assert torch.equal(loss, first[0])
        assert all(torch.equal(gradients[name], first[1][name]) for name in gradients)
        assert torch.equal(
            engine.respond(weights, events).peaks, EventPool(wiring).respond(weights, events).peaks
        )


def test_a_factor_and_a_second_backward_pass(random_events):
    rng = np.random.default_rng(7)
    wiring = random_wiring(rng, sizes=(9, 3))
    weights = random_weights(rng, wiring, 2.0)
    events, labels = random_events(rng, 5, 30, 30, 90), torch.arange(5)
    engine = EventPool(wiring)
    _, once = solve(engine, weights, events, labels)
    _, thrice = solve(engine, weights, events, labels, factor=3.0)
    own = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    loss = engine.loss(own, events, labels)
    loss.backward(retain_graph=True)
    loss.backward()
    for name in weights:
        assert once[name].any()
        torch.testing.assert_close(thrice[name], 3 * once[name])
        torch.testing.assert_close(own[name].grad, 2 * once[name])


def test_a_copy_in_another_process_is_an_engine_of_its_own(random_events):
    rng = np.random.default_rng(8)
    wiring = random_wiring(rng, sizes=(9, 3))
    weights, events = random_weights(rng, wiring, 2.0), random_events(rng, 5, 30, 30, 90)
    engine = EventPool(wiring, threads=2)
    wanted = engine.respond(weights, events)
    copy = pickle.loads(pickle.dumps(engine))
    assert copy.threads == 2
    assert torch.equal(copy.respond(weights, events).peaks, wanted.peaks)


def test_auto_takes_the_event_engine_where_it_can():
    rng = np.random.default_rng(9)
    wiring = random_wiring(rng, sizes=(4, 4))
    assert pool_engine("auto", wiring).name == "event"
    assert pool_engine("dense", wiring).name == "dense"
    other = replace(wiring, neurons=((slice(0, 8), Izhikevich()),))
    assert pool_engine("auto", other).name == "dense"
    with pytest.raises(InputError, match="not Izhikevich"):
        pool_engine("event", other)
    with pytest.raises(InputError, match="Izhikevich"):
        EventPool(other)
    assert pool_engine("auto", wiring, device="cuda").name == "dense"
    with pytest.raises(InputError, match="on cuda"):
        pool_engine("event", wiring, device="cuda")


@pytest.mark.parametrize("engine", [DensePool, EventPool])
def test_weights_and_events_of_another_network_are_refused(random_events, engine):
    rng = np.random.default_rng(10)
    wiring = random_wiring(rng, sizes=(4, 4))
    weights, events = random_weights(rng, wiring, 1.0), random_events(rng, 3, 10, 30, 9)
    pool = engine(wiring)
    with pytest.raises(InputError, match="of shapes"):
        pool.respond({**weights, "input->all": torch.zeros(3, 3).double()}, events)
    with pytest.raises(InputError, match="all float32 or all float64"):
        pool.respond({**weights, "input->all": weights["input->all"].float()}, events)
    with pytest.raises(InputError, match="30 units"):
        pool.respond(weights, random_events(rng, 3, 10, 31, 9))
    with pytest.raises(InputError, match="dt"):
        pool.respond(weights, replace(events, dt=2e-3))
    with pytest.raises(InputError, match="labels must be from 0 to 6, got 7"):
        pool.loss(weights, events, torch.tensor([0, 1, 7]))


def test_saturated_events_of_one_unit_are_its_count():
    rng = np.random.default_rng(12)
    wiring = random_wiring(rng, n_inputs=1, sizes=(3,), share=1.0)
    weights = random_weights(rng, wiring, 1.0)
    many = SpikeEvents.from_dense(torch.full((20, 1, 1), 5.0))
    one = SpikeEvents.from_dense(torch.ones(20, 1, 1))
    five = {**weights, "input->all": 5 * weights["input->all"]}
    found, wanted = (EventPool(wiring).respond(w, e) for w, e in ((weights, many), (five, one)))
    assert wanted.spike_counts.sum() > 0
    assert torch.equal(found.spike_counts, wanted.spike_counts)


def test_only_functions_that_make_arrays_count_references():
    """The others run at every step, where counting took a fifth of the time."""
    modules = (
        pool_layout,
        pool_forward_kernels,
        pool_backward_kernels,
        pool_gradient_kernels,
        pool_kernels,
    )
    counting = {
        name
        for module in modules
        for name, kernel in vars(module).items()
        if isinstance(kernel, Dispatcher)
        and kernel.py_func.__module__ == module.__name__
        and kernel.targetoptions.get("inline") != "always"
        and kernel.targetoptions.get("_nrt", True)
    }
    assert counting == {"_block", "_adjoints", "run_samples", "list_spikes"}
