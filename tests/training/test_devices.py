"""Networks whose weights devices hold: every kind trains, resumes and stays within signs."""

import json

import pytest
import torch

from eccles import InputError, TrainConfig, dale, train
from eccles.data import load, load_images
from eccles.devices import Device, find
from eccles.training.devices import synapses


@pytest.fixture(scope="module")
def samples():
    found = load("fashion-mnist-sample")
    return found.train.take(slice(0, 300)), found.test.take(slice(0, 100))


@pytest.fixture(scope="module")
def images():
    found = load_images("fashion-mnist-sample")
    return found.train.take(slice(0, 128)), found.test.take(slice(0, 50))


def config(kind, **said):
    if kind == "deep":
        return TrainConfig(model="mlp2", width=0.05, data="fashion-mnist-sample", **said)
    own = {"hidden": 20} if kind == "shallow" else {"hidden": "10,10", "recurrent": 0.5}
    return TrainConfig(**own, **said)


KINDS = ["shallow", "wired", "deep"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("device", ["reram-sb", "pcm"])
def test_a_run_goes_on_bit_for_bit(device, kind, tmp_path, samples, images, stop_at, same_run):
    data = images if kind == "deep" else samples
    asked = config(kind, epochs=3, device_model=device)
    whole = train(asked, data=data, out=tmp_path / "whole")
    dale.check(whole.network)
    with pytest.raises(stop_at.Stop):
        train(asked, data=data, out=tmp_path / "cut", watch=stop_at(0))
    same_run(train(asked, data=data, out=tmp_path / "cut"), whole)


@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_under_dale_is_held(kind, samples, images):
    data = images if kind == "deep" else samples
    network = train(config(kind, epochs=1, device_model="ecram"), data=data).network
    for bar, own in zip(network.devices, synapses(network), strict=True):
        read = bar.scale * bar.hidden
        connected = own.weight != 0
        assert torch.equal(own.weight[connected], read[connected])
        assert connected.any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_of_a_pair_is_its_difference(kind, samples, images):
    data = images if kind == "deep" else samples
    network = train(config(kind, epochs=1, device_model="pcm"), data=data).network
    for pair, own in zip(network.devices, synapses(network), strict=True):
        read = pair.plus.scale * (pair.plus.hidden - pair.minus.hidden)
        connected = own.weight != 0
        assert torch.equal(own.weight[connected], read[connected])
        assert connected.any()
        assert (pair.plus.hidden > 0).any()
        assert (pair.minus.hidden > 0).any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_perfect_device_trains_as_none_does(kind, samples, images):
    """Tiny steps without spread or noise: what is asked for is done, to rounding."""
    data = images if kind == "deep" else samples
    perfect = json.dumps({"dw_min": 1e-6, "b_max": 1.0})
    ours = train(config(kind, epochs=1, device_model=perfect, device_bound=1000), data=data)
    plain = train(config(kind, epochs=1), data=data)
    first, second = ([row["loss"] for row in run.history if row["loss"]] for run in (ours, plain))
    assert first == pytest.approx(second, rel=0.02)


@pytest.mark.parametrize("kind", ["shallow", "wired"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_gaussian_device_is_update_noise(kind, relative, tmp_path, samples, same_run):
    """The same identity, and the same bits."""
    path = tmp_path / "gaussian.yaml"
    path.write_text(f"{{rule: gaussian, sigma: 3e-4, relative: {relative}}}", encoding="utf-8")
    device = config(kind, epochs=1, device_model=str(path))
    scale = "relative" if relative else "absolute"
    noise = config(kind, epochs=1, update_noise=3e-4, noise_scale=scale)
    assert device == noise
    same_run(train(device, data=samples), train(noise, data=samples))
    with pytest.raises(InputError, match="update_noise must be left out with a gaussian device"):
        config(kind, device_model=str(path), update_noise=0.1)
    with pytest.raises(InputError, match="device_model must be another rule for a deep network"):
        config("deep", device_model=str(path))


def test_a_file_is_what_a_run_keeps(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("rule: soft_bounds\ndw_min: 2e-3\n", encoding="utf-8")
    by_file, by_value = (
        TrainConfig(device_model=each)
        for each in (str(path), {"rule": "soft_bounds", "dw_min": 0.002})
    )
    assert by_file == by_value == TrainConfig(device_model=by_file.device_model)
    assert by_file.identity() == by_value.identity() != TrainConfig().identity()
    device = Device.model_validate(json.loads(by_file.device_model))
    assert (device.rule, device.dw_min) == ("soft_bounds", 0.002)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"device_model": "reram"}, "no preset 'reram'"),
        ({"device_model": "{"}, "device_model must be a device's settings as JSON"),
        ({"device_model": 3}, "device_model must be the name of a device"),
        ({"device_model": "nowhere.yaml"}, "nowhere.yaml"),
        (
            {"device_model": "ecram", "update_noise": 0.1},
            "update_noise must be 0 with device_model",
        ),
        ({"device_model": {"rule": "neurosim", "levels": 1}}, "levels"),
        ({"device_bound": 5}, "device_bound must be left out without device_model"),
    ],
)
def test_what_is_refused(said, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        TrainConfig(**said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("said", ["{", "{]", "{" * 9999])
def test_what_is_no_json_of_a_device_is_refused_wherever_it_is_read(said):
    for read in (find, lambda text: TrainConfig(device_model=text)):
        with pytest.raises(InputError, match=r"must be a device's settings as JSON, got '\{"):
            read(said)


def test_weights_of_any_sign_are_held_by_no_device(samples, images):
    for asked, data in (
        (TrainConfig(unbounded=True, device_model="ecram"), samples),
        (TrainConfig(unbounded=True, recurrent=True, device_model="ecram"), samples),
        (TrainConfig(model="mlp2", circuit="bn", device_model="ecram"), images),
    ):
        with pytest.raises(InputError, match="may have any sign, got 'ecram'"):
            train(asked, data=data)


def test_a_bound_is_in_units_of_the_scale_that_was_found_for_each_group(samples):
    """Groups that start at rates of their own have bounds of their own."""
    said = {"device_model": "ecram", "device_bound": 7, "initial_rate": "E: 5 Hz, I: 20 Hz"}
    network = train(config("shallow", epochs=0, **said), data=samples).network
    assert network.w1_stds["I"] > 1.2 * network.w1_stds["E"]
    for kind, std in network.w1_stds.items():
        scale = network.devices[0].scale[:, network.hidden[kind]]
        torch.testing.assert_close(scale, torch.full_like(scale, 7 * std / find("ecram").b_max))


def test_devices_hold_mixed_inputs(samples):
    network = train(TrainConfig(input_ei="80:20", hidden=20, epochs=1, device_model="ecram"),
                    data=samples).network  # fmt: skip
    dale.check(network)
    held = synapses(network)[0]
    assert torch.equal(held.signs[:, 0], network.inputs.signs())
    assert torch.equal(held.scales[4] / held.scales[3], torch.full((20,), 4.0))
    assert (held.weight[4::5] < 0).any()
    assert not (held.weight[4::5] > 0).any()
