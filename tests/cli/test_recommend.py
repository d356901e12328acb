"""Advice on a device: the runs of a small study, ranked, compared and told."""

import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from eccles.cli import main, recommend
from eccles.studies.devices.recommend import advise
from eccles.sweeps.sweep import sweep

SETTINGS = ("grid.ei=[80:20, 100:0]", "initial_rate=5 Hz", "epochs=1", "hidden=10", "repeat=2")
WORDS = ["--device-model", "mine.yaml", "--scale", "smoke", "--out", "mine"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return a folder where the runs are done, and their tables."""
    folder = tmp_path_factory.mktemp("advice")
    device = folder / "mine.yaml"
    device.write_text("rule: soft_bounds\ndw_min: 0.01\ncycle: 1.0\n", encoding="utf-8")
    given = recommend.Arguments(str(device), scale="smoke", set=SETTINGS)
    with ThreadPoolExecutor(1) as threads:
        return folder, sweep(recommend._study(given), folder / "mine", executor=threads, jobs=1)


def test_means_and_paired_differences_are_those_of_the_runs(done):
    _, tables = done
    advice = advise(tables)
    values = tables.runs.pivot(index="seed", columns="ei", values="final_accuracy")
    assert list(advice.table["mean"]) == sorted(values.mean(), reverse=True)
    row = advice.table.set_index("ei").loc["80:20"]
    assert row["difference"] == pytest.approx((values["80:20"] - values["100:0"]).mean())
    assert row["n_pairs"] == 2
    assert "No ratio can be told from 100:0" in advice.answer
    assert "4 runs, 2 seeds a row, 1 epoch of 4,000 real samples" in advice.basis


def test_runs_that_ended_dead_are_told(done):
    _, tables = done
    assert (advise(tables).table["dead"] == 0).all()
    assert "dead" not in advise(tables).answer
    runs = tables.runs
    silent = runs.assign(final_rate_hz=runs["final_rate_hz"].mask(runs["seed"] == 0, 0.0))
    silent.loc[silent["ei"] == "100:0", "final_rate_hz"] = 1.0
    told = SimpleNamespace(planned=tables.planned, runs=silent, folder=tables.folder)
    advice = advise(told)
    assert advice.table.set_index("ei")["dead"].to_dict() == {"80:20": 1, "100:0": 0}
    assert "without a gradient: 80:20 at 5 Hz (1 of 2)." in advice.answer


def test_the_same_command_goes_on_and_tells(done, capsys, monkeypatch):
    folder, _ = done
    monkeypatch.chdir(folder)
    words = [*WORDS, *(part for each in SETTINGS for part in ("--set", each))]
    assert main(["recommend", *words]) == 0
    shown = capsys.readouterr().out
    assert "4 runs, 4 of them known; 0 to do" in shown
    assert all(len(line) <= 80 for line in shown.split("figure in")[0].splitlines())
    assert (folder / "mine/figures/accuracy-by-ratio.svg").exists()
    assert main(["recommend", *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["ei"] for row in told["table"]} == {"80:20", "100:0"}
    assert told["answer"] in " ".join(shown.split())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "recommend: --device-model must be one of eccles devices list, or a YAML file"),
        (["--device-model", "reram-se"], "no preset 'reram-se' (did you mean 'reram-sb'?)"),
        (["--device-model", "ecram", "--scale", "smok"], "--scale must be one of smoke, laptop"),
        (["--device-model", "ecram", "--data", "fashion"], "data"),
        (["--device-model", "ecram", "--set", "unbounded=true"], "may have any sign"),
    ],
)
def test_mistakes_are_one_sentence(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["recommend", *words]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
