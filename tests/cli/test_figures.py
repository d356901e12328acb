"""`eccles figures` as a user calls it, on results that are kept in the project."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from eccles.cli import main
from eccles.cli.figure_rows import Row, left_out

STORED = Path(__file__).parents[2] / "results/kilgore2025"


def test_one_figure(tmp_path, capsys):
    out = tmp_path / "pictures"
    words = ["figures", str(STORED / "fashion-mnist"), "--only", "1c", "--format", "svg,png"]
    assert main([*words, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "1c.svg, 1c.png, 1c.csv" in shown
    assert "608 runs" in shown
    assert {path.name for path in out.iterdir()} == {"1c.svg", "1c.png", "1c.csv"}
    first = (out / "1c.svg").read_bytes()
    assert main([*words, "--out", str(out), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["figure"] == "1c"
    assert row["files"] == [str(out / name) for name in ("1c.svg", "1c.png", "1c.csv")]
    assert row["left_out"] is None
    assert "a point a run" in row["caption"]
    assert (out / "1c.svg").read_bytes() == first


@pytest.mark.slow
def test_what_is_left_out_is_said(tmp_path, capsys, monkeypatch):
    from eccles.studies.kilgore2025 import figures

    few = {name: figures.FIGURES[name] for name in ("1c", "2b", "S4")}
    monkeypatch.setattr(figures, "FIGURES", few)
    words = ["figures", str(STORED / "fashion-mnist"), "--format", "png", "--out", str(tmp_path)]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert f"left out: 2b: {STORED}" in shown
    assert "eccles sweep kilgore2025/fashion-mnist-noise-published --out" in shown
    assert "left out: S4: figure S4 comes as gif, mp4" in shown
    assert (tmp_path / "1c.png").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--only", "2b"], "must hold the 1,344 runs of kilgore2025/fashion-mnist-noise"),
        (["--only", "2c"], "there is no figure or table '2c' (did you mean '2c-e'?)"),
        (["--only", "1c", "--format", "jpg"], "--format must be some of svg, pdf, png, gif, mp4"),
        (["--only", "1c", "--format", "gif"], "figure 1c comes as svg, pdf, png, got --format gif"),
        (["--onyl", "1c"], "--onyl"),
    ],
)
def test_bad_requests_are_one_sentence(tmp_path, words, sentence, capsys):
    out = tmp_path / "out"
    assert main(["figures", str(STORED / "fashion-mnist"), *words, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not out.exists()


@pytest.mark.slow
def test_a_table_comes_as_csv_and_markdown(tmp_path, capsys, monkeypatch):
    from eccles.studies.drawn import ArticleTable
    from eccles.studies.kilgore2025 import figures, tables

    rows = pd.DataFrame({"ei": ["80:20"], "n": [8], "p_friedman": [0.00034]})
    known = ArticleTable("Of one row", ("fashion-mnist",), lambda article: rows, "That's it.")
    monkeypatch.setattr(tables, "TABLES", {"T1": known})
    monkeypatch.setattr(figures, "FIGURES", {"1c": figures.FIGURES["1c"]})
    words = ["figures", str(STORED / "fashion-mnist"), "--format", "png", "--out", str(tmp_path)]
    assert main(words) == 0
    assert "T1.csv, T1.md" in capsys.readouterr().out
    assert (tmp_path / "T1.csv").read_text() == "ei,n,p_friedman\n80:20,8,0.00034\n"
    assert "| 80:20 | 8 | 0.0003 |" in (tmp_path / "T1.md").read_text()
    assert main([*words, "--only", "T1", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["figure"], row["study"], row["caption"]) == ("T1", "fashion-mnist", "That's it.")


def test_a_table_that_has_no_runs_is_left_out(tmp_path, capsys, monkeypatch):
    from eccles.studies.kilgore2025 import figures

    study = tmp_path / "study"
    study.mkdir()
    for name in ("study.json", "runs.parquet"):
        shutil.copy(STORED / "fashion-mnist" / name, study)
    monkeypatch.setattr(figures, "FIGURES", {"1c": figures.FIGURES["1c"]})
    assert main(["figures", str(study), "--format", "png"]) == 0
    shown = capsys.readouterr().out
    assert "left out: T1" in shown
    assert "must hold the measure distances, got runs; eccles sweep " in shown


def test_a_wrong_name_is_answered_with_all_that_there_is(tmp_path, capsys):
    from eccles.studies.article_contents import contents

    words = ["figures", str(STORED / "fashion-mnist"), "--only", "9", "--out", str(tmp_path)]
    assert main(words) == 2
    listed = capsys.readouterr().err.strip().rpartition("there are ")[2]
    assert listed.split(", ") == list(contents("kilgore2025").drawn)


def test_a_reason_is_given_once():
    rows = [
        Row("1d", "Digits", "shd", left_out="no runs"),
        Row("2b", "Noise", "noise", files=["2b.svg"]),
        Row("3", "Classes", "mnist", left_out="no classes"),
        Row("5d-f", "Distances", "shd", left_out="no runs"),
    ]
    assert left_out(rows) == ["left out: 1d, 5d-f: no runs", "left out: 3: no classes"]


def test_no_study(tmp_path, capsys):
    assert main(["figures", str(tmp_path / "nowhere")]) == 2
    said = capsys.readouterr().err
    assert "nowhere must hold a study, got no such folder; name a folder" in said
    assert "--out " + str(tmp_path) not in said
    assert main(["figures", str(tmp_path)]) == 2
    assert "must hold a study, got none" in capsys.readouterr().err
    assert main(["figures"]) == 2
    assert "DIR must be the folder of a study" in capsys.readouterr().err


@pytest.mark.slow
def test_an_articles_figures_and_pictures_of_its_other_studies(tmp_path, capsys):
    words = ["figures", str(STORED.parent / "liu2026"), "--format", "png", "--out", str(tmp_path)]
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["figure"] for row in rows[:3]] == ["initialisation", "ablations", "circuits"]
    assert all(row["files"] for row in rows)
    # No figure of the article's is of it, which is there at three scales.
    own = [row["figure"] for row in rows[3:] if row["study"] == "liu2026/longer"]
    assert len(own) == len(rows) - 3
    assert own.count("peak_accuracy") == own.count("layer-balance-by-epoch") == 3


@pytest.mark.slow
def test_any_study_is_drawn_by_what_varies(tmp_path, capsys):
    study = str(STORED.parent / "liu2026")
    words = ["figures", study, "--format", "png", "--out", str(tmp_path), "--y", "peak_accuracy"]
    assert main([*words, "--json"]) == 0
    captions = {row["study"]: row["caption"] for row in json.loads(capsys.readouterr().out)}
    assert {"liu2026/circuits", "liu2026/ablations", "liu2026/longer"} <= set(captions)
    assert "by variant: means" in captions["liu2026/circuits"]
    # Settings that vary side by side are one, by what differs from most runs.
    table = pd.read_csv(tmp_path / "ablations-peak_accuracy.csv")
    assert table["variant"].is_unique
    assert {"usual", "epsilon", "gradient exponent 0"} <= set(table["variant"])


@pytest.mark.slow
def test_flags_choose_the_picture_of_any_study(tmp_path, capsys):
    study = str(STORED / "fashion-mnist-noise")
    words = ["figures", study, "--format", "svg", "--out", str(tmp_path), "--json"]
    assert main([*words, "--x", "update_noise", "--by", "ei", "--y", "final_rate_hz"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["caption"].startswith("Firing rate after training by update noise: means with 95 %")
    assert row["files"][0].endswith("final_rate_hz.svg")
    assert pd.read_csv(tmp_path / "final_rate_hz.csv")["n"].sum() == 672
    assert main([*words, "--y", "loss", "--by", "ei"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["caption"].startswith("Loss over epochs")
    assert pd.read_csv(tmp_path / "loss-by-epoch.csv")["n"].min() == 96


def test_learning_curves_tell_apart_what_varies(tmp_path):
    words = ["--x", "epoch", "--format", "svg", "--out", str(tmp_path)]
    assert main(["figures", str(STORED / "portraits"), *words]) == 0
    table = pd.read_csv(tmp_path / "accuracy-by-epoch.csv")
    assert list(table)[:4] == ["variant", "ei", "epoch", "n"]
    assert set(table["n"]) == {1}
    assert "every value" not in (tmp_path / "accuracy-by-epoch.svg").read_text()
    # Twelve scales are too many panels: the picture says that its means are over them.
    assert main(["figures", str(STORED / "fashion-mnist"), *words]) == 0
    table = pd.read_csv(tmp_path / "accuracy-by-epoch.csv")
    assert list(table)[:2] == ["ei", "epoch"]
    said = "a mean is over every value of scale of initial input weights, too"
    assert said in (tmp_path / "accuracy-by-epoch.svg").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--x", "w1"],
            "--x: there is no column 'w1' (did you mean 'w1_std'?); there are ei, w1_std, peak",
        ),
        (["--by", "epoch"], "--by: there is no column 'epoch'"),
        (["--y", "status"], "figures: --y must be a column of numbers, got 'status'"),
        (["--x", "ei", "--by", "ei"], "must be different columns"),
        (["--x", "epoch", "--by", "ei", "--rows", "ei"], "by and rows must be different"),
        (["--y", "epochs.los"], "--y: there is no column 'epochs.los'"),
        (["--by", "group"], "--by: there is no column 'group'"),
        (["--y", "peak_accuracy", "--x", "epoch"], "--y must be a column of epochs with --x epoch"),
        (["--y", "epoch"], "--y: there is no column 'epoch'"),
        (["--x", "ei", "--only", "1c"], "left out with --only"),
        (["--x", "ei", "--format", "gif"], "--format must be some of svg, pdf, png here"),
    ],
)
def test_a_picture_that_there_cant_be_is_one_sentence(tmp_path, words, sentence, capsys):
    out = tmp_path / "out"
    assert main(["figures", str(STORED / "fashion-mnist"), *words, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not out.exists()


def test_measures_of_a_study_are_drawn_by_what_varies_and_over_epochs(tmp_path, capsys):
    from eccles.sweeps.tables import load

    study = STORED.parent / "circuits/rates"
    words = ["figures", str(study), "--format", "svg", "--out", str(tmp_path)]
    names = ["peak_accuracy", "accuracy-by-epoch", "operations", "operations-by-epoch"]
    assert main([*words, "--only", ",".join(names[2:]), "--json"]) == 0
    assert [row["figure"] for row in json.loads(capsys.readouterr().out)] == names[2:]
    found = pd.read_csv(tmp_path / "operations-runs.csv").set_index("run")
    # A network's operations are those of all its projections together, after training.
    rows = load(study).table("operations")
    after = rows[rows["epoch"] == rows["epoch"].max()].groupby("run")["operations"].sum()
    assert found["operations.operations"].to_dict() == pytest.approx(after.to_dict())
    over = pd.read_csv(tmp_path / "operations-by-epoch.csv")
    assert sorted(over["epoch"].unique()) == [0, 8]
    assert main([*words, "--only", "loss"]) == 2
    assert f"there are {', '.join(names)}" in capsys.readouterr().err
    # Of one projection, where flags tell them apart.
    assert main([*words, "--y", "operations.spikes", "--by", "projection"]) == 0
    found = pd.read_csv(tmp_path / "operations-spikes-runs.csv")
    one = rows[(rows["epoch"] == 7) & (rows["projection"] == "input -> E")].set_index("run")
    mine = found[found["operations.projection"] == "input -> E"].set_index("run")
    assert mine["operations.spikes"].to_dict() == pytest.approx(one["spikes"].to_dict())


def test_parts_of_a_network_have_panels_with_axes_of_their_own():
    from eccles.studies.axes import Axes
    from eccles.studies.own_figures import pictures
    from eccles.sweeps.tables import load

    draw = pictures(load(STORED / "portraits"), Axes(y="weights.mean"))
    (drawing,) = (each() for each in draw.values())
    panels = drawing.figure.axes
    assert [axes.get_title() for axes in panels] == [
        "projection: input->hidden", "projection: hidden E->output", "projection: hidden I->output"
    ]  # fmt: skip
    assert panels[1].get_ylim()[0] >= -0.01
    assert panels[2].get_ylim()[1] <= 0.01
    assert set(drawing.data["n"]) == {1}
