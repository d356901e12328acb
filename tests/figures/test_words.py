import pandas as pd
import pytest

from eccles.figures.measured import MEASURED, full_name
from eccles.figures.vocabulary import WORDS
from eccles.figures.words import in_unit, in_words, spelt, words_of
from eccles.sweeps.schema import columns_of
from eccles.sweeps.study import Study
from eccles.training.config import names_of
from eccles.training.prepare import measures_of


@pytest.mark.parametrize("deep", [False, True])
def test_every_setting_and_every_column_that_can_be_drawn_has_words(deep):
    base = {"model": "mlp2"} if deep else {}
    known = measures_of(deep=deep)
    tables = columns_of(Study(base=base, grid={"seed": [0, 1]}, measure=dict.fromkeys(known, 1)))
    names = [*names_of(deep=deep), *tables.pop("runs"), *tables.pop("epochs")]
    names += [full_name(table, column) for table in MEASURED.keys() & tables
              for column in tables[table]]  # fmt: skip
    assert [n for n in names if n not in WORDS and n.rpartition(".")[2] not in WORDS] == []
    # A column of a measure is never in the words of a setting.
    assert words_of("weights.projection") != words_of("projection")


def test_values_are_in_the_unit_of_their_words():
    assert words_of("tau_mem").label == "membrane time constant (ms)"
    assert (spelt("tau_mem", 0.02), in_unit("tau_mem", 0.02)) == ("20 ms", "20")


def test_what_a_study_lacks_is_spelt_as_nothing():
    assert [in_unit("lr", value) for value in (None, float("nan"), pd.NA, pd.NaT)] == ["-"] * 4


def test_people_read_epochs_trained_and_numbers_in_their_units():
    rows = pd.DataFrame({"epoch": [-1, 0], "mean": [0.5, 1.0], "peak_epoch": [3, -1]})
    said = in_words(rows.assign(zeros=0.25), "weights")
    assert list(said) == ["epochs trained", "mean weight", "epochs trained at the peak",
                          "share of weights that are 0 (%)"]  # fmt: skip
    assert said.iloc[0].tolist() == [0, 0.5, 4, 25.0]
    assert list(rows) == ["epoch", "mean", "peak_epoch"]
    mixed = in_words(pd.DataFrame({"delay": ["auto", 0.002], "clip": [True, False]}))
    assert mixed["delay (ms)"].tolist() == ["auto", 2.0]
