"""Folders that a verb is told of, and files in their place."""

from pathlib import Path

import pytest

from eccles.cli import main
from eccles.cli.folders import for_files, stored
from eccles.errors import InputError


def test_folders_pass(tmp_path):
    assert stored(tmp_path, "verb", "a folder") == tmp_path
    # What a folder must hold is for those to say who look into it.
    assert stored(tmp_path / "new", "verb", "a folder") == tmp_path / "new"
    assert for_files(tmp_path / "new", "verb") == tmp_path / "new"


@pytest.mark.parametrize("verb", ["results", "figures", "report"])
def test_a_file_is_no_study(verb, tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("")
    assert main([verb, str(file)]) == 2
    said = capsys.readouterr().err
    assert f"{verb}: DIR must be " in said
    assert f"got the file {file}; eccles sweep makes them" in said
    assert said.count("\n") == 1


def test_files_have_no_place_in_a_file(tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(InputError, match=r"^verb: --out must be a folder, got the file"):
        for_files(file, "verb")
    results = Path(__file__).parents[2] / "results/kilgore2025/portraits"
    for words in (["figures", str(results), "--only", "2a"], ["reproduce", "kilgore2025"]):
        assert main([*words, "--out", str(file)]) == 2
        assert f"--out must be a folder, got the file {file}" in capsys.readouterr().err
    assert file.read_text() == "mine"
