import pytest

from eccles import InputError, TrainConfig, train
from eccles.training.deep_config import DeepConfig
from eccles.training.prepare import configure, data_key, kind_of, measures_of, open_data


def test_a_model_makes_settings_those_of_a_deep_network():
    assert configure({}) == TrainConfig()
    assert configure({"model": "shallow", "ei": "50:50"}) == TrainConfig(ei="50:50")
    assert configure({"model": "mlp8", "circuit": "bn"}) == DeepConfig(model="mlp8", circuit="bn")
    assert kind_of({"ei": "50:50"}) is TrainConfig
    with pytest.raises(InputError, match="ei is a setting of a network of spiking"):
        configure({"model": "mlp8", "ei": "50:50"})


def test_samples_by_the_kind_of_network():
    events, images = open_data(TrainConfig()), open_data(DeepConfig())
    assert events[0].events.n_units == 784
    assert images[0].shape == (1, 32, 32)
    assert (events[0].labels == images[0].labels).all()
    assert data_key(TrainConfig()) != data_key(DeepConfig())


def test_samples_of_the_other_kind_of_network_are_refused():
    spikes, images = open_data(TrainConfig()), open_data(DeepConfig())
    with pytest.raises(
        InputError, match=r"with a DeepConfig must be images .*, got .*SpikeDataset"
    ):
        train(DeepConfig(), data=spikes)
    with pytest.raises(InputError, match=r"with a TrainConfig must be spikes, .*ImageDataset; "):
        train(TrainConfig(), data=images)


def test_measures_by_the_kind_of_network():
    assert "distances" in measures_of(TrainConfig)
    assert set(measures_of(DeepConfig)) == {"currents", "layers", "weights"}


def test_a_deep_network_knows_its_data_sets():
    with pytest.raises(InputError, match="data of a deep network must be one of fashion-mnist,"):
        open_data(DeepConfig(data="shd"))
