import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from eccles import EINetwork, Populations, SpikeDataset, SpikeEvents, dale
from eccles.data import latency_encode
from eccles.engines import DenseEngine
from eccles.engines.event.engine import EventEngine
from eccles.functional import LIFParameters, peaks
from eccles.network import kilgore2025, layered

HIDDEN = Populations(12, 4)


@pytest.fixture(scope="session")
def toys():
    """Images of three kinds of stripes, which even a small network tells apart."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    images = rng.integers(0, 60, (60, 6, 6))
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 2] += 190
    events = latency_encode(images.astype(np.uint8), n_steps=40)
    return SpikeDataset("stripes", "synthetic", events, labels, ("top", "middle", "bottom"))


def test_what_a_network_holds():
    network = EINetwork(36, HIDDEN, 3)
    assert {name: tuple(w.shape) for name, w in network.state_dict().items()} == {
        "input_to_hidden": (36, 16),
        "hidden_to_output": (16, 3),
    }
    assert all(w.dtype == torch.float32 and w.requires_grad for w in network.parameters())
    assert network.weights == tuple(network.parameters())
    assert network.engine.name == "event"
    assert network.neuron == LIFParameters()


def test_initial_weights():
    network = EINetwork(784, Populations(80, 20), 10, seed=1)
    w1, w2 = (w.detach() for w in network.weights)
    assert (w1 >= 0).all()
    assert (w2[:80] >= 0).all()
    assert (w2[80:] <= 0).all()
    assert network.initial_std == (0.001, pytest.approx(0.0666, abs=5e-5))
    assert w1.square().mean().sqrt().item() == pytest.approx(0.001, rel=0.02)
    assert w2.square().mean().sqrt().item() == pytest.approx(0.0666, rel=0.1)
    free = EINetwork(784, Populations(80, 20), 10, dale=False)
    assert free.initial_std[0] == pytest.approx(7 * (1 - np.exp(-0.1)) / 28)
    assert free.input_to_hidden.std().item() == pytest.approx(free.initial_std[0], rel=0.02)
    assert abs(free.input_to_hidden.mean().item()) < free.initial_std[0] / 50


def test_a_seed_sets_the_weights_alone():
    def weights(seed, **options):
        return EINetwork(36, HIDDEN, 3, seed=seed, **options).weights

    one, again, other = weights(0), weights(0), weights(1)
    assert all(map(torch.equal, one, again))
    assert not any(map(torch.equal, one, other))
    torch.manual_seed(5)
    assert all(map(torch.equal, one, weights(0)))
    # Streams are the layers' own: a scale of one, or a wider net, moves no weight of the other.
    assert torch.equal(weights(0, w1_std=0.5)[1], one[1])
    assert torch.equal(EINetwork(99, HIDDEN, 3).hidden_to_output, one[1])


def test_the_former_name_of_networks_without_dale_works_and_says_so():
    for make in (lambda **given: EINetwork(36, HIDDEN, 3, **given), kilgore2025, layered):
        with pytest.warns(DeprecationWarning, match="unbounded=True is now dale=False") as said:
            former = make(unbounded=True)
        assert said[0].filename == __file__
        if isinstance(former, EINetwork):
            assert not former.dale
            with pytest.warns(DeprecationWarning, match=r"now not EINetwork\.dale"):
                assert former.unbounded
        else:
            assert former == make(dale=False)
        with pytest.warns(DeprecationWarning, match="unbounded=False is now dale=True"):
            make(unbounded=False)


@pytest.mark.parametrize("engine", [DenseEngine(), EventEngine()])
def test_forward_agrees_with_the_engine(toys, engine):
    network = EINetwork(36, HIDDEN, 3, w1_std=0.1, engine=engine).double()
    events, labels = toys.batch(slice(None))
    spikes = events.to_dense(torch.float64)
    potentials = network(spikes)
    assert potentials.shape == (41, 60, 3)
    response = network.respond(events)
    hidden = network.hidden_spikes(spikes)
    assert hidden.sum() > 100
    assert torch.equal(network.spikes(events).to_dense(torch.float64), hidden)
    assert torch.equal(response.spike_counts, hidden.sum(dim=0).int())
    assert torch.allclose(response.peaks, peaks(potentials), rtol=1e-12, atol=0)
    loss = torch.nn.functional.cross_entropy(peaks(potentials), labels)
    assert network.loss(events, labels).item() == pytest.approx(loss.item(), rel=1e-12)
    assert not response.peaks.requires_grad


def test_projections_are_the_parameters_themselves():
    network = EINetwork(36, HIDDEN, 3)
    projections = network.projections()
    assert list(projections) == ["input -> hidden", "hidden -> output"]
    assert projections["input -> hidden"][0] is network.input_to_hidden
    assert projections["hidden -> output"][0] is network.hidden_to_output
    assert [pre for _, pre in projections.values()] == [Populations(36, 0), HIDDEN]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 16), st.floats(1, 100))
def test_projection_keeps_dale(seed, n_excitatory, size):
    """After any step; weights of the right sign stay as they are."""
    network = EINetwork(8, Populations(n_excitatory, 16 - n_excitatory), 3, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in network.parameters():
            weight += size * torch.randn(weight.shape, generator=generator)
    moved = [w.detach().clone() for w in network.weights]
    network.project()
    dale.check(network)
    for weight, before in zip(network.weights, moved, strict=True):
        kept = weight != 0
        assert torch.equal(weight[kept], before[kept])
        assert (~kept).any()


def test_a_network_without_dale_has_nothing_to_project():
    network = EINetwork(36, HIDDEN, 3, dale=False)
    before = [w.detach().clone() for w in network.weights]
    assert network.projections() == {}
    network.project()
    dale.check(network)
    assert all(map(torch.equal, network.weights, before))
    assert all((w < 0).any() and (w > 0).any() for w in before)


@pytest.mark.slow
@pytest.mark.parametrize("engine", [DenseEngine(), EventEngine()])
def test_a_torch_users_loop(toys, engine):
    torch.manual_seed(0)
    network = EINetwork(36, HIDDEN, 3, w1_std=0.1, engine=engine)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    loader = DataLoader(toys, batch_size=10, shuffle=True, collate_fn=SpikeDataset.collate)
    for _ in range(8):
        for events, labels in loader:
            optimizer.zero_grad()
            network.loss(events, labels).backward()
            optimizer.step()
            network.project()
    dale.check(network)
    right = network.respond(toys.events).peaks.argmax(dim=1).numpy() == toys.labels
    assert right.mean() > 0.9


def test_plain_autograd_through_forward(toys):
    """No engine at all: dense spikes in, potentials out, as any module of torch."""
    network = EINetwork(36, HIDDEN, 3, w1_std=0.1)
    events, labels = toys.batch(slice(0, 20))
    peak = network(events.to_dense()).amax(dim=0)
    torch.nn.functional.cross_entropy(peak, labels).backward()
    assert all(w.grad.any() for w in network.parameters())


def test_a_state_goes_into_another_network():
    one, other = EINetwork(36, HIDDEN, 3), EINetwork(36, HIDDEN, 3, seed=1)
    other.load_state_dict(one.state_dict())
    assert all(map(torch.equal, one.weights, other.weights))


def test_silence(toys):
    events = SpikeEvents.from_dense(torch.zeros(40, 4, 36))
    network = EINetwork(36, HIDDEN, 3, engine=EventEngine())
    network.loss(events, torch.zeros(4, dtype=torch.int64)).backward()
    assert not any(w.grad.any() for w in network.parameters())
