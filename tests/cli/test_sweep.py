"""`eccles sweep` and `eccles results` as a user calls them, with real worker processes."""

import io
import json
import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eccles.cli import main
from eccles.cli.sweep_display import SweepDisplay
from eccles.sweeps.study import read_study
from eccles.sweeps.sweep import sweep
from eccles.sweeps.watch import Progress

STORED = Path(__file__).parents[2] / "results/kilgore2025/fashion-mnist-noise"
STUDY = """
base: {data: fashion-mnist-sample, epochs: 1}
grid: {ei: [50:50, 80:20], lr: [0.01, 0.02]}
scales:
  bad: {grid: {lr: [0.01, -1]}}
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(STUDY)
    return tmp_path / "mine.yaml"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folder of a study that is done."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "mine.yaml").write_text(STUDY)
    study = read_study(folder / "mine.yaml", "full")
    with ThreadPoolExecutor(2) as executor:
        sweep(study, folder / "done", executor=executor, jobs=2)
    return folder / "done"


@pytest.mark.slow
def test_events_for_scripts(study):
    command = [sys.executable, "-m", "eccles", "sweep", "mine.yaml", "--json", "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["planned", *["ended"] * 4, "finished"]
    assert (events[0]["study"], events[0]["progress"]["left"]) == ("mine", 4)
    assert {event["status"] for event in events[1:-1]} == {"done"}
    assert events[-1]["progress"]["done"] == 4
    assert all(event["standing"] == event["progress"] for event in events), "its former name"
    assert (study.parent / "studies/mine-full/runs.parquet").exists()


@pytest.mark.slow
def test_dry_run(study, capsys):
    words = ["sweep", "mine.yaml", "--jobs", "1", "--dry-run", "--set", "repeat=3"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "12 runs, 0 known, 12 to do, in studies/mine-full" in shown
    assert "50:50, 80:20" in shown
    assert "48,000 sample-epochs" in shown
    assert not (study.parent / "studies").exists()


@pytest.mark.slow
def test_a_dry_run_says_whose_time_it_is(study, capsys):
    words = ["sweep", "mine.yaml", "--dry-run", "--dask", "tcp://host:8786"]
    assert main(words) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("that is for this machine; the workers at tcp://host:8786 may be more")


def test_ctrl_c_says_what_is_under_way(capsys):
    def stopped():
        with SweepDisplay() as shown:
            shown.passed(Progress(9, 4, 1, 2, 0, 2, 800, 4.0, 8.0, 2))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    said = "done 5, running 2, failed 1, left 3, ETA 6 s, sample-epochs/s 200, best since -\n"
    assert capsys.readouterr().out == said


def test_dry_run_as_json(study, capsys):
    assert main(["sweep", "mine.yaml", "--dry-run", "--json", "--shard", "1/2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["runs"], told["left"]) == (2, 2)
    assert told["varied"] == {"ei": ["50:50", "80:20"], "lr": [0.01]}
    assert told["estimate"]["sample_epochs"] == 8000


@pytest.mark.parametrize("name", ["kilgore2025/shd", "kilgore2025/spoken-digits"])
def test_a_dry_run_needs_no_data_and_no_network(name, study, capsys, monkeypatch):
    def connect(*_):
        raise AssertionError("the network")

    monkeypatch.setenv("XDG_CACHE_HOME", str(study.parent))
    monkeypatch.delenv("ECCLES_DATA", raising=False)
    monkeypatch.delenv("ECCLES_OFFLINE", raising=False)
    monkeypatch.setattr("eccles.data.files.download.fetch", connect)
    assert main(["sweep", name, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert " runs, 0 known, " in shown
    (reason,) = [line for line in shown.splitlines() if "can't be told" in line]
    assert f"data: {name.partition('/')[2]} must be " in reason
    assert main(["sweep", name, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["estimate"] is None
    assert told["no_estimate"] in reason


def test_a_dry_run_of_what_a_sweep_refuses_says_so_after_the_plan(study, capsys):
    assert main(["sweep", "mine.yaml", "--dry-run", "--set", "measure={strength: 1}"]) == 2
    shown, said = capsys.readouterr()
    assert "4 runs, 0 known, 4 to do" in shown
    assert "measure: " not in shown
    assert said.startswith("eccles: measure: ")
    assert said.count("\n") == 1


def test_a_dry_run_says_on_a_terminal_what_takes_so_long(study, capsys, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert main(["sweep", "nothere.yaml", "--dry-run"]) == 2
    assert "reading the study, and trying some of its runs" in sys.stderr.getvalue()
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_progress_without_training_tells_no_pace(study, capsys):
    words = ["model=mlp8", "width=0.1", "epochs=0", "grid={init: [measured, prior]}"]
    flags = [word for each in words for word in ("--set", each)]
    assert main(["sweep", "mine.yaml", "--jobs", "1", *flags]) == 0
    shown = capsys.readouterr().out
    assert "left 1, ETA " in shown
    assert "sample-epochs" not in shown
    assert "best" not in shown


@pytest.mark.slow
def test_a_terminal_shows_a_live_table(study):
    def read(end):
        """Return all that was written to a terminal."""
        shown = b""
        while True:
            try:
                more = os.read(end, 4096)
            except OSError:
                return shown.decode()
            shown += more

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "eccles", "sweep", "mine.yaml", "--jobs", "1"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(command, cwd=study.parent, stdout=theirs, env=environment)
    os.close(theirs)
    shown = read(ours)
    os.close(ours)
    assert process.wait(60) == 0
    for word in ("running", "failed", "left", "ETA", "sample-epochs/s", "best", "accuracy"):
        assert word in shown, word


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mine.yaml", "--scale", "bad"], "with ei 50:50, lr -1 can't be met: train: lr must"),
        (["mine.yaml", "--scale", "ba"], "no scale 'ba'"),
        (["mine.yml"], "mine.yml must be a readable file"),
        (["mine"], "there is no study 'mine'"),
        (["mine.yaml", "--set", "epoch=3"], "did you mean 'epochs'?"),
        (["mine.yaml", "--shard", "3/2"], "--shard must be such as 2/8"),
        (["mine.yaml", "--jobs", "0"], "--jobs must be 1 or more"),
        (["mine.yaml", "--jobs", "1025"], "--jobs must be at most 1,024, got 1025"),
        (["mine.yaml", "--dry-run", "--jobs", "9" * 11], "--jobs must be at most 1,024"),
        (["mine.yaml", "--set", "repeat=true"], "repeat must be a whole number, got True"),
        (["mine.yaml", "--set", "repeat=1e30"], "study: repeat must be a whole number of fewer"),
        (["mine.yaml", "--set", 'name="a b"'], "name must be of letters, digits and the signs"),
        (
            ["mine.yaml", "--set", "lr=1", "--set", "base.lr = 2"],
            "--set must be given once for each setting, got 'lr'",
        ),
        (["mine.yaml", "--jobs", "2", "--dask", "tcp://x"], "--jobs and --dask can't both"),
        (["mine.yaml", "--job", "2"], "--job"),
        ([], "STUDY must be a YAML file, or one of circuits/balanced, "),
    ],
)
def test_bad_requests_are_one_sentence(study, words, sentence, capsys):
    assert main(["sweep", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (study.parent / "studies").exists()


@pytest.mark.slow
def test_a_failed_run_gives_exit_status_1(study, capsys):
    words = ["sweep", "mine.yaml", "--jobs", "1", "--set", "grid.update_noise=[0, 1e38]"]
    assert main([*words, "--set", "ei=80:20"]) == 1
    shown = capsys.readouterr().out
    assert "update_noise 1e+38: train: " in shown
    assert "must stay finite" in shown
    assert "4 runs, 2 failed, 0 dead; kept in " in shown
    assert main(["results", "studies/mine-full"]) == 0
    assert "must stay finite" in capsys.readouterr().out


def test_results_by_cell(finished, capsys):
    assert main(["results", str(finished)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("80:20") == 2
    assert "4 runs; tables: runs, epochs, classes" in shown


@pytest.mark.parametrize("columns", ["40", "80"])
def test_a_narrow_terminal_cuts_no_number(finished, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["results", str(STORED)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("update_noise" in line for line in lines)
    (row,) = [line.split() for line in lines if line.split()[:2] == ["80:20", "0.00015"]]
    assert row[2:4] == ["8", "0"]
    assert max(map(len, lines)) <= 80
    assert main(["results", str(STORED), "--columns", "run,ei,update_noise,seed,status"]) == 0
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "update_noise" in shown


def test_results_of_a_table(finished, capsys):
    where = "ei = '80:20' AND epoch = 0 AND class = 9"
    words = ["results", str(finished), "--table", "classes", "--where", where]
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["class_name"] for row in rows] == ["Ankle boot"] * 2
    assert main([*words, "--columns", "run,accuracy", "--limit", "1"]) == 0
    shown = capsys.readouterr().out
    assert "accuracy" in shown
    assert "class_name" not in shown
    assert "1 more row; --limit" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", ["78.0 %", "3.2 %", "74.8 to 79.9 %", "intervals of 95 %"]),
        ("--value final_rate_hz --limit 3", ["mean", "sd", "81 more cells", " Hz"]),
        ("--against ei=100:0 --limit 2", ["-1.8", "-4.7 to +0.0", "(points)", "Holm over 6"]),
        ("--against ei=100:0,update_noise=1e-5 --limit 2", ["Holm over 83", "82 of 83 cells"]),
        ("--table epochs --limit 2", ["update_noise", "no room for", "rate_hz"]),
        ("--table runs --limit 2", ["update_noise", "no room for"]),
    ],
)
def test_statistics_fit_a_narrow_page(words, said, capsys):
    assert main(["results", str(STORED), *words.split()]) == 0
    shown = capsys.readouterr().out
    table = [line for line in shown.splitlines() if "no room" not in line]
    assert max(map(len, table)) <= 80
    for each in said:
        assert each in shown, each


def test_statistics_as_json_have_it_all(capsys):
    words = ["--against", "ei=100:0", "--json"]
    assert main(["results", str(STORED), *words]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 72
    assert {"ei", "update_noise", "n", "n_pairs", "difference", "p_holm", "note"} <= rows[0].keys()
    assert main(["results", str(STORED), "--value", "peak_accuracy", "--json"]) == 0
    cell = json.loads(capsys.readouterr().out)[0]
    assert list(cell) == ["ei", "update_noise", "n", "mean", "sd", "low", "high"]


def test_nothing_meets_a_condition(finished, capsys):
    assert main(["results", str(finished), "--where", "seed > 9"]) == 0
    assert capsys.readouterr().out == "no runs\n"


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_exports_hold_the_same(finished, suffix, tmp_path):
    import pandas as pd

    import eccles
    from eccles.sweeps.parquet import database

    path = tmp_path / f"epochs.{suffix}"
    words = ["results", str(finished), "--table", "epochs", "--export", str(path)]
    assert main(words) == 0
    if suffix == "parquet":
        found = database().execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
    else:
        read = pd.read_csv if suffix == "csv" else pd.read_json
        found = read(path)
    expected = eccles.load(finished).table("epochs", settings=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=suffix == "parquet")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--table", "class"], "no table 'class'"),
        (["--columns", "accuracies"], "no column 'accuracies'"),
        (["--columns", "nope"], "no column 'nope'; there are lr, ei, run, "),
        (["--where", "x ="], "the condition must be SQL"),
        (["--limit", "-3"], "results: --limit must be 0 or more, got -3"),
        (["--value", "peak"], "no column 'peak' (did you mean 'peak_accuracy'?)"),
        (["--value", "loss"], "runs has no column 'loss'; it is there with --table epochs"),
        (["--by", "eii"], "no column 'eii' (did you mean 'ei'?)"),
        (["--against", "ei=1"], "ei must be one of 50:50, 80:20, got '1'"),
        (["--by", "ei", "--columns", "n"], "--columns must be left out with --by, --value and"),
        (["--export", "a.xlsx"], "--export must be a file that ends in .csv, .json, .parquet"),
    ],
)
def test_bad_results_are_one_sentence(finished, words, sentence, capsys):
    assert main(["results", str(finished), *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_results_of_no_study(tmp_path, capsys):
    assert main(["results", str(tmp_path)]) == 2
    assert "wrote, got none with a study.json" in capsys.readouterr().err
    assert main(["results", str(tmp_path / "nowhere")]) == 2
    assert "nowhere must be a folder that eccles sweep wrote, got no" in capsys.readouterr().err


def test_a_folder_of_studies_is_none_but_names_them(tmp_path, capsys):
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "study.json").touch()
    assert main(["results", str(tmp_path)]) == 2
    one_of = f"name one of them: {tmp_path / 'a'}, {tmp_path / 'b'}\n"
    assert capsys.readouterr().err.endswith(one_of)


def test_rows_of_one_run_that_are_taken_together_are_told(finished, capsys):
    words = ["results", str(finished), "--table", "epochs", "--value", "accuracy"]
    assert main(words) == 0
    assert "a run counts once, with the mean of its" in capsys.readouterr().out
    assert main([*words, "--where", "epoch = 0"]) == 0
    assert "a run counts once" not in capsys.readouterr().out
    assert main([*words, "--where", "epoch = 99"]) == 0
    assert "a run counts once" not in capsys.readouterr().out
