"""`eccles train` and `eccles show` of networks that flags say."""

import json
from pathlib import Path

import pytest

from eccles import TrainConfig
from eccles.cli import main
from eccles.errors import InputError
from eccles.network import layered
from eccles.training.config.network import NetworkSettings

FLAGS = [
    ["--hidden", "20,10", "--recurrent"],
    ["--recurrent", "0.5", "--hidden", "20", "--neuron", "conductance", "--e-inhibitory", "0"],
    ["--groups", "E:16,PV:3,SST:2", "--recurrent", "--neuron", "adaptive", "--tau-adapt", "50 ms"],
    ["--hidden", "20", "--recurrent", "--delay", "2 ms", "--tau-syn-inhibitory", "20 ms"],
    ["--groups", "IT:8,PV:2", "--signs", "IT:excitatory", "--threshold", "0.5"],
]
RUN = ["--epochs", "1", "--batch-size", "500", "--json"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def told(capsys, *words):
    assert main([*words]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("flags", FLAGS)
def test_what_is_shown_is_trained(capsys, flags):
    shown = told(capsys, "show", *flags, "--json")
    summary = told(capsys, "train", *flags, *RUN)
    assert "-network-" in summary["out"]
    again = told(capsys, "show", summary["out"], "--json")
    assert again["network"] == shown["network"]
    assert shown["projections"][0]["n_pre"] == 784
    settings = json.loads(Path(summary["out"], "config.json").read_text())
    assert settings.pop("identity") == TrainConfig(**settings).identity() == summary["identity"]
    # The same run from its own settings, and from a YAML file with the flags' names.
    config = f"{summary['out']}/config.json"
    assert told(capsys, "train", "--config", config, "--json")["identity"] == summary["identity"]


@pytest.mark.parametrize("name", [n for n in NetworkSettings.model_fields if n != "network"])
def test_what_a_network_says_is_said_once_be_it_the_default(name, capsys):
    """In a file or as a flag; a run's own record says all settings, and means the network."""
    value = TrainConfig().model_dump()[name]
    value = "80:20" if value is None else value
    network = {"network": layered((9,), ei="1:2").model_dump(mode="json")}
    Path("mine.yaml").write_text(json.dumps({**network, name: value}))
    for verb in (["train", "--config"], ["show"]):
        assert main([*verb, "mine.yaml"]) == 2
        said = capsys.readouterr().err
        assert f"{verb[0]}: {name} must be left out with network, which says it, got " in said
    with pytest.raises(InputError, match=f"{name} must be left out with network"):
        TrainConfig.from_yaml("mine.yaml")
    Path("alone.yaml").write_text(json.dumps(network))
    option = f"--{name}".replace("_", "-")
    assert main(["train", "--config", "alone.yaml", f"{option}={value}"]) == 2
    assert f"train: {option} must be left out with network" in capsys.readouterr().err
    if value == TrainConfig().model_dump()[name]:
        words = [] if isinstance(value, bool) else [str(value)]
        assert main(["show", "alone.yaml", option, *words]) == 2
        assert f"so drop {option}" in capsys.readouterr().err
    record = TrainConfig.from_yaml("alone.yaml").model_dump(mode="json")
    Path("record.yaml").write_text(json.dumps(record))
    assert TrainConfig.from_yaml("record.yaml") == TrainConfig.from_yaml("alone.yaml")
    assert main(["show", "record.yaml"]) == 0


def test_a_file_and_flags_say_the_same(capsys):
    Path("mine.yaml").write_text(
        "hidden: 20\nrecurrent: 0.5\nneuron: adaptive\nepochs: 1\nbatch_size: 500\n"
        "schedule: cosine\nwarmup: 0.5\nweight_decay: 1e-4\nrate_penalty: 0.1\nrate_target: 5 Hz\n"
    )
    summary = told(capsys, "train", "--config", "mine.yaml", "--json")
    flags = ["--hidden", "20", "--recurrent", "0.5", "--neuron", "adaptive", "--schedule", "cosine",
             "--warmup", "0.5", "--weight-decay", "1e-4", "--rate-penalty", "0.1",
             "--rate-target", "5 Hz"]  # fmt: skip
    assert told(capsys, "train", *flags, *RUN) == summary


def test_help_names_them(capsys):
    assert main(["train", "--help"]) == 0
    said = capsys.readouterr().out
    assert "--recurrent [P]" in " ".join(said.replace("│", " ").split())
    assert "default: None" not in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--groups", "E:80,PV:12", "--hidden", "100"], "network: groups must sum to hidden, 100"),
        (["--groups", "E:80,PV:0"], "network: in population hidden, the size of group PV"),
        (["--groups", "E:80,IT:4"], "network: the sign of IT must be said"),
        (["--groups", "E:80,I:4", "--signs", "I:free,I:free"], "network: the sign of I must be"),
        (["--groups", "E:80", "--signs", "F:free"], "network: signs must be of groups, got one of"),
        (["--recurrent", "2"], "train: recurrent must be a probability between 0 and 1, or true"),
        (["--recurrent", "0.1", "0.2"], "train: recurrent must be a probability between 0 and 1"),
        (["--hidden", "10;5"], "train: hidden must be neurons of each layer, from 1 to 65536"),
        (["--recurrent", "--delay", "0.5 ms"], "network: delay of \"E -> E\" must be a whole"),
        (["--recurrent", "--delay", "101 ms"], "network: delay of \"E -> E\" must be at most"),
        (["--delay", "2 ms"], "network: delay must be left out, got '2 ms'; it is of projections"),
        (["--neuron", "liff"], "train: --neuron must be one of adaptive, conductance, izhikevich"),
        (["--neuron", "conductance", "--unbounded"], "network: projection \"input -> "),
        (["--tau-adapt", "50 ms"], "train: tau_adapt must be left out with lif neurons"),
        (["--dt", "2 ms"], "data: fashion-mnist-sample: dt 2 ms must be left out with images"),
        (["--dt", "soon"], "units: dt must be a time above 0 such as"),
        (["--rate-target", "5 Hz"], "train: rate_target must be left out without rate_penalty"),
        (["--schedule", "linear"], "train: --schedule must be one of cosine, none, got 'linear'"),
        (["--model", "mlp8", "--recurrent"], "train: --recurrent is an option of a network of"),
        (["--config", "mine.yaml", "--recurrent"], "train: --recurrent must be left out with"),
        (["--config", "twice.yaml"], "config: twice.yaml must be YAML, got"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence_and_nothing_is_written(capsys, words, sentence):
    Path("mine.yaml").write_text(
        "network: {populations: {a: {groups: {E: 2}}}, "
        'projections: {"input -> E": {}, "E -> output": {}}}\n'
    )
    Path("twice.yaml").write_text("hidden: 10\nhidden: 20\n")
    before = sorted(Path().iterdir())
    assert main(["train", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"eccles: {sentence}"), said
    assert said.count("\n") == 1
    assert len(said) < 510
    assert sorted(Path().iterdir()) == before


def test_a_run_where_a_study_is_wanted(capsys):
    summary = told(capsys, "train", "--hidden", "5", "--recurrent", *RUN)
    assert main(["results", summary["out"]]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"the folder of one run, which eccles figures {summary['out']} draws" in said
