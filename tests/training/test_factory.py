"""Modules of one's own that a function of a Python file makes, by settings alone."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

import eccles
from eccles import InputError, TrainConfig
from eccles.cli import main
from eccles.sweeps.study import Study, read_study
from eccles.sweeps.sweep import sweep
from eccles.training.factory import known, read

SOURCE = '''
import torch
from torch import nn
import eccles

class Counts(nn.Module):
    """Scores are what spikes of the input count, each of them a neuron."""

    def __init__(self, n_inputs, n_classes, seed, scale=0.1, kept=0.5):
        super().__init__()
        self.n, self.kept = n_inputs, kept
        self.w = nn.Parameter(scale * torch.rand(n_inputs, n_classes))

    def scores(self, events):
        return nn.functional.dropout(events.to_dense().sum(0) @ self.w, self.kept)

    def spikes(self, events):
        return events

    def projections(self):
        return {"input -> output": (self.w, eccles.Populations(self.n, 0))}

    def groups(self):
        return {"E": self.n}

def lame(n_inputs):
    module = Counts(n_inputs, 10, 0)
    module.spikes = None
    return module

def number():
    return 3

def wrong(seed):
    raise ValueError("no\\nway")

def leaves():
    raise SystemExit(3)

def asks(size):
    return Counts(size, 10, 0)
'''


@pytest.fixture(autouse=True)
def _file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(SOURCE)


@pytest.fixture(scope="module")
def few():
    train, test = eccles.data.load("fashion-mnist-sample")
    return eccles.data.Splits(train.take(slice(0, 60)), test.take(slice(0, 40)))


def settings(module="own.py:Counts", **said):
    return TrainConfig(module=module, epochs=1, batch_size=20, **said)


def test_a_run_is_of_its_file_wherever_that_is(few, tmp_path, monkeypatch):
    config = settings("own.py:Counts(scale=0.2, kept=0.25)")
    assert config.module.startswith(f"{tmp_path}/own.py:Counts(kept=0.25, scale=0.2)-")
    result = eccles.train(config, data=few, out="run")
    eccles.dale.check(result.network)
    # Torch's own generator is the caller's, and draws of the module are the run's.
    torch.rand(3)
    again = eccles.train(config, data=few)
    assert torch.equal(again.network.w, result.network.w)
    other = eccles.train(config.model_copy(update={"seed": 1}), data=few)
    assert not torch.equal(other.network.w, result.network.w)
    (tmp_path / "there").mkdir()
    (tmp_path / "own.py").rename(tmp_path / "there/moved.py")
    monkeypatch.chdir(tmp_path / "there")
    moved = settings("moved.py:Counts(kept=0.25, scale=0.2)")
    assert moved.identity() == config.identity()
    assert eccles.train(moved, data=few, out="../run").accuracy == result.accuracy
    # Settings that were kept can be read, and not be trained, without their file.
    assert TrainConfig.model_validate(config.model_dump()) == config
    with pytest.raises(InputError, match="must name a file that can be read"):
        eccles.train(config, data=few)


def test_a_changed_file_is_another_run(few, tmp_path):
    config = settings()
    eccles.train(config, data=few, out="run")
    (tmp_path / "own.py").write_text(SOURCE + "# changed\n")
    assert settings().identity() != config.identity()
    with pytest.raises(InputError, match=r"with another \(module Counts-\w{8} there"):
        eccles.train(settings(), data=few, out="run")
    with pytest.raises(InputError, match=r"as these settings have it, of digits \w{8}, got"):
        eccles.train(config, data=few)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ("other.py:make", "must name a file that can be read, got"),
        ("own.py:Count", r"has no function 'Count' \(did you mean 'Counts'\?\)"),
        ("own.py:torch", "has no function 'torch'"),
        ("own.py:number", "what number of own.py returns must be an nn.Module, got 3"),
        ("own.py:lame", "got 'Counts, one without spikes'"),
        ("own.py:wrong", r"wrong must make a module, got ValueError: no\\nway at line 35"),
        ("own.py:leaves", "leaves must make a module, got SystemExit: 3 at line 38"),
        ("own.py:asks", "size of asks must be given, got 'nothing'; a run has seed, n_inputs"),
        ("own.py:Counts(scal=1)", r"has no parameter 'scal' \(did you mean 'scale'"),
        ("broken.py:make", "the file must run, got SyntaxError"),
        ("raises.py:make", "the file must run, got ModuleNotFoundError.* at line 2 of"),
    ],
)
def test_what_makes_no_module_is_told(few, tmp_path, module, sentence):
    (tmp_path / "broken.py").write_text("def make(:\n")
    (tmp_path / "raises.py").write_text("\nimport nothing_of_that_name\n")
    with pytest.raises(InputError, match=sentence) as caught:
        eccles.train(settings(module), data=few, out="run")
    assert len(str(caught.value)) < 500
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "module",
    ["own", "own.make", "own.py:", "own.py:a.b", "own.py:f(1)", "own.py:f(a=b)", "own.py:f(**{})",
     "own.py:f(a=1e999)", "own.py:f(a=" + "[" * 999, "own.py:f()()", "own.py:f(a=[1])", "\0.py:f",
     "own.py:f(a=" + "9" * 9999 + ")", "x.py:f(a=1" * 1000],
)  # fmt: skip
def test_other_texts_are_refused(module):
    with pytest.raises(InputError, match=r"train: module must be FILE\.py:FUNCTION, such as"):
        settings(module)


def test_spellings_of_one_module_are_one():
    texts = ["own.py:f(b=1,a='x')", "own.py:f( a = 'x' , b = 1 )"]
    assert len({known(text) for text in texts}) == 1
    assert known(known(texts[0])) == known(texts[0])
    assert read(known("own.py:f()")).called == "f"


def test_the_command_line_trains_one(tmp_path, capsys):
    words = ["train", "--module", "own.py:Counts", "--epochs", "0", "--json"]
    assert main(words) == 0
    out = json.loads(capsys.readouterr().out)["out"]
    assert out.startswith("runs/fashion-mnist-sample-Counts-seed0-")
    assert main(["train", "--config", f"{out}/config.json", "--json"]) == 0
    assert main([*words, "--hidden", "20"]) == 2
    assert "hidden must be left out with a module of one's own" in capsys.readouterr().err


def test_a_study_varies_them(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "own.py").rename(tmp_path / "there/own.py")
    (tmp_path / "there/study.yaml").write_text(
        "base: {epochs: 0}\n"
        "modules: {large: 'own.py:Counts(scale=0.5)'}\n"
        "grid: {module: ['own.py:Counts', large]}\n"
        "measure: {rates: 1}\n"
    )
    study = read_study(tmp_path / "there/study.yaml")
    assert Study.model_validate(json.loads(study.model_dump_json())) == study
    with ThreadPoolExecutor(1) as executor:
        tables = sweep(study, "out", jobs=1, executor=executor)
    assert list(tables.planned(tables.runs)["module"]) == ["own.py:Counts", "large"]
    assert tables.runs["hidden"].isna().all()
    assert set(tables.runs["status"]) == {"done"}
    # Another file means other runs.
    (tmp_path / "there/own.py").write_text(SOURCE + "# changed\n")
    assert not set(read_study(tmp_path / "there/study.yaml").modules.values()) & set(
        study.modules.values()
    )
