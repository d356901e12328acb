"""Which studies are done, by which data sets lie where it is looked: files need only be there."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from eccles.cli.study_data import with_data
from eccles.data.catalogue import SOURCES
from eccles.errors import InputError, RunError
from eccles.studies import find
from eccles.sweeps.study import Study, read_study

MNIST, NOISE, SHD, STAND_IN = "fashion-mnist", "fashion-mnist-noise", "shd", "spoken-digits"
ALL = {MNIST: MNIST, NOISE: MNIST, SHD: SHD, STAND_IN: STAND_IN}
"""The data of each study."""


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Return what puts data sets where all but a --data-dir is searched; nothing is there yet."""
    monkeypatch.setenv("ECCLES_DATA", str(tmp_path / "shared"))
    for source in SOURCES.values():
        if source.package:
            monkeypatch.setitem(SOURCES, source.name, replace(source, system=()))

    def put(*names, folder=tmp_path / "shared"):
        for name in names:
            (folder / name).mkdir(parents=True)
            for file in SOURCES[name].files:
                (folder / name / file.plain).touch()
        return folder

    return put


def done(data=ALL, data_dir=None, scale="full"):
    """Return the names of the studies that are done, and what is said."""
    file = io.StringIO()
    asked = {
        name: Study(base={"data": each}, grid={"ei": ["50:50", "80:20"]}, scale=scale)
        for name, each in data.items()
    }
    found = with_data("kilgore2025", asked, Console(file=file, width=50), data_dir)
    assert all(asked[name] is study for name, study in found.items())
    return list(found), file.getvalue()


def test_the_stand_in_stands_in_where_shd_is_not_found(put):
    put(MNIST, STAND_IN)
    names, said = done()
    assert names == [MNIST, NOISE, STAND_IN]
    assert said.startswith("left out: kilgore2025/shd: data: shd must be on this machine or within")
    assert said.count("\n") == 1


def test_it_is_left_out_where_shd_is_found(put):
    shared = put(MNIST, SHD, STAND_IN)
    names, said = done()
    assert names == [MNIST, NOISE, SHD]
    assert said.startswith("left out: kilgore2025/spoken-digits: ")
    assert said.endswith(f" {shared / SHD}; --only spoken-digits does it\n")
    assert said.count("\n") == 1


def test_it_is_done_where_it_is_asked_for(put):
    put(SHD, STAND_IN)
    assert done({STAND_IN: STAND_IN}) == ([STAND_IN], "")


@pytest.mark.parametrize("there", [[], [SHD]])
def test_at_the_smallest_scale_the_stand_in_does_for_both(put, there):
    """No folder called shd holds what isn't SHD, and nothing is downloaded for a smoke run."""
    put(*there)
    names, said = done({SHD: SHD, STAND_IN: "spoken-digits-sample"}, scale="smoke")
    assert names == [STAND_IN]
    assert said.startswith("left out: kilgore2025/shd: at this scale spoken-digits ")
    assert said.endswith("; --only shd does it\n")
    assert said.count("\n") == 1


def test_at_the_smallest_scale_it_is_done_where_it_is_asked_for(put):
    put(SHD)
    assert done({SHD: SHD}, scale="smoke") == ([SHD], "")


def test_no_scale_gives_the_study_other_data():
    for scale in ("full", "laptop", "smoke"):
        assert read_study(find("kilgore2025/shd"), scale).base["data"] == SHD


def test_all_digits_may_be_missing(put):
    put(MNIST)
    names, said = done()
    assert names == [MNIST, NOISE]
    first, second = said.splitlines()
    assert first.startswith("left out: kilgore2025/shd: data: shd must")
    assert second.startswith("left out: kilgore2025/spoken-digits: data: spoken-digits must")


def test_the_stand_ins_own_reference_may_be_missing_too(put):
    put(MNIST)
    names, said = done({MNIST: MNIST, "spoken-digits-unbounded": STAND_IN})
    assert names == [MNIST]
    assert said.startswith("left out: kilgore2025/spoken-digits-unbounded: data: spoken-digits")


@pytest.mark.parametrize("there", [[], [SHD, STAND_IN]])
def test_other_data_may_not_be_missing(put, tmp_path, there):
    folder = put(*there, folder=tmp_path / "mine")
    folder.mkdir(exist_ok=True)
    with pytest.raises(InputError, match="mine must hold the files of fashion-mnist, got") as said:
        done(data_dir=folder)
    assert "\n" not in str(said.value)
    with pytest.raises(RunError, match="fashion-mnist must be on this machine"):
        done()


def test_a_folder_that_is_given_is_the_only_one(put, tmp_path):
    put(MNIST, SHD, STAND_IN)
    folder = put(MNIST, folder=tmp_path / "mine")
    names, said = done(data_dir=folder)
    assert names == [MNIST, NOISE]
    assert "left out: kilgore2025/shd: data: " in said
    assert "leave data_dir out" in said


@pytest.mark.parametrize("name", [SHD, STAND_IN, NOISE])
def test_what_is_asked_for_by_name_may_not_be_missing(put, name):
    with pytest.raises(RunError, match=f"data: {ALL[name]} must be"):
        done({name: ALL[name]})
