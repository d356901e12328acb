"""Settings that are numbers, at the ends of what there are: a result, or what names the setting."""

import numpy as np
import pytest

import eccles
from eccles.errors import EcclesError

KINDS = {
    eccles.TrainConfig: {"epochs": 1, "hidden": 5, "batch_size": 16},
    eccles.DeepConfig: {"model": "mlp8", "width": 0.04, "epochs": 1, "init_samples": 16},
}
NUMBERS = [
    (kind, name)
    for kind in KINDS
    for name, field in kind.model_fields.items()
    if "float" in str(field.annotation)
]


@pytest.fixture(scope="module")
def samples():
    spikes = eccles.data.load("fashion-mnist-sample")
    images = eccles.data.load_images("fashion-mnist-sample")
    some = np.arange(32)
    return {
        eccles.TrainConfig: (spikes.train.take(some), spikes.test.take(some)),
        eccles.DeepConfig: (images.train.take(some), images.test.take(some)),
    }


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("kind", "name"), NUMBERS)
@pytest.mark.parametrize("value", [1e-300, 1e-9, 1e6, 1e38, 1e308])
def test_a_number_of_any_size_is_trained_with_or_refused(kind, name, value, samples):
    for optimizer in (None, "adam") if name in ("lr", "weight_decay") else (None,):
        said = ""
        try:
            config = kind(**{"optimizer": optimizer, **KINDS[kind], name: value})
            result = eccles.train(config, data=samples[kind])
        except EcclesError as error:
            said = str(error)
        else:
            assert 0 <= result.final_accuracy <= 1
        assert len(said) < 500
        assert not said or name in said.replace("-", "_"), said


def test_a_rate_that_no_float_holds_is_refused():
    with pytest.raises(eccles.InputError, match="lr must be less than or equal to 1000000, got 1e"):
        eccles.TrainConfig(optimizer="adam", lr=1e38)
