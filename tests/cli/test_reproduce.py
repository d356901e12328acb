"""`eccles reproduce` as a user calls it: studies at their smallest scale, for real."""

import io
import json
import shlex
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from eccles import studies
from eccles.cli import main
from eccles.studies.kilgore2025.figures import FIGURES
from eccles.studies.kilgore2025.tables import TABLES
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.study import read_study

ROOT = Path(__file__).parents[2]
STORED = ROOT / "results" / "kilgore2025"

WORDS = ["reproduce", "kilgore2025", "--scale", "smoke", "--out", "out"]
NOISE = [*WORDS, "--only", "noise"]


@pytest.fixture
def quiet(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


class Reproduced(NamedTuple):
    """An article at its smallest scale: its noise study, then a seed of each."""

    noise: Path
    folder: Path
    said_of_noise: tuple[str, str]
    made_of_noise: list[str]
    said: str


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    folder = tmp_path_factory.mktemp("article")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "300")
        patch.setenv("ECCLES_CACHE", str(folder / "cache"))
        patch.setenv("ECCLES_OFFLINE", "1")
        said = said_by([*NOISE, "--jobs", "2"])
        made = sorted(path.name for path in Path("out").rglob("*"))
        shutil.copytree("out/fashion-mnist-noise", "noise")
        whole, _ = said_by([*WORDS, "--repeat", "1", "--jobs", "1"])
    return Reproduced(folder / "noise", folder / "out", said, made, whole)


def said_by(words: list[str]) -> tuple[str, str]:
    """Return what a command that succeeds prints, and what it says aside."""
    out, aside = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(aside):
        assert main(words) == 0, aside.getvalue()
    return out.getvalue(), aside.getvalue()


@pytest.fixture
def noise(quiet, reproduced):
    """Give the folder "out" the noise study alone."""
    shutil.copytree(reproduced.noise, "out/fashion-mnist-noise")


@pytest.mark.slow
def test_runs_figures_and_verdicts(noise, reproduced, capsys):
    shown, aside = reproduced.said_of_noise
    assert "kilgore2025/fashion-mnist-noise (smoke): 18 runs; 18 to do" in shown
    assert "18 of 18 runs done, 0 failed; kept in out/" in shown
    assert aside == "drawing the figures\nwriting the report\n"
    assert {"2b.svg", "report.html"} <= set(reproduced.made_of_noise)
    assert "1c.svg" not in reproduced.made_of_noise
    assert "report in out/report.html" in shown
    # A smoke run never shows a claim.
    assert "0 reproduced, 0 not reproduced, 2 not testable" in shown
    assert "data is fashion-mnist-sample instead of fashion-mnist" not in shown
    (hint,) = [line for line in shown.splitlines() if line.startswith("rules and numbers: ")]
    assert main(shlex.split(hint.partition(": eccles ")[2])) == 0
    assert "data is fashion-mnist-sample instead of fashion-mnist" in capsys.readouterr().out
    assert main([*NOISE, "--no-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["studies"] == {"fashion-mnist-noise": {"scale": "smoke", "done": 18, "planned": 18}}
    assert [claim["id"] for claim in told["claims"]] == ["6", "7"]
    assert all(claim["verdict"] == "not testable" for claim in told["claims"])
    assert told["claims"][0]["note"].endswith("--scale laptop does what can tell")


@pytest.mark.slow
def test_the_whole_article_at_the_smallest_scale(quiet, reproduced, capsys):
    shown = reproduced.said
    # What is there isn't done again.
    assert "kilgore2025/fashion-mnist-noise (smoke): 9 runs, 9 of them known; 0 to do" in shown
    (left_out,) = [line for line in shown.splitlines() if line.startswith("left out: ")]
    assert left_out.startswith("left out: kilgore2025/shd: at this scale spoken-digits stands in")
    drawn = {path.stem for path in (reproduced.folder / "figures").iterdir()}
    assert drawn >= {*FIGURES, *TABLES}
    assert "0 reproduced, 0 not reproduced, 11 not testable" in shown
    assert shown.endswith("report in out/report.html\n")
    assert "What survives, in every variant" in (reproduced.folder / "report.html").read_text()
    words = ["reproduce", "kilgore2025", "--scale", "smoke", "--out", str(reproduced.folder)]
    assert main([*words, "--no-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    shipped = {name for name in studies.names() if name.startswith("kilgore2025/")}
    assert {f"kilgore2025/{name}" for name in told["studies"]} == shipped - {"kilgore2025/shd"}
    assert all(study["done"] == study["planned"] for study in told["studies"].values())
    assert {claim["verdict"] for claim in told["claims"]} == {"not testable"}
    assert len(told["robustness"]) == 7 * 4


@pytest.mark.slow
def test_the_same_command_does_failed_runs_again(noise, capsys):
    study = Path("out/fashion-mnist-noise")
    path = sorted((study / "records").glob("*.json"))[0]
    kept = record.read(path)
    failed = {**kept.run, "status": "failed", "error": "out of luck"}
    record.write(path.parent, kept._replace(run=failed))
    for table in study.glob("*.parquet"):
        table.unlink()
    assert main([*NOISE, "--details"]) == 1
    shown = capsys.readouterr().out
    command = "eccles reproduce kilgore2025 --only fashion-mnist-noise --scale smoke --out out"
    together = " ".join(shown.split())
    assert f"1 run failed; {command} --retry-failed does it again" in together
    assert shown.endswith("1 run failed; the same command with --retry-failed does it again\n")
    assert main([*NOISE, "--retry-failed"]) == 0
    assert "1 run failed" not in capsys.readouterr().out
    assert record.read(path).run["peak_accuracy"] == kept.run["peak_accuracy"]


@pytest.mark.slow
def test_stopping_while_it_draws_stops_no_run(noise, capsys, monkeypatch):
    def drawn(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("eccles.cli.article_figures.drawn", drawn)
    assert main([*NOISE]) == 130
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("eccles: stopped; all runs have ended and are kept")
    assert "the same command" in said


@pytest.mark.slow
def test_what_is_stored_is_judged_without_runs(quiet, capsys):
    shutil.copytree(STORED, "stored")
    before = {path: path.stat().st_mtime_ns for path in Path("stored").rglob("*")}
    assert main(["reproduce", "kilgore2025", "--out", "stored", "--no-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [claim["id"] for claim in told["claims"]] == [str(k) for k in range(1, 12)]
    assert (told["figures"], told["report"]) == ([], None)
    assert {path: path.stat().st_mtime_ns for path in Path("stored").rglob("*")} == before


@pytest.mark.slow
def test_it_takes_a_line_a_claim(quiet, capsys):
    assert main(["reproduce", "kilgore2025", "--out", str(STORED), "--no-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("reproduced  " in line or "testable  " in line for line in lines) == 11
    assert len(lines) < 25


def test_an_empty_folder_has_nothing_to_judge(quiet, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["reproduce", "kilgore2025", "--out", "empty", "--no-run"]) == 2
    assert (
        "must hold studies of kilgore2025 to judge, got none; a clone has"
        in capsys.readouterr().err
    )


@pytest.mark.slow
def test_a_markdown_table(quiet, capsys):
    words = ["reproduce", "kilgore2025", "--out", str(STORED), "--no-run", "--markdown"]
    assert main([*words, "--only", "fashion-mnist"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| 1 | [over 80 % on Fashion-MNIST](#claim-1) | **reproduced** |")
    assert sum(line.startswith("| ") for line in lines) == 2 + 7
    assert sum(line.startswith("## Claim ") for line in lines) == 7


@pytest.mark.slow
def test_what_survives_comes_after_the_claims(quiet, reproduced, capsys):
    shutil.copytree(reproduced.folder / "robustness", "out/robustness")
    words = [*WORDS, "--only", "robustness"]
    assert main([*words, "--no-run"]) == 0
    shown = capsys.readouterr().out
    assert "Claim 3 in every variant" not in shown
    told = "Claim 7 (published: tau_mem 5 ms) can't be told in any of 7 variants.\n"
    assert f"{told}rules and numbers: " in shown
    assert main([*words, "--no-run", "--details"]) == 0
    shown = capsys.readouterr().out
    assert "Claim 3 in every variant" in shown
    assert shown.endswith(told)
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


def described(study, folder, scale):
    """Make a study's folder as it is before the first run has ended."""
    Path(folder).mkdir(parents=True)
    StudyFolder(Path(folder)).write(read_study(studies.find(f"kilgore2025/{study}"), scale))


def test_a_study_without_claims(quiet, capsys):
    described("portraits", "out/portraits", "smoke")
    words = ["reproduce", "kilgore2025", "--out", "out", "--no-run", "--only", "portraits"]
    for more in ([], ["--markdown"]):
        assert main([*words, *more]) == 0
        said = capsys.readouterr()
        assert "no claim of kilgore2025 is about portraits" in said.out + said.err
        assert "reproduced," not in said.out


@pytest.mark.parametrize(
    ("study", "folder", "scale", "sentence"),
    [
        # The last study's folder is found out before the first study is run.
        (
            "robustness",
            "out/robustness",
            "laptop",
            "got out/robustness with kilgore2025/robustness",
        ),
        ("portraits", "out/mine", "smoke", "must have kilgore2025/portraits as out/portraits, got"),
        ("portraits", "out", "smoke", "must be a folder of studies, got out, which is a study's"),
    ],
)
def test_folders_are_checked_before_the_first_run(quiet, study, folder, scale, sentence, capsys):
    described(study, folder, scale)
    before = sorted(Path().rglob("*"))
    assert main(["reproduce", "kilgore2025", "--scale", "smoke", "--out", "out"]) == 2
    assert sentence in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before


def test_packages_are_checked_before_the_first_run(quiet, monkeypatch, capsys):
    monkeypatch.setattr("eccles.report.extra.find_spec", lambda name: name != "altair" or None)
    assert main(["reproduce", "kilgore2025", "--scale", "smoke"]) == 2
    assert "altair must be installed" in capsys.readouterr().err
    assert not list(Path().iterdir())


def test_seeds_of_every_study(quiet, monkeypatch):
    asked = []

    def sweep(study, *_, **options):
        asked.append((study.repeat, options["retry_failed"]))
        raise KeyboardInterrupt

    monkeypatch.setattr("eccles.sweeps.sweep.sweep", sweep)
    assert main(["reproduce", "kilgore2025", "--scale", "smoke"]) == 130
    assert main(["reproduce", "kilgore2025", "--repeat", "3", "--retry-failed"]) == 130
    assert asked == [(2, False), (3, True)]


def test_help_says_each_default_once(capsys):
    assert main(["reproduce", "--help"]) == 0
    said = capsys.readouterr().out
    assert "--scale {full,laptop,smoke}" in said
    assert "None" not in said
    assert "--no-no-run" not in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "ARTICLE must be kilgore2025 or liu2026, got none"),
        (["kilgore"], "got kilgore (did you mean 'kilgore2025'?)"),
        (["kilgore2025", "--only", "nois"], "got nois (did you mean 'noise'?)"),
        (
            ["kilgore2025", "--scale", "small"],
            "--scale must be one of full, laptop, smoke, got 'small'",
        ),
        (["kilgore2025", "--json", "--markdown"], "can't both be given"),
        (
            ["kilgore2025", "--no-run"],
            "reproduced/kilgore2025-full must hold studies of kilgore2025 to judge, got no such "
            "folder; a clone has them in results/kilgore2025 (--out results/kilgore2025), ",
        ),
        (
            ["kilgore2025", "--no-run"],
            "`eccles reproduce kilgore2025 --out reproduced/kilgore2025-full` makes them",
        ),
        (
            ["kilgore2025", "--no-run", "--scale", "smoke", "--only", "noise", "--out", "a b"],
            "`eccles reproduce kilgore2025 --only noise --scale smoke --out 'a b'` makes them",
        ),
        (
            ["kilgore2025", "--no-run", "--scale", "smoke", "--out", str(STORED)],
            "--scale with --no-run must be the one that is stored, got smoke where",
        ),
        (["kilgore2025", "--no-run", "--repeat", "3"], "--repeat and --no-run can't both"),
        (["kilgore2025", "--no-run", "--retry-failed"], "--retry-failed and --no-run can't both"),
        (["kilgore2025", "--no-runs"], "--no-runs"),
        (["kilgore2025", "--repeat", "0"], "repeat must be a number of seeds, 1 or more"),
    ],
)
def test_bad_requests_are_one_sentence(quiet, words, sentence, capsys):
    assert main(["reproduce", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not list(Path().iterdir())
