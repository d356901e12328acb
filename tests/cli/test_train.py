import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eccles import InputError, TrainConfig
from eccles.cli import main
from eccles.data import Recordings
from eccles.data.spikes import hdf5 as spike_hdf5

FLAGS = [
    "--recipe",
    "--data",
    "--data-dir",
    "--steps",
    "--max-time",
    "--clip",
    "--ei",
    "--hidden",
    "--tau-mem",
    "--tau-syn",
    "--w1-std",
    "--w2-std",
    "--epochs",
    "--batch-size",
    "--lr",
    "--optimizer",
    "--update-noise",
    "--unbounded",
    "--projection",
    "--seed",
    "--threads",
    "--engine",
    "--device",
    "--measure",
    "--out",
    "--resume",
    "--network",
    "--config",
    "--json",
    "--debug",
]

KEYS = {
    "accuracy", "peak_accuracy", "final_accuracy", "loss", "initial_rate_hz", "final_rate_hz",
    "seconds_per_epoch", "compile_seconds", "engine", "parameters", "out",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_help_names_every_stable_flag(capsys):
    assert main(["train", "--help"]) == 0
    text = capsys.readouterr().out
    assert [flag for flag in FLAGS if not re.search(rf"{flag}[ ,]", text)] == []


def test_nothing_said_but_epochs_leaves_a_run_folder(capsys):
    assert main(["train", "--epochs", "2"]) == 0
    text = capsys.readouterr().out
    (folder,) = Path("runs").iterdir()
    assert str(folder) in text
    assert "80 excitatory, 20 inhibitory" in text
    assert sorted(path.name for path in folder.iterdir()) == [
        ".lock",
        "SHA256SUMS",
        "checkpoint.safetensors",
        "classes.jsonl",
        "config.json",
        "history.jsonl",
        "provenance.json",
        "result.json",
    ]


def test_json_prints_one_object_and_progress_elsewhere(capsys):
    assert main(["train", "--epochs", "2", "--json", "--out", "here"]) == 0
    out, err = capsys.readouterr()
    summary = json.loads(out)
    assert set(summary) >= KEYS
    assert len(summary["accuracy"]) == 3
    assert len(summary["loss"]) == 2
    assert summary["peak_accuracy"] == max(summary["accuracy"])
    assert summary["final_accuracy"] == summary["accuracy"][-1]
    assert summary["parameters"] == 784 * 100 + 100 * 10
    assert summary["engine"] == "event"
    assert summary["out"] == "here"
    assert summary == json.loads(Path("here/result.json").read_text())
    assert "epoch   2" in err


def test_a_training_that_went_wrong_says_so(capsys):
    words = ["train", "--epochs", "1", "--w1-std", "0", "--out", "here"]
    assert main(words) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("near chance: ")
    assert said.endswith('at 0 Hz before training, under 0.01 Hz: try --initial-rate "5 Hz"')
    assert main([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines()[-1] == said
    more = {"n_excitatory", "n_inhibitory", "parameters", "identity", "warnings"}
    assert set(json.loads(out)) == KEYS | more


def test_the_same_command_again_gives_the_same_result(capsys):
    words = ["train", "--epochs", "2", "--json"]
    assert main(words) == 0
    first = capsys.readouterr().out
    assert main(words) == 0
    again, err = capsys.readouterr()
    assert again == first
    assert "finished before" in err


def test_file_settings_are_defaults_and_flags_win(capsys):
    Path("run.yaml").write_text("ei: 50:50\nepochs: 1\ntau_mem: 5 ms\nlr: 1e-2\nhidden: 40\n")
    assert main(["train", "--config", "run.yaml", "--hidden", "20", "--json", "--out", "r"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["n_excitatory"], summary["n_inhibitory"]) == (10, 10)
    settings = json.loads(Path("r/config.json").read_text())
    assert (settings["tau_mem"], settings["ei"], settings["lr"]) == (0.005, "50:50", 0.01)


def test_a_runs_own_settings_are_a_file_too(capsys):
    assert main(["train", "--epochs", "1", "--ei", "50:50", "--json", "--out", "first"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["train", "--config", "first/config.json", "--json", "--out", "second"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert (second["identity"], second["accuracy"]) == (first["identity"], first["accuracy"])


def test_what_a_rule_set_is_left_to_the_rule_by_other_flags(capsys):
    assert main(["train", "--epochs", "1", "--out", "first"]) == 0
    capsys.readouterr()
    words = ["--config", "first/config.json", "--unbounded", "--json"]
    assert main(["train", *words]) == 0
    found = json.loads(capsys.readouterr().out)["identity"]
    assert found == TrainConfig(epochs=1, unbounded=True).identity()


def test_a_shortened_history_is_noticed(capsys):
    words = ["train", "--epochs", "3", "--out", "here"]
    assert main(words) == 0
    history = Path("here/history.jsonl")
    history.write_text("".join(history.read_text().splitlines(keepends=True)[:2]))
    assert main(words) == 1
    assert "--no-resume" in capsys.readouterr().err


def test_a_flipped_bit_in_a_checkpoint_is_noticed(capsys):
    words = ["train", "--epochs", "1", "--out", "here"]
    assert main(words) == 0
    checkpoint = Path("here/checkpoint.safetensors")
    content = bytearray(checkpoint.read_bytes())
    content[200_000] ^= 0x40
    checkpoint.write_bytes(content)
    assert main(words) == 1
    assert "must be as it was written" in capsys.readouterr().err


def test_ratio_and_fraction_are_one_run(capsys):
    identities = []
    for ei in ("80:20", "0.8", "4:1"):
        assert main(["train", "--ei", ei, "--epochs", "1", "--json"]) == 0
        identities.append(json.loads(capsys.readouterr().out)["identity"])
    assert len(set(identities)) == 1


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ("--ei 120:-20", 2, "ei must be a ratio such as 80:20"),
        ("--ei 0.333", 2, "33.3 of 100 neurons excitatory; choose another ratio"),
        ("--ei 1.5", 2, "ei must be a ratio"),
        ("--epochs -3", 2, "epochs must be 0 or more, got -3"),
        ("--batch-size 0", 2, "batch_size must be 1 or more, got 0"),
        ("--tau-mem 10", 2, "tau_mem must be a time with its unit from 10 s on, got '10'"),
        ("--lr 0", 2, "lr must be above 0, got 0"),
        ("--lr -0.1", 2, "lr must be above 0, got -0.1"),
        ("--lr nan", 2, "lr must be a finite number"),
        ("--hidden 0", 2, "hidden must be neurons of each layer"),
        ("--update-noise -1", 2, "update_noise must be 0 or more"),
        ("--threads 1025", 2, "threads must be at most 1,024, got 1025"),
        ("--threads 0", 2, "threads must be 1 or more, got 0"),
        ("--seed -1", 2, "seed must be 0 or more"),
        ("--data fasion-mnist", 2, "did you mean 'fashion-mnist'?"),
        ("--data ../x", 2, "data"),
        ("--optimizer sdg", 2, "did you mean 'sgd'?"),
        ("--unbounded --projection True", 2, "projection must be off when unbounded"),
        ("--engine event --surrogate sigmoid", 2, "use --engine dense or auto"),
        ("--config nowhere.yaml", 2, "nowhere.yaml must be a readable file"),
        ("--network nowhere.yaml", 2, "nowhere.yaml must be a readable file"),
        (f"--network {__file__}", 2, "test_train.py must be YAML"),
        (f"--config {'n' * 300}", 2, "train: --config must be a path with names of at most 255"),
        (f"--out {'n' * 300}", 2, "train: --out must be a path with names of at most 255 bytes"),
        ("--epochs " + "9" * 5000, 2, "train: --epochs must be a whole number of fewer digits, g"),
        ("--data-dir nowhere --data fashion-mnist", 2, "data_dir must be a folder that exists"),
        ("--out /dev/null", 2, "--out must be a folder"),
        ("--out /proc/nowhere/here", 1, "must be writable"),
        ("--update-noise 1e38 --unbounded --epochs 3", 1, "the loss must stay finite"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(words, status, sentence, capsys, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    assert main(["train", *words.split()]) == status
    err = capsys.readouterr().err
    assert err.startswith("eccles: ")
    assert err.count("\n") == 1
    assert sentence in err
    if "finite number" not in sentence and "stay finite" not in sentence:
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("--tau-mem=0ms", "tau_mem must be a time above 0"),
        ("--tau-mem=-5", "tau_mem must be a time above 0"),
        ("--tau-syn=fast", "tau_syn must be a time above 0"),
        ("--epochs many", "--epochs must be a whole number, got 'many'"),
        ("--epoch 3", "did you mean --epochs?"),
        ("--engine evnt", "--engine"),
    ],
)
def test_a_flag_that_cannot_be_read_is_named(words, hint, capsys):
    assert main(["train", *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("eccles: ")
    assert err.count("\n") == 1
    assert hint in err


def test_unknown_key_in_a_file(capsys):
    Path("run.yaml").write_text("epoch: 3\n")
    assert main(["train", "--config", "run.yaml"]) == 2
    assert "no setting 'epoch' (did you mean 'epochs'?)" in capsys.readouterr().err


def test_out_of_another_run_is_left_alone(capsys):
    assert main(["train", "--epochs", "1", "--out", "here"]) == 0
    before = {path: path.read_bytes() for path in Path("here").iterdir()}
    assert main(["train", "--epochs", "5", "--seed", "1", "--out", "here"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("eccles: train: --out must be ")
    assert "got 'here' with another (epochs 1 there, 5 asked, seed 0 there, 1 asked); " in said
    assert {path: path.read_bytes() for path in Path("here").iterdir()} == before


@pytest.mark.parametrize(
    "name", ["config.json", "provenance.json", "history.jsonl", "classes.jsonl", "result.json"]
)
def test_what_is_altered_in_a_finished_run_is_said_before_anything_else(name, capsys):
    words = ["train", "--epochs", "1", "--hidden", "10", "--out", "here"]
    assert main(words) == 0
    path = Path("here") / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    capsys.readouterr()
    status = main(words)
    out, err = capsys.readouterr()
    # The settings and the summary are known without their files, and written anew.
    assert status == (0 if name in ("config.json", "result.json") else 1)
    assert bool(out) == (status == 0)
    assert bool(err) == (status == 1)


def test_damaged_checkpoint_says_what_to_do(capsys):
    words = ["train", "--epochs", "1", "--out", "here"]
    assert main(words) == 0
    checkpoint = Path("here/checkpoint.safetensors")
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    assert main(words) == 1
    assert "--no-resume" in capsys.readouterr().err
    assert main([*words, "--no-resume"]) == 0


def test_unknown_verb(capsys):
    assert main(["trian"]) == 2
    assert "did you mean 'train'?" in capsys.readouterr().err


def test_debug_shows_where():
    with pytest.raises(InputError, match="there is no verb 'trian'"):
        main(["--debug", "trian"])


@pytest.mark.slow
def test_ctrl_c_in_an_epoch_then_the_same_command(tmp_path):
    words = [sys.executable, "-m", "eccles", "train", "--epochs", "400", "--out", "here"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    checkpoint = tmp_path / "here" / "checkpoint.safetensors"
    deadline = time.monotonic() + 300
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "eccles: stopped; the same command goes on from the last epoch\n"
    shown = {path.name for path in (tmp_path / "here").iterdir()}
    assert {name for name in shown if name.startswith(".")} == {".lock"}
    done = len((tmp_path / "here" / "history.jsonl").read_text().splitlines())
    assert 1 <= done < 401
    from eccles.training.run import checkpoint as checkpoints

    header, _ = checkpoints.read(checkpoint)
    assert abs(header["next_epoch"] + 1 - done) <= 1


def test_a_reader_that_leaves_is_no_error():
    command = f"{sys.executable} -m eccles data list | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert "Traceback" not in done.stderr


@pytest.fixture
def digits(tmp_path):
    """A folder with recordings of two words, the one heard low, the other high."""
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    units = rng.integers(0, 350, (40, 200)) + 350 * labels[:, None]
    times = rng.random((40, 200)).astype(np.float32)
    both = Recordings(
        times.ravel(), units.ravel().astype(np.uint16), np.arange(41) * 200, labels, ("no", "yes")
    )
    for part in ("train", "test"):
        spike_hdf5.write(tmp_path / "digits" / f"spoken_digits_{part}.h5", both)
    return tmp_path / "digits"


def test_recordings_are_learned(digits, capsys):
    words = ["train", "--data", "spoken-digits", "--data-dir", str(digits), "--w1-std", "0.01"]
    words += ["--batch-size", "8", "--epochs", "5", "--lr", "0.05", "--json"]
    assert main(words) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["peak_accuracy"] == 1.0
    provenance = json.loads((Path(result["out"]) / "provenance.json").read_text())
    facts = provenance["resolved"]
    assert (facts["data"], facts["data_kind"]) == ("spoken-digits", "synthetic")


def test_recordings_of_ones_own_are_part_of_the_run(digits, capsys):
    words = ["train", "--data", "spoken-digits", "--data-dir", str(digits), "--epochs", "1"]
    assert main([*words, "--out", "run"]) == 0
    assert main([*words, "--out", "run"]) == 0
    path = digits / "spoken_digits_train.h5"
    recordings = spike_hdf5.read(path)
    spike_hdf5.write(path, replace(recordings, labels=1 - recordings.labels))
    assert main([*words, "--out", "run"]) == 2
    said = capsys.readouterr().err
    assert re.search(r"with another \(data \w{8} there, \w{8} here\); choose another --out", said)


def test_the_packaged_digits_are_told_by_their_name(capsys):
    words = ["train", "--data", "spoken-digits-sample", "--epochs", "1", "--json"]
    assert main(words) == 0
    out = Path(json.loads(capsys.readouterr().out)["out"])
    identity = TrainConfig(data="spoken-digits-sample", epochs=1).identity()
    assert json.loads((out / "config.json").read_text())["identity"] == identity


def test_the_plain_command_learns_spoken_digits(capsys):
    """A regression tells two words in three; chance is one in twenty."""
    assert main(["train", "--data", "spoken-digits-sample", "--epochs", "12", "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert result["peak_accuracy"] > 0.2
    assert 1 < result["initial_rate_hz"] < 25
    assert (
        "w1 scale 0.00012, adam at 0.0001 (betas 0.9 0.999, eps 1e-08), batches of 32"
        in captured.err
    )
    provenance = json.loads((Path(result["out"]) / "provenance.json").read_text())
    became = provenance["resolved"]
    assert (became["w1_std"], became["optimizer"]) == (1.2e-4, "adam")


def test_binning_is_a_choice(digits, capsys):
    words = ["train", "--data", "spoken-digits", "--data-dir", str(digits), "--epochs", "1"]
    words += ["--steps", "20", "--max-time", "500 ms", "--clip", "--json"]
    assert main(words) == 0
    out = capsys.readouterr().out
    config = json.loads((Path(json.loads(out)["out"]) / "config.json").read_text())
    assert (config["steps"], config["max_time"], config["clip"]) == (20, 0.5, True)
    assert main(["train", "--steps", "20"]) == 2
    assert "must be left out with images, for only lists" in capsys.readouterr().err


def test_measures_are_kept_beside_the_history(capsys):
    words = ["train", "--model", "mlp8", "--width", "0.1", "--epochs", "0", "--out", "here"]
    assert main([*words, "--measure", "layers:5, weights"]) == 0
    shown = capsys.readouterr().out
    assert "by class, before training" in shown
    assert "spikes a step; not trained" in shown
    assert "finished before" not in shown
    rows = [json.loads(line) for line in Path("here/layers.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [-1] * 7
    assert Path("here/weights.jsonl").exists()
    assert main(["train", "--epochs", "1", "--measure", "weights", "--out", "there"]) == 0
    rows = [json.loads(line) for line in Path("there/weights.jsonl").read_text().splitlines()]
    assert {row["epoch"] for row in rows} == {-1, 0}


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        ("layer", "there is no measure 'layer' (did you mean 'layers'?)"),
        ("layers:0", "layers must be a number of epochs, 1 or more, got 0"),
        ("layers:often", "--measure must be such as layers or layers:5,weights, got"),
        ("layers:²", "--measure must be such as layers or layers:5,weights, got"),
        (f"layers:{chr(57) * 5000}", "--measure must be such as layers or layers:5,weights, got"),
        ("", "--measure must be such as layers or layers:5,weights, got ''"),
    ],
)
def test_measures_that_cannot_be(measure, sentence, capsys):
    assert main(["train", "--model", "mlp8", "--epochs", "0", "--measure", measure]) == 2
    assert sentence in capsys.readouterr().err
    assert not Path("runs").exists()


NETWORK = (
    "network: {populations: {h: {groups: {E: 4}}}, projections: {input->h: {}, h->output: {}}}"
)


def test_a_network_of_a_file_is_that_of_settings(capsys):
    """The same run, by --network and by --config; a flag's network goes before a file's."""
    Path("network.yaml").write_text(NETWORK)
    Path("other.yaml").write_text(f"{NETWORK.replace('E: 4', 'E: 5')}\nepochs: 0")
    train = ["train", "--epochs", "0", "--json"]
    found = []
    for words in (
        ["--network", "network.yaml"],
        ["--config", "network.yaml"],
        ["--config", "other.yaml", "--network", "network.yaml"],
        ["--config", "other.yaml"],
    ):
        assert main([*train, *words]) == 0
        found.append(json.loads(capsys.readouterr().out)["identity"])
    assert len(set(found[:3])) == 1
    assert found[3] != found[0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--network other.yaml", "--network must be a file of a network alone, got 'epochs beside"),
        ("--network network.yaml --hidden 9", "train: --hidden must be left out with network"),
        ("--network", "train: --network must have a value"),
        ("--model mlp8 --network network.yaml", "which a deep network doesn't have"),
    ],
)
def test_a_network_of_a_file_that_cannot_be(words, sentence, capsys):
    Path("network.yaml").write_text(NETWORK)
    Path("other.yaml").write_text(f"{NETWORK}\nepochs: 0")
    assert main(["train", *words.split()]) == 2
    assert sentence in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.parametrize("words", ["", "--model mlp8 --width 0.1", "--config network.yaml"])
def test_a_measure_that_is_named_is_one_that_the_network_has(words, capsys):
    Path("network.yaml").write_text(NETWORK)
    train = ["train", *words.split(), "--epochs", "1", "--out", "here", "--json", "--measure"]
    assert main([*train, "activity:1e5"]) == 2
    one, both = re.search(r"such as (\S+) or (\S+), got", capsys.readouterr().err).groups()
    for example in (one, both):
        assert main([*train, example]) == 0
        assert Path(f"here/{one}.jsonl").exists()
        shutil.rmtree("here")


def test_an_interrupt_while_modules_load_gives_the_usual_status(tmp_path):
    (tmp_path / "interrupted.py").write_text(
        "import sys, eccles.cli as cli\n"
        "def load(_):\n"
        "    exec('raise KeyboardInterrupt')\n"
        "cli._dispatch = load\n"
        "sys.exit(cli.main(['train']))"
    )
    command = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (130, 1)
