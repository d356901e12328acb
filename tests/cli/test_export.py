"""`eccles export` and `eccles inspect --cost` as a user calls them, on runs that were made here."""

import json
import sys

import pytest

from eccles.cli import main

nir = pytest.importorskip("nir", reason="nir isn't installed")
pytestmark = pytest.mark.slow

TRAIN = ["train", "--hidden", "20", "--epochs", "1"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    for name, words in {
        "usual": ["--w1-std", "0.003"],
        "norse": ["--convention", "norse", "--epochs", "0"],
        "adaptive": ["--neuron", "adaptive", "--epochs", "0"],
        "devices": ["--device-model", "ecram"],
    }.items():
        assert main([*TRAIN, *words, "--out", str(folder / name)]) == 0
    return folder


@pytest.fixture
def here(runs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return runs


def test_a_graph_and_what_was_measured(here, tmp_path, capsys):
    words = ["export", str(here / "usual"), "--for", "norse", "--out", "net.nir", "--samples", "40"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "for norse, steps of 1 ms: input Input, input_to_hidden Linear, hidden CubaLIF" in shown
    assert "the readouts are left out, for norse has no node for them" in shown
    assert "measured on 40 test samples (real), with spikes of the graph 2 steps later" in shown
    assert "on the whole test set, as the run has it" in shown
    graph = nir.read(str(tmp_path / "net.nir"))
    kept = graph.metadata["eccles"]["fidelity"]
    assert kept["samples"] == 40
    assert 0 < kept["share_equal"] < 1
    assert kept["first_equal"] == 1


def test_neurons_of_norse_export_exactly(here, capsys):
    assert main(["export", str(here / "norse"), "--samples", "40", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == str(here / "norse" / "network.nir")
    assert told["notes"] == []
    assert told["fidelity"]["share_equal"] == told["fidelity"]["class_equal"] == 1
    # The run is found complete as if nobody had exported it.
    assert (
        main([*TRAIN, "--convention", "norse", "--epochs", "0", "--out", str(here / "norse")]) == 0
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "RUN must be the folder of a run, got none; eccles train makes them"),
        (["nowhere"], "RUN must be the folder of a run, got nowhere without a config.json"),
        (["usual", "--to", "onnx"], "--to must be one of nir, got 'onnx'"),
        (
            ["usual", "--for", "nors"],
            "--for must be one of exact, norse, snntorch, got 'nors'",
        ),
        (["usual", "--samples", "0"], "--samples must be 1 or more, got 0"),
        (["usual", "--out", "."], "--out must be a file whose name ends in .nir, got '.'"),
        (["usual", "--out", "usual/config.json"], "--out must be a file whose name ends in .nir"),
        (["adaptive"], "NIR can say: there is no node for adaptive neurons, which hidden has"),
    ],
)
def test_bad_exports_are_one_sentence(here, words, sentence, capsys):
    if words and (here / words[0]).exists():
        words = [str(here / words[0]), *words[1:]]
    assert main(["export", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("eccles: export: ")
    assert said.count("\n") == 1
    assert sentence in said


def test_a_missing_package_is_named(here, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nir", None)
    assert main(["export", str(here / "usual")]) == 2
    assert "need the package nir; pip install 'eccles[interop]'" in capsys.readouterr().err


def test_deep_networks_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["train", "--model", "mlp2", "--width", "0.1", "--epochs", "0", "--out", "deep"]
    assert main(words) == 0
    for verb in (["export", "deep"], ["inspect", "deep", "--cost"]):
        capsys.readouterr()
        assert main(verb) == 2
        said = capsys.readouterr().err
        assert "must be of populations of spiking neurons, got the deep network mlp2" in said
        assert said.count("\n") == 1


def test_weights_of_devices_are_those_that_were_read(here, capsys):
    words = ["export", str(here / "devices"), "--samples", "100000", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)["fidelity"]
    run = json.loads((here / "devices" / "result.json").read_text())
    assert told["accuracy_here"] == pytest.approx(run["final_accuracy"], abs=0.005)
    assert main(["inspect", str(here / "devices"), "--cost"]) == 0


def test_costs_beside_accuracy(here, capsys):
    words = ["inspect", str(here / "usual"), "--cost", "--samples", "50"]
    assert main([*words, "--energy", "45nm-fp32"]) == 0
    shown = capsys.readouterr().out
    for each in ("in the mean of 50 test samples (real); accuracy on them", "I -> output",
                 "connection sparsity", "nJ a sample by 45nm-fp32 (Horowitz"):  # fmt: skip
        assert each in shown
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dense"] == (784 * 20 + 20 * 10) * 100
    assert told["dense"] == sum(own["dense"] for own in told["by_sign"].values())
    assert told["by_sign"].keys() == {"input", "excitatory", "inhibitory"}
    assert 0 < told["acs"] < told["dense"] / 50
    assert told["macs"] == 0
    assert "joules" not in told
    assert [row["group"] for row in told["groups"]] == ["E", "I"]
    assert told["footprint"] == 4 * told["parameters"]


def _lines(path):
    return path.read_text().splitlines()


def test_costs_agree_with_the_measure_of_a_run(here, tmp_path, capsys):
    """`--measure operations` counts the same over all test samples, by matrix."""
    assert main([*TRAIN, "--w1-std", "0.003", "--measure", "operations", "--out", "measured"]) == 0
    capsys.readouterr()
    assert main(["inspect", "measured", "--cost", "--samples", "100000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rows = [json.loads(line) for line in _lines(tmp_path / "measured/operations.jsonl")]
    last = {row["projection"]: row["operations"] for row in rows if row["epoch"] == 0}
    ours = {row["projection"]: row["acs"] for row in told["projections"]}
    both = ours["input -> E"] + ours["input -> I"]
    assert both == pytest.approx(last["input->hidden"])
    # Two engines may differ in a spike of a membrane that is at the threshold but for rounding.
    assert ours["E -> output"] == pytest.approx(last["hidden E->output"], rel=1e-3)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--energy", "45nm-fp32"], "--energy must be left out without --cost, got '45nm-fp32'"),
        (["--samples", "5"], "--samples must be left out without --cost, got 5"),
        (["--cost", "--out", "x"], "--out must be left out with --cost, got 'x'"),
        (["--cost", "--energy", "65nm"], "--energy must be one of 45nm-fp32, 45nm-fp16, 45nm-int8"),
        (["--cost", "--samples", "0"], "--samples must be 1 or more, got 0"),
    ],
)
def test_bad_costs_are_one_sentence(here, words, sentence, capsys):
    assert main(["inspect", str(here / "usual"), *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("eccles: inspect: ")
    assert sentence in said


def test_altered_weights_are_refused(here, tmp_path, capsys):
    import shutil

    shutil.copytree(here / "usual", "mine")
    path = tmp_path / "mine" / "checkpoint.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert main(["export", "mine"]) == 1
    assert "must be as it was written" in capsys.readouterr().err
    shutil.copyfile(here / "norse" / "checkpoint.safetensors", path)
    assert main(["inspect", "mine", "--cost"]) == 1
    assert "must hold one run, got a checkpoint of another" in capsys.readouterr().err
