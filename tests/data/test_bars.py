import pytest

from eccles.data import bars


@pytest.fixture
def _terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # Rich then takes stderr for a terminal.


def test_nobody_looks_on(capsys):
    assert list(bars.counting("counting", 3)) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("_terminal")
def test_a_bar_counts_on_stderr(capsys):
    assert list(bars.counting("counting", 3)) == [0, 1, 2]
    out, err = capsys.readouterr()
    assert out == ""
    assert "counting" in err


@pytest.mark.usefixtures("_terminal")
def test_only_a_large_file_has_a_bar(capsys, tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    for absent_or_small in (path, tmp_path / "none"):
        with bars.reading("reading", absent_or_small) as advance:
            assert advance is None
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(bars, "_LARGE", 100)
    with bars.reading("reading", path) as advance:
        advance(50, 100)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading" in err
    assert "50%" in err
