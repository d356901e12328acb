import pytest

from eccles import InputError, TrainConfig, train
from eccles.training.prepare import data_key, measures_of, open_data


def test_a_model_makes_settings_those_of_a_deep_network():
    assert not TrainConfig(ei="50:50").is_deep
    assert TrainConfig(model="shallow", ei="50:50") == TrainConfig(ei="50:50")
    assert TrainConfig(model="mlp8", circuit="bn").is_deep
    with pytest.raises(InputError, match="ei is a setting of a network of spiking"):
        TrainConfig(model="mlp8", ei="50:50")


def test_samples_by_the_kind_of_network():
    events, images = open_data(TrainConfig()), open_data(TrainConfig(model="vgg8"))
    assert events[0].events.n_units == 784
    assert images[0].shape == (1, 32, 32)
    assert (events[0].labels == images[0].labels).all()
    assert data_key(TrainConfig()) != data_key(TrainConfig(model="vgg8"))


def test_samples_of_the_other_kind_of_network_are_refused():
    spikes, images = open_data(TrainConfig()), open_data(TrainConfig(model="vgg8"))
    with pytest.raises(InputError, match=r"train on with vgg8 must be images .*, got .*SpikeData"):
        train(TrainConfig(model="vgg8"), data=spikes)
    with pytest.raises(InputError, match=r"to train on must be spikes, .*ImageDataset; "):
        train(TrainConfig(), data=images)


def test_measures_by_the_kind_of_network():
    assert "distances" in measures_of(deep=False)
    assert set(measures_of(deep=True)) == {"currents", "layers", "weights"}


def test_a_deep_network_knows_its_data_sets():
    with pytest.raises(InputError, match="data of a deep network must be one of fashion-mnist,"):
        open_data(TrainConfig(model="vgg8", data="shd"))
