import numpy as np
import pytest
from hypothesis import given, settings
from tests.network.networks import descriptions

from eccles import Network
from eccles.figures import wiring
from eccles.figures.wiring_arrows import MIXED, arrows
from eccles.figures.wiring_layout import extent, layout
from eccles.network import End, circuit, kilgore2025, layered


def spelt(network):
    return [(".".join(a.pre), ".".join(a.post), a.sign, a.label) for a in arrows(network)[0]]


def test_arrows_that_are_alike_are_one():
    assert spelt(kilgore2025()) == [
        ("input.input", "hidden.", "excitatory", ""),
        ("hidden.E", "output.output", "excitatory", ""),
        ("hidden.I", "output.output", "inhibitory", ""),
    ]
    found = spelt(circuit())
    assert len(found) == 9
    assert ("cortex.E", "cortex.SST", "excitatory", "3 ms") in found
    assert ("cortex.E", "cortex.E", "excitatory", "10 %") in found
    three = layered((20,), groups="E:12,PV:5,SST:3", recurrent=0.1)
    found = spelt(three)
    assert len(found) == 9 + 2
    assert {label for _, _, _, label in found} == {""}
    assert ("hidden.PV", "hidden.E", "inhibitory", "") in found
    assert arrows(three)[1] == {"hidden": "each group to each: 10 %"}
    four = layered((20,), groups="E:10,PV:5,SST:3,I:2", recurrent=0.1)
    assert spelt(four) == [
        ("input.input", "hidden.", "excitatory", ""),
        ("hidden.", "output.output", MIXED, ""),
    ]
    assert arrows(four)[1] == {"hidden": "each group to each: 10 %"}


def test_the_numbers_behind_it():
    drawing = wiring(circuit(), 700, 20)
    assert drawing.data["projection"].tolist() == list(circuit().projections)
    assert drawing.data["synapses"].tolist() == [
        56_000, 8_400, 640, 960, 640, 1_600, 960, 640, 96,
    ]  # fmt: skip
    assert drawing.more["groups"]["neurons"].tolist() == [80, 12, 8]
    assert "100 neurons (lif) and 9 projections" in drawing.caption


@pytest.mark.parametrize("network", [kilgore2025(), layered((10, 10), recurrent=True)])
def test_the_same_picture_is_the_same_bytes(tmp_path, network):
    for name in ("one", "two"):
        wiring(network).save(tmp_path, name, ["svg"])
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@settings(deadline=None, max_examples=40)
@given(descriptions())
def test_nothing_lies_on_anything_else(said):
    network = Network.model_validate(said)
    placed = layout(network)
    assert set(placed.discs) == set(network.ends())
    left, right, lower, upper = extent(placed, [])
    boxes = list(placed.boxes.values())
    for k, one in enumerate(boxes):
        assert left <= one.x - one.width / 2 < one.x + one.width / 2 <= right
        assert lower <= one.y - one.height / 2 < one.y + one.height / 2 <= upper
        for other in boxes[:k]:
            apart = abs(one.x - other.x) > (one.width + other.width) / 2
            assert apart or abs(one.y - other.y) > (one.height + other.height) / 2
    for end, disc in placed.discs.items():
        edge = np.array([[disc.x + k * disc.radius, disc.y + m * disc.radius]
                         for k, m in ((1, 0), (-1, 0), (0, 1), (0, -1))])  # fmt: skip
        assert placed.boxes[end.population].holds(edge).all()
        for other in set(placed.discs) - {end}:
            assert not placed.discs[other].holds(edge).any()


@settings(deadline=None, max_examples=60)
@given(descriptions())
def test_every_projection_is_drawn_or_said(said):
    network = Network.model_validate(said)
    found, told = arrows(network)
    for pre, post in map(network.pair, network.projections):
        alike = [(a, b) for a in (pre, End(pre[0], "")) for b in (post, End(post[0], ""))]
        drawn = [arrow for arrow in found if (arrow.pre, arrow.post) in alike]
        within = pre.population == post.population and pre.population in told
        assert len(drawn) + within == 1


@settings(deadline=None, max_examples=5)
@given(descriptions())
def test_any_network_can_be_drawn(said):
    network = Network.model_validate(said)
    assert len(wiring(network).data) == len(network.projections)
