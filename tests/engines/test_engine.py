import math
from dataclasses import replace

import pytest
import torch

import eccles
from eccles import EINetwork, InputError, Populations, SpikeEvents, SpikingNetwork
from eccles.engines import DenseEngine, engine
from eccles.engines.event.engine import EventEngine
from eccles.functional import LIFParameters, Sigmoid, SuperSpike
from eccles.network import layered

NEURON = LIFParameters()


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, EventEngine),
        ({"neuron": LIFParameters(20e-3, 1e-3, surrogate=SuperSpike(3.0))}, EventEngine),
        ({"density": 0.1}, EventEngine),
        ({"density": 0.9}, DenseEngine),
        ({"device": "cuda"}, DenseEngine),
        ({"neuron": LIFParameters(surrogate=Sigmoid())}, DenseEngine),
        ({"neuron": LIFParameters(v_rest=0.1)}, DenseEngine),
        ({"neuron": LIFParameters(threshold=2.0)}, DenseEngine),
    ],
)
def test_auto_takes_the_fastest_that_fits(options, kind):
    assert type(engine("auto", **{"neuron": NEURON, **options})) is kind


def test_by_name():
    assert engine("dense", neuron=NEURON).name == "dense"
    assert engine("event", neuron=NEURON, density=0.9, threads=2).name == "event"
    with pytest.raises(InputError, match="the name must be auto, event or dense, got 'fast'"):
        engine("fast", neuron=NEURON)
    with pytest.raises(InputError, match="threads must be 1 or more, got 0"):
        engine("auto", neuron=NEURON, threads=0)


@pytest.mark.parametrize(
    "options",
    [
        {"device": "cuda"},
        {"neuron": LIFParameters(surrogate=Sigmoid())},
        {"neuron": LIFParameters(v_rest=0.1)},
        {"neuron": LIFParameters(threshold=2.0)},
    ],
)
def test_event_says_what_to_use_instead(options):
    with pytest.raises(InputError, match=r"event must have a CPU.*; use --engine dense or auto"):
        engine("event", **{"neuron": NEURON, **options})


@pytest.mark.parametrize("made", [DenseEngine(), EventEngine()], ids=lambda e: e.name)
def test_events_of_another_step_or_none_at_all_are_refused(made, problem):
    """A network's decays are those of its own step."""
    case = problem(n_samples=3)
    slow = replace(case, events=replace(case.events, dt=2e-3))
    weights, labels = case.weights, case.labels
    for ask in (
        lambda events: made.loss(weights, events, labels, case.neuron),
        lambda events: made.respond(weights, events, case.neuron),
        lambda events: made.spikes(weights, events, case.neuron),
    ):
        with pytest.raises(InputError, match=r"dt must be that of the events, 2 ms, got '1 ms'"):
            ask(slow.events)
        with pytest.raises(InputError, match="the events must be SpikeEvents, got 'Tensor'"):
            ask(case.events.to_dense())
    fits = replace(slow, neuron=case.neuron._replace(dt=2e-3))
    assert made.loss(weights, slow.events, labels, fits.neuron).isfinite()


@pytest.mark.parametrize("name", ["dense", "event"])
def test_a_loss_that_no_weight_reaches_has_gradients_of_zero(name):
    """A sample of one step: its spikes would reach the readouts later."""
    events = SpikeEvents.from_dense(torch.ones(1, 2, 6))
    labels = torch.tensor([0, 1])
    made = EventEngine() if name == "event" else DenseEngine()
    for network in (
        EINetwork(6, Populations(3, 1), 3, engine=made),
        SpikingNetwork(layered((5,), recurrent=True), 6, 3, engine=name),
    ):
        loss = network.loss(events, labels)
        loss.backward()
        assert loss.item() == pytest.approx(math.log(3))
        for weight in network.parameters():
            assert torch.equal(weight.grad, torch.zeros_like(weight))


def test_a_former_name_of_the_fused_update_warns():
    with pytest.warns(DeprecationWarning, match="Descends is now eccles.engines.FusedUpdate"):
        assert eccles.engines.Descends is eccles.engines.FusedUpdate
    with pytest.raises(AttributeError, match="no attribute 'Descents'"):
        _ = eccles.engines.Descents
