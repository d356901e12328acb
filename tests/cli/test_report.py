"""`eccles report` as a user calls it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eccles.cli import main
from eccles.sweeps.study import Study
from eccles.sweeps.sweep import sweep

STUDY = """
name: mine
about: Does a <b>bold</b> question learn?
base: {data: fashion-mnist-sample, epochs: 2}
grid: {ei: [50:50, 80:20]}
measure: {weights: 1}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folder of a study of one's own, done."""
    folder = tmp_path_factory.mktemp("finished")
    with ThreadPoolExecutor(2) as executor:
        sweep(Study.from_yaml(STUDY), folder, executor=executor, jobs=2)
    return folder


@pytest.mark.slow
def test_a_study_of_ones_own(finished, tmp_path, capsys):
    out = tmp_path / "mine.html"
    assert main(["report", str(finished), "--out", str(out)]) == 0
    assert f"report written to {out} (" in capsys.readouterr().out
    text = out.read_text()
    assert "mine: 2 of 2 runs" in text
    assert "Does a &lt;b&gt;bold&lt;/b&gt; question learn?" in text
    assert "mine: a row a cell (2 rows)" in text
    assert 'id="explorer-charts"' in text
    assert 'id="claims"' not in text
    assert "fashion-mnist-sample (real)" in text
    assert text.count("<figure") == 6
    assert "Figure 3. Mean weight by" in text
    assert "Figure 1. Peak test accuracy by" in text
    assert "Figure 2. Test accuracy over epochs" in text


def test_the_help_says_a_default_once(capsys):
    assert main(["report", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "(default: DIR/report.html)" in " ".join(shown.replace("│", " ").split())
    assert "(default: None)" not in shown


@pytest.mark.slow
def test_beside_the_study_unless_said(finished, capsys):
    assert main(["report", str(finished)]) == 0
    assert (finished / "report.html").exists()
    assert [path.name for path in finished.glob(".report*")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "DIR must be the folder of a study, or of several, got none; eccles sweep makes them"),
        (["nowhere"], "nowhere must hold a study, got no such folder; name a folder that does"),
        (["a", "--out", "b.pdf"], "--out must be a file named .html or .htm, got 'b.pdf'"),
        (
            ["a", "--out", "file/new/b.html"],
            "must be a file in a folder, got 'file/new/b.html",
        ),
        (["a", "--out", "folder.html"], "--out must be a file, got 'the folder folder.html'"),
    ],
)
def test_requests_that_can_not_be_met(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("folder.html").mkdir()
    assert main(["report", *words]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder.html"}
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_study_without_runs_says_the_command(tmp_path, capsys):
    from eccles.sweeps.folder import StudyFolder
    from eccles.sweeps.study import Study

    StudyFolder(tmp_path).write(Study(name="mine", grid={"ei": ["50:50"]}))
    assert main(["report", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert f"must hold runs, got none of mine; eccles sweep mine --out {tmp_path} runs" in error


def test_a_missing_package_is_named(finished, monkeypatch, capsys):
    from eccles.report import extra

    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    assert main(["report", str(finished)]) == 2
    assert "pip install 'eccles[report]'" in capsys.readouterr().err
