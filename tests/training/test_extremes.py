"""Settings that are numbers, at the ends of what there are: a result, or what names the setting."""

import numpy as np
import pytest

import eccles
from eccles.errors import EcclesError

MODELS = {
    "shallow": {"epochs": 1, "hidden": 5, "batch_size": 16},
    "mlp8": {"width": 0.04, "epochs": 1, "init_samples": 16},
}
NUMBERS = [
    (model, name)
    for model in MODELS
    for name in eccles.TrainConfig(model=model).names()
    if "float" in str(eccles.TrainConfig.model_fields[name].annotation)
]


@pytest.fixture(scope="module")
def samples():
    spikes = eccles.data.load("fashion-mnist-sample")
    images = eccles.data.load_images("fashion-mnist-sample")
    some = np.arange(32)
    return {
        "shallow": (spikes.train.take(some), spikes.test.take(some)),
        "mlp8": (images.train.take(some), images.test.take(some)),
    }


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("model", "name"), NUMBERS)
@pytest.mark.parametrize("value", [1e-300, 1e-9, 1e6, 1e38, 1e308])
def test_a_number_of_any_size_is_trained_with_or_refused(model, name, value, samples):
    for optimizer in (None, "adam") if name in ("lr", "weight_decay") else (None,):
        said = ""
        try:
            config = eccles.TrainConfig(
                **{"model": model, "optimizer": optimizer, **MODELS[model], name: value}
            )
            result = eccles.train(config, data=samples[model])
        except EcclesError as error:
            said = str(error)
        else:
            assert 0 <= result.final_accuracy <= 1
        assert len(said) < 500
        assert not said or name in said.replace("-", "_"), said


def test_a_rate_that_no_float_holds_is_refused():
    with pytest.raises(eccles.InputError, match="lr must be at most 1,000,000, got 1e"):
        eccles.TrainConfig(optimizer="adam", lr=1e38)
