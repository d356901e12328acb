import numpy as np
import pytest

from eccles import InputError, TrainConfig, train
from eccles.training.prepare import data_key, measures_of, open_data, prepare


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


def test_data_of_one_class_are_refused(data):
    whole, test = data
    alone = [part.take(np.flatnonzero(part.labels == 3)) for part in data]
    with pytest.raises(InputError, match="must be of two classes or more, got only 'Dress'"):
        train(TrainConfig(epochs=1), data=(alone[0], test))
    # What isn't trained may be tried on anything, and tested on one class.
    prepare(TrainConfig(epochs=0), (alone[0], alone[1]))
    prepare(TrainConfig(), (whole, alone[1]))


def test_measures_by_the_kind_of_network():
    assert "distances" in measures_of(deep=False)
    assert set(measures_of(deep=True)) == {"currents", "layers", "weights"}


def test_a_deep_network_knows_its_data_sets():
    with pytest.raises(InputError, match="data of a deep network must be one of fashion-mnist,"):
        open_data(TrainConfig(model="vgg8", data="shd"))
