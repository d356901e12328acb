"""`eccles reproduce` as a user calls it: the noisy study at its smallest scale, for real."""

import json
import shutil
from pathlib import Path

import pytest

from eccles.cli import main

ROOT = Path(__file__).parents[2]
STORED = ROOT / "results" / "kilgore2025"
STUDY = ROOT / "src/eccles/studies/kilgore2025/robustness.yaml"


@pytest.fixture
def quiet(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def test_runs_figures_and_verdicts(quiet, capsys):
    words = ["reproduce", "kilgore2025", "--scale", "smoke", "--only", "noise", "--out", "out"]
    assert main([*words, "--jobs", "2"]) == 0
    shown = capsys.readouterr().out
    assert "kilgore2025/fashion-mnist-noise (smoke): 18 runs; 18 to do" in shown
    assert Path("out/figures/2b.svg").exists()
    assert not Path("out/figures/1c.svg").exists()
    assert "report in out/report.html" in shown
    assert Path("out/report.html").exists()
    # A smoke run never shows a claim.
    assert "0 reproduced, 0 not reproduced, 2 not testable" in shown
    assert "data is fashion-mnist-sample instead of fashion-mnist" in shown
    assert main([*words, "--no-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["studies"] == {"fashion-mnist-noise": {"scale": "smoke", "done": 18, "planned": 18}}
    assert [claim["id"] for claim in told["claims"]] == ["6", "7"]
    assert all(claim["verdict"] == "not testable" for claim in told["claims"])


def test_what_is_stored_is_judged_without_runs(quiet, capsys):
    shutil.copytree(STORED, "stored")
    before = {path: path.stat().st_mtime_ns for path in Path("stored").rglob("*")}
    assert main(["reproduce", "kilgore2025", "--out", "stored", "--no-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [claim["id"] for claim in told["claims"]] == [str(k) for k in range(1, 12)]
    assert (told["figures"], told["report"]) == ([], None)
    assert {path: path.stat().st_mtime_ns for path in Path("stored").rglob("*")} == before


def test_a_markdown_table(quiet, capsys):
    words = ["reproduce", "kilgore2025", "--out", str(STORED), "--no-run", "--markdown"]
    assert main([*words, "--only", "fashion-mnist"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| 1 | Networks with excitation and inhibition reach over 80 %")
    assert sum(line.startswith("| ") for line in lines) == 2 + 7


def test_what_survives_comes_after_the_claims(quiet, capsys):
    words = ["reproduce", "kilgore2025", "--scale", "smoke", "--only", "robustness", "--out", "out"]
    few = STUDY.read_text().replace("epochs: 4}", "epochs: 1}").replace("repeat: 2", "repeat: 1")
    Path("robustness.yaml").write_text(few)
    sweep = ["sweep", "robustness.yaml", "--scale", "smoke", "--out", "out/robustness"]
    assert main([*sweep, "--jobs", "2"]) == 0
    capsys.readouterr()
    assert main([*words, "--no-run"]) == 0
    shown = capsys.readouterr().out
    assert "Claim 3 in every variant" in shown
    assert shown.endswith("Claim 7 can't be told in any of 7 variants.\n")
    assert main([*words, "--no-run", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["robustness"]
    assert len(rows) == 7 * 4
    assert {row["holds"] for row in rows} == {None}
    assert main([*words, "--no-run", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("| variant | settings | 2 | 3 | 4 | 7 |\n")
    assert main(["figures", "out", "--only", "R1", "--format", "svg"]) == 0
    assert Path("out/figures/R1.svg").exists()
    assert main(["report", "out"]) == 0
    assert "What survives, in every variant" in Path("out/report.html").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "ARTICLE must be kilgore2025, got none"),
        (["kilgore"], "got kilgore (did you mean 'kilgore2025'?)"),
        (["kilgore2025", "--only", "nois"], "got nois (did you mean 'noise'?)"),
        (["kilgore2025", "--scale", "small"], "there is no scale 'small'"),
        (["kilgore2025", "--json", "--markdown"], "can't both be given"),
        (["kilgore2025", "--no-run"], "must hold a study of kilgore2025, got none"),
        (["kilgore2025", "--no-runs"], "--no-runs"),
        (
            ["kilgore2025", "--no-run", "--out", str(STORED), "--only", "robustness"],
            "must hold kilgore2025/robustness, got fashion-mnist; eccles sweep",
        ),
    ],
)
def test_bad_requests_are_one_sentence(quiet, words, sentence, capsys):
    assert main(["reproduce", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not list(Path().iterdir())
