import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles import seeds
from eccles.errors import InputError


def test_known_values():
    """A change here changes every run there is."""
    assert seeds.stream(0, "order").permutation(8).tolist() == [0, 7, 1, 3, 4, 2, 6, 5]
    assert seeds.stream(0, "order", 1).permutation(8).tolist() == [4, 2, 5, 3, 7, 1, 6, 0]
    assert seeds.stream(7, "input -> hidden").random() == 0.7354802695290965
    assert seeds.key(0, "noise") == 16744308528744396127
    assert seeds.key(3, "noise", 5) == 11353180013414544696


@given(
    st.lists(
        st.tuples(st.integers(0, 2**40), st.sampled_from(["a", "b", "order"]), st.integers(0, 99)),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
def test_streams_differ_by_seed_purpose_and_index(names):
    assert len({seeds.stream(*name).random() for name in names}) == len(names)
    assert len({seeds.key(*name) for name in names}) == len(names)


def test_a_seed_below_zero_is_refused():
    for draw in (seeds.stream, seeds.key):
        with pytest.raises(InputError, match=r"^seeds: seed must be .* 0 or more, got -1$"):
            draw(-1, "order")


def test_a_stream_does_not_depend_on_others():
    alone = seeds.stream(1, "weights").random(5)
    seeds.stream(1, "more").random(1000)
    np.random.default_rng(0).random(3)
    assert np.array_equal(seeds.stream(1, "weights").random(5), alone)


def test_keys_use_all_64_bits():
    keys = np.array([seeds.key(seed, "noise") for seed in range(2000)], np.uint64)
    share = np.unpackbits(keys.view(np.uint8)).reshape(2000, 64).mean(axis=0)
    assert share == pytest.approx(np.full(64, 0.5), abs=0.06)


def test_the_index_is_zero_unless_given():
    assert seeds.stream(4, "order").random() == seeds.stream(4, "order", 0).random()
    assert seeds.key(4, "noise") == seeds.key(4, "noise", 0)
