"""Modules of one's own are trained as any network is."""

import json

import pytest
import torch
from torch import nn

import eccles
from eccles import InputError, Populations, TrainConfig
from eccles.cli import main
from eccles.network import kilgore2025
from eccles.training.watch import Unwatched


class Mine(nn.Module):
    """A network of Eccles that computes by the plain equations, behind the four methods."""

    def __init__(self, seed=0, said=""):
        super().__init__()
        self.inner = eccles.SpikingNetwork(kilgore2025("80:20", 10, w1_std=0.01), 784, 10,
                                           seed=seed, engine="dense")  # fmt: skip
        self.said = said

    def extra_repr(self):
        return self.said

    def scores(self, events):
        return self.inner(events.to_dense()).max(dim=0).values

    def spikes(self, events):
        return self.inner.spikes(events)

    def projections(self):
        return {"input -> hidden": (self.inner.input_to_hidden, Populations(784, 0)),
                "hidden -> output": (self.inner.hidden_to_output, Populations(8, 2))}  # fmt: skip

    def groups(self):
        return {"E": 8, "I": 2}


@pytest.fixture(scope="module")
def few():
    train, test = eccles.data.load("fashion-mnist-sample")
    return eccles.data.Splits(train.take(slice(0, 60)), test.take(slice(0, 40)))


CONFIG = TrainConfig(epochs=3, batch_size=20, lr=0.01, optimizer="sgd", schedule="cosine")


def test_it_is_trained_as_the_same_network_by_settings(few):
    said = {"hidden": 10, "w1_std": 0.01, "surrogate_scale": 100, "engine": "dense"}
    network = eccles.train(CONFIG.model_copy(update=said), data=few)
    mine = eccles.train(CONFIG, network=Mine(), data=few, measure={"rates": 1, "weights": 3})
    assert mine.accuracy == network.accuracy
    losses = [[row["loss"] for row in each.history[1:]] for each in (mine, network)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert mine.history[-1]["rate_hz"] == pytest.approx(network.history[-1]["rate_hz"], rel=0.02)
    assert [row["group"] for row in mine.measures["rates"][:2]] == ["E", "I"]
    eccles.dale.check(mine.network)
    assert eccles.evaluate(mine.network, few.test).accuracy == mine.accuracy[-1]


def test_a_run_goes_on_with_a_module_made_in_the_same_way(few, tmp_path):
    class StoppedError(Exception):
        pass

    class Stops(Unwatched):
        def measured(self, row):
            if row["epoch"] == 0:
                raise StoppedError

    whole = eccles.train(CONFIG, network=Mine(), data=few)
    with pytest.raises(StoppedError):
        eccles.train(CONFIG, network=Mine(), data=few, out=tmp_path / "run", watch=Stops())
    gone_on = eccles.train(CONFIG, network=Mine(), data=few, out=tmp_path / "run")
    assert gone_on.accuracy == whole.accuracy
    for name, weight in whole.network.state_dict().items():
        assert torch.equal(weight, gone_on.network.state_dict()[name])
    for other in (Mine(seed=1), Mine(said="tau=3"), gone_on.network):
        with pytest.raises(InputError, match="must be empty or hold this run"):
            eccles.train(CONFIG, network=other, data=few, out=tmp_path / "run")


def test_no_file_holds_one(few, tmp_path, capsys):
    eccles.train(CONFIG, network=Mine(), data=few, out=tmp_path / "run")
    config = tmp_path / "run/config.json"
    assert main(["train", "--config", str(config)]) == 2
    assert "stands for a network that was passed from Python" in capsys.readouterr().err
    assert main(["show", str(tmp_path / "run")]) == 0  # What its record has.
    assert "hidden -> output" in capsys.readouterr().out
    assert main(["show", str(config)]) == 2
    assert "got 'the module Mine-" in capsys.readouterr().err
    settings = json.loads(config.read_text())
    del settings["identity"]
    own = TrainConfig(**settings)
    assert eccles.train(own, network=Mine(), data=few).config.module == own.module
    with pytest.raises(InputError, match="network must be that of these settings, Mine-"):
        eccles.train(own, network=Mine(seed=3), data=few)
    with pytest.raises(InputError, match="stands for a network that was passed"):
        eccles.train(own, data=few)


class Broken(Mine):
    """Mine, with some of its methods replaced."""

    def __init__(self, **replaced):
        super().__init__()
        for name, value in replaced.items():
            self.__dict__[name] = value


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (nn.Linear(784, 10), "got 'Linear, one without scores, spikes, projections, groups'"),
        (Broken(groups=None), "got 'Broken, one without groups'"),
        (Broken(scores=lambda _: torch.zeros(2, 3)), r"must be a tensor \[2, 10\], got \(2, 3\)"),
        (Broken(scores=lambda _: None), r"must be a tensor \[2, 10\], got None"),
        (Broken(scores=lambda _: torch.zeros(2, 10)), "must be one with a gradient"),
        (Broken(groups=lambda: {"E": 8, "I": 3}), "SpikeEvents of 2 samples and 11 units"),
        (Broken(groups=lambda: [8, 2]), "a number of neurons by name"),
        (Broken(groups=lambda: {"E": 0}), "a number of neurons by name"),
        (Broken(projections=lambda: {"x": torch.zeros(2, 2)}), "x'. of the network"),
        (
            Broken(projections=lambda: {"x": (torch.zeros(2, 2), Populations(3, 0))}),
            "n_pre, n_post",
        ),
    ],
)
def test_a_module_that_lacks_something_is_told(few, tmp_path, network, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        eccles.train(CONFIG, network=network, data=few, out=tmp_path / "run")
    assert len(str(caught.value)) < 500
    assert not (tmp_path / "run/config.json").exists()


@pytest.mark.parametrize(
    "said", [{"hidden": 20}, {"tau_mem": 0.02}, {"recurrent": True}, {"engine": "event"},
             {"rate_penalty": 1}, {"surrogate": "arctan"}, {"initial_rate": "5 Hz"},
             {"network": kilgore2025()}, {"device_model": "ecram"}],
)  # fmt: skip
def test_what_the_module_does_itself_is_refused(few, said):
    with pytest.raises(InputError, match=f"{next(iter(said))} must be left out with a module"):
        eccles.train(CONFIG.model_copy(update=said), network=Mine(), data=few)


def test_a_deep_configuration_is_refused(few):
    with pytest.raises(InputError, match="model must be left alone with a network"):
        eccles.train(eccles.TrainConfig(model="vgg8"), network=Mine(), data=few)


@pytest.mark.parametrize("method", ["scores", "spikes"])
def test_what_a_method_raises_is_its_own_fault(method, monkeypatch):
    def broken(self, events):
        raise ValueError("no such thing")

    monkeypatch.setattr(Mine, method, broken)
    with pytest.raises(eccles.errors.RunError, match="of Mine must answer, got ValueError") as told:
        eccles.train(TrainConfig(epochs=1, module=None), network=Mine())
    assert f"{method}(events)" in str(told.value)
