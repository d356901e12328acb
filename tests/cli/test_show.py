"""`eccles show` as a user calls it."""

import json
from pathlib import Path

import numpy as np
import pytest

from eccles import Network, TrainConfig, data, train
from eccles.cli import main
from eccles.cli.show import _SIZES
from eccles.network import circuit, kilgore2025, layered


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def told(capsys, *words):
    assert main(["show", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_with_nothing_said_it_is_kilgores(capsys):
    assert main(["show"]) == 0
    shown = capsys.readouterr().out
    assert kilgore2025().identity() in shown
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "hidden E 80 excitatory lif 10 ms 5 ms 1" in lines
    assert "input -> E 784 x 80 excitatory 1 one step auto 62,720" in lines
    assert "I -> output 20 x 10 inhibitory 1 one step auto 200" in lines
    assert not list(Path().iterdir())


def test_a_file_and_its_picture(capsys):
    Path("mine.yaml").write_text("data: spoken-digits\n" + "network:\n" + "".join(
        f"  {line}\n" for line in circuit().to_yaml().splitlines()
    ))  # fmt: skip
    assert main(["show", "mine.yaml", "--out", "pictures/circuit.svg"]) == 0
    shown = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "E -> SST 80 x 8 excitatory 1 3 ms auto 640" in lines
    assert "E -> E 80 x 80 excitatory 0.1 one step auto 640" in lines
    assert "cortex PV 12 inhibitory lif 10 ms 10 ms E, 20 ms I 1" in lines
    assert "pictures/circuit.svg, pictures/circuit.csv, pictures/circuit-groups.csv" in shown
    picture = Path("pictures/circuit.svg").read_text()
    for word in ("cortex", "PV", "SST", "700", "20", "3 ms", "10 %", "inhibits"):
        assert f">{word}</text>" in picture
    Path("alone.yaml").write_text(circuit().to_yaml())
    whole = told(capsys, "alone.yaml")
    assert whole["identity"] == circuit().identity()
    assert Network.model_validate(whole["network"]) == circuit()
    synapses = {row["projection"]: row["synapses"] for row in whole["projections"]}
    assert synapses["input -> E"] is None
    assert synapses["PV -> E"] == 960


def test_a_run_and_its_settings(capsys):
    Path("run").mkdir()
    config = TrainConfig(ei="75:25", hidden=40, tau_mem="20 ms", unbounded=True, w2_std=0.5)
    settings = {"identity": config.identity(), **config.model_dump(mode="json")}
    Path("run/config.json").write_text(json.dumps(settings))
    shown = told(capsys, "run")
    wanted = kilgore2025("75:25", 40, tau_mem=0.02, dale=False, w2_std=0.5)
    assert shown["identity"] == wanted.identity()
    assert shown["projections"][0]["n_pre"] == 784
    Path("small.yaml").write_text("ei: 80:20\nhidden: 10\n")
    assert told(capsys, "small.yaml")["identity"] == kilgore2025(hidden=10).identity()


@pytest.mark.parametrize(
    ("words", "network"),
    [
        (["--hidden", "20,10", "--recurrent"], layered((20, 10), recurrent=True)),
        (["--recurrent", "0.1", "--hidden", "20"], layered((20,), recurrent=0.1)),
        (["--recurrent", "--ei", "50:50"], layered(ei="50:50", recurrent=True)),
        (["--groups", "E:8,PV:2", "--neuron", "adaptive", "--threshold", "0.5"],
         layered(groups="E:8,PV:2", neuron="adaptive", threshold=0.5)),
        (["--tau-syn-inhibitory", "20 ms", "--hidden", "5,5", "--delay", "2 ms"],
         layered((5, 5), tau_syn_inhibitory=0.02, delay=0.002)),
    ],
)  # fmt: skip
def test_flags_say_what_the_network_is(capsys, words, network):
    assert told(capsys, *words)["identity"] == network.identity()
    assert told(capsys, *words, "--data", "shd")["projections"][0]["n_pre"] == 700


@pytest.mark.parametrize("delay", ["0.5 ms", "3 s", "2 ms"])
@pytest.mark.parametrize("data", ["fashion-mnist-sample", "spoken-digits-sample"])
def test_it_refuses_the_delays_that_training_refuses(capsys, delay, data):
    def answer(*words):
        return main([*words]), capsys.readouterr().err

    flags = ["--recurrent", "--delay", delay, "--data", data]
    Path("run.yaml").write_text(f"{{recurrent: 1, delay: {delay}, data: {data}}}")
    Path("mine.yaml").write_text(layered(recurrent=True, delay=delay).to_yaml())
    shown = answer("show", *flags)
    assert shown == answer("show", "run.yaml") == answer("show", "mine.yaml", "--data", data)
    assert shown == ((0, "") if delay == "2 ms" else answer("train", *flags))
    assert main(["show", "mine.yaml"]) == 0  # It is for data that it doesn't name.


def test_delays_are_held_to_the_steps_that_settings_make(capsys):
    said = "{data: spoken-digits-sample, recurrent: 1, delay: 3 s, dt: 1 s, max_time: 9 s}"
    Path("run.yaml").write_text(said)
    assert told(capsys, "run.yaml")["projections"][2]["delay"] == 3


def test_it_says_what_stays_silent(capsys):
    Path("mine.yaml").write_text(
        "populations: {a: {groups: {E: 2, I: 2}}}\nprojections: {input -> E: , E -> output: }\n"
    )
    assert main(["show", "mine.yaml"]) == 0
    assert "nothing reaches I, which therefore can't fire" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["fashion-mnist-sample", "spoken-digits-sample"])
def test_sizes_are_those_of_the_data(name):
    samples = data.load(name).train
    assert (samples.events.n_units, samples.n_classes) == _SIZES[name]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["absent.yaml"], "config: absent.yaml must be a readable file"),
        (["."], "show: RUN must be the folder of a run, got '. without a config.json'"),
        (["deep.yaml"], "show: the network must be one of spiking neurons in time, got 'vgg8'"),
        (["bad.yaml"], "network: projections must be from the input"),
        (["deep.yaml", "--ei", "80:20"], "show: FILE must be left out with flags"),
        (["--out", "x.bmp"], "show: --out must be a file named .svg, .png or .pdf, got 'x.bmp'"),
        (["--hidden", "10;5"], "network: hidden must be neurons of each layer, from 1 to 65536"),
        (["--recurrent", "2"], "network: recurrent must be a probability between 0 and 1, or true"),
        (["--recurrent", "1.2.3"], "network: recurrent must be a probability between 0 and 1"),
        (["--groups", "E:80,I:20", "--hidden", "90"], "network: groups must sum to hidden, 90"),
        (["--data", "mnist"], "show: --data must be one of fashion-mnist,"),
        (["--neuron", "liff"], "show: --neuron must be one of adaptive, conductance, izhikevich"),
        (["--delay", "2 ms"], "network: delay must be left out, got '2 ms'"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(capsys, words, sentence):
    Path("deep.yaml").write_text("model: vgg8\n")
    Path("bad.yaml").write_text("network: {populations: {a: {groups: {E: 1}}}, projections: {}}\n")
    before = sorted(Path().iterdir())
    assert main(["show", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"eccles: {sentence}")
    assert said.count("\n") == 1
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize("settings", [{}, {"hidden": "6,4", "initial_rate": None}])
def test_a_run_on_data_of_ones_own_has_its_sizes_without_the_data(settings, capsys):
    images = np.arange(8 * 9, dtype=np.uint8).reshape(8, 3, 3) * 3
    np.savez("mine.npz", images=images, labels=["a", "b"] * 4)
    config = TrainConfig(data="mine.npz", epochs=0, **({"hidden": 5, "ei": 1} | settings))
    train(config, out="run")
    Path("settled.yaml").write_text("data: mine.npz\nhidden: 5\nei: 1\n")
    for gone in (False, True):
        ends = [(row["n_pre"], row["n_post"]) for row in told(capsys, "run")["projections"]]
        assert (ends[0][0], ends[-1][-1]) == (9, 2)
        assert all(None not in each for each in ends)
        rows = told(capsys, "settled.yaml")["projections"]
        assert rows[0]["n_pre"] == (None if gone else 9)
        if not gone:
            assert told(capsys, "--data", "mine.npz")["projections"][0]["n_pre"] == 9
            Path("mine.npz").unlink()
    assert main(["show", "--data", "mine.npz"]) == 2
    assert "mine.npz must be a file or folder, got nothing" in capsys.readouterr().err
