"""What is drawn and accounted for of the stand-in for spoken digits, from tables made by hand."""

import runpy
from pathlib import Path

import pytest

from eccles.studies.done import titled
from eccles.studies.kilgore2025.figures import FIGURES

ACCOUNTS = runpy.run_path(str(Path(__file__).parents[3] / "docs" / "accounts.py"))
RATES = {1.5e-4: 1.0, 2e-4: 9.0}
PEAKS = {"50:50": 0.3, "80:20": 0.36, "95:5": 0.34, "100:0": 0.25}
SETS = ("grid.w1_std=[1.5e-4, 2e-4]", "repeat=2")


def runs(settings):
    peak = PEAKS[settings["ei"]] + settings["seed"] / 100
    rate = RATES[settings["w1_std"]]
    return {
        "runs": [{"peak_accuracy": peak, "initial_rate_hz": rate, "data_kind": "synthetic"}],
        "epochs": [
            {"epoch": e, "rate_hz": rate, "accuracy": peak - 0.02}
            for e in range(-1, settings["epochs"])
        ],
    }


def unbounded(settings):
    peak = 0.2 + settings["seed"] / 10
    return {
        "runs": [{"peak_accuracy": peak, "initial_rate_hz": 100.0, "data_kind": "synthetic"}],
        "epochs": [
            {"epoch": e, "rate_hz": 100.0, "accuracy": peak} for e in range(-1, settings["epochs"])
        ],
    }


def test_the_line_of_the_figure_is_the_stand_ins_own(stored):
    article = stored("spoken-digits", runs, *SETS)
    drawing = FIGURES["1d"].draw(article)
    assert "a stand-in, not SHD" in drawing.figure.get_suptitle()
    assert "Dashed" not in drawing.caption
    article = stored("spoken-digits-unbounded", unbounded, "repeat=2")
    assert "Dashed: 25 %" in FIGURES["1d"].draw(article).caption


def test_the_line_of_the_figure_is_the_articles_on_its_own_data(stored):
    def real(settings):
        made = runs({**settings, "w1_std": 2e-4})
        return made | {"runs": [made["runs"][0] | {"data_kind": "real"}]}

    drawing = FIGURES["1d"].draw(stored("shd", real, *SETS))
    assert "Dashed: 48 %" in drawing.caption


def test_titles_say_that_it_is_no_shd(stored):
    for study, title in [
        ("spoken-digits", "Accuracy (a stand-in, not SHD)"),
        ("shd", "Accuracy"),
    ]:
        article = stored(study, runs, *SETS)
        assert titled("Accuracy", FIGURES["1d"].source(article), article) == title


def test_the_account(stored):
    stored("spoken-digits-unbounded", unbounded, "repeat=2")
    article = stored("spoken-digits", runs, *SETS)
    rates = ACCOUNTS["stand_in_rates"](article).splitlines()
    assert rates[0] == "| w1 scale | initial rate | 50:50 | 80:20 | 95:5 | 100:0 |"
    # Means over seeds 0 and 1; all but the peaks are two points lower.
    assert rates[3].startswith("| 0.0002 | 9.00 Hz | 30.5 % (28.5 %, 0/2) | 36.5 % (34.5 %, 2/2)")
    differences = ACCOUNTS["stand_in_differences"](article).splitlines()
    assert "50:50 - 100:0" in differences[0]
    assert differences[2].startswith("| 1.00 Hz | +5.0 [5.0, 5.0] (n = 2) | +11.0")
    reference = ACCOUNTS["stand_in_unbounded"](article).splitlines()
    assert reference[2:] == [
        "| 0 | 100.00 Hz | 20.0 % | 20.0 % |",
        "| 1 | 100.00 Hz | 30.0 % | 30.0 % |",
    ]
    assert ACCOUNTS["stand_in_distances"](article) == ""


@pytest.mark.parametrize(
    "table", ["stand_in_rates", "stand_in_differences", "stand_in_unbounded", "stand_in_distances"]
)
def test_nothing_is_said_of_what_was_not_run(stored, table):
    assert ACCOUNTS[table](stored("shd", runs, "grid.w1_std=[2e-4]", "repeat=1")) == ""
