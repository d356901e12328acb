import io
import sys

from eccles.cli.bar import bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_a_terminal_says_what_and_how_many(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with bar("drawing", 3) as advance:
        advance(2, "1c: Accuracy")
    shown = sys.stderr.getvalue()
    assert "drawing 1c: Accuracy" in shown
    assert "2/3" in shown


def test_nothing_is_drawn_elsewhere(capsys):
    with bar("drawing", 3) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")


def test_nothing_is_drawn_where_a_terminal_moves_nothing(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with bar("drawing", 3) as advance:
        advance(3)
    assert sys.stderr.getvalue() == ""
