import numpy as np
import pytest

import eccles
from eccles.errors import InputError
from eccles.interop.importing import _right
from eccles.interop.targets import TARGETS, decays, target, time_constants


@pytest.mark.parametrize("name", TARGETS)
def test_time_constants_leave_the_decays_they_were_made_of(name):
    own = np.array([0.1, 0.5, np.exp(-1 / 5), 0.999])
    to = TARGETS[name]
    step = to.step or 2e-3
    assert decays(time_constants(own, to.method, step), to.method, step) == pytest.approx(own)


def test_by_hand():
    assert time_constants(np.array([0.9]), "euler", 1e-3) == pytest.approx([10e-3])
    assert time_constants(np.array([np.exp(-0.1)]), "exact", 1e-3) == pytest.approx([10e-3])
    assert decays(np.array([10e-3]), "euler", 1e-4) == pytest.approx([0.99])


def test_mistakes_are_a_sentence():
    with pytest.raises(InputError, match=r"one of exact, norse, .*'nors' \(did you mean 'norse'"):
        target("nors")
    with pytest.raises(InputError, match=r"a step of 10 ms or more, got .5 ms"):
        decays(np.array([5e-3]), "euler", 1e-2)
    with pytest.raises(InputError, match="decays must be above 0"):
        time_constants(np.zeros(1), "exact", 1e-3)


def test_the_signs_of_mixed_inputs_are_looked_at():
    """A file whose inputs bear other signs isn't taken for one that keeps them."""
    own = eccles.SpikingNetwork(eccles.network.layered((5,), inputs="80:20"), 10, 2)
    weights = {name: weight.detach().clone() for name, weight in own.matrices.items()}
    assert _right(own.network, weights, own.wiring)
    weights["input->hidden"].neg_()
    assert not _right(own.network, weights, own.wiring)
