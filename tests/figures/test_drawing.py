import matplotlib
import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.figures import Drawing, style

START = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}


@pytest.fixture
def drawing():
    def draw():
        with style.look():
            figure = style.figure(style.COLUMN, 2, "a note")
            figure.subplots().plot([0, 1], [0, 1], label="ä line")
        table = pd.DataFrame({"x": [0, 1], "y": [0.1, 1 / 3]})
        return Drawing(figure, table, "A line.", {"more": table.head(1)})

    return draw


def test_every_format_and_the_tables_are_written(drawing, tmp_path):
    paths = drawing().save(tmp_path / "new", "line")
    names = [path.name for path in paths]
    assert names == ["line.svg", "line.pdf", "line.png", "line.csv", "line-more.csv"]
    for path in paths[:3]:
        assert path.read_bytes().startswith(START[path.suffix[1:]])
    assert (tmp_path / "new/line.csv").read_text() == "x,y\n0,0.1\n1,0.333333333\n"
    assert (tmp_path / "new/line-more.csv").read_text() == "x,y\n0,0.1\n"
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(names)


def test_the_same_drawing_is_the_same_bytes(drawing, tmp_path):
    first = drawing().save(tmp_path / "a", "line")
    # Neither what else is saved nor how often may show.
    again = drawing()
    again.save(tmp_path / "b", "line", ["png"])
    again.save(tmp_path / "b", "line", ["pdf", "svg"])
    for path in first[:3]:
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_text_stays_text_and_the_caption_is_inside(drawing, tmp_path):
    drawing().save(tmp_path, "line", ["svg"])
    text = (tmp_path / "line.svg").read_text()
    assert ">a note</text>" in text
    assert "<dc:title>A line.</dc:title>" in text
    assert "<dc:date>" not in text


def test_as_text_it_is_the_file(drawing, tmp_path):
    (path, *_) = drawing().save(tmp_path, "line", ["svg"])
    assert drawing().svg() == path.read_text(encoding="utf-8") == drawing()._repr_svg_()


def test_an_unknown_format(drawing, tmp_path):
    with pytest.raises(InputError, match="formats must be some of svg, pdf, png, got 'gif'"):
        drawing().save(tmp_path, "line", ["gif"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "..", ".", "", "../x", "/nowhere/x", "\ud800"])
def test_what_is_no_name_of_a_file(drawing, tmp_path, name):
    with pytest.raises(InputError, match=r"^figures: name must be a name of files, without"):
        drawing().save(tmp_path / "pictures", name)
    assert not list(tmp_path.iterdir())


def test_the_look_is_taken_off_again():
    import matplotlib

    before = matplotlib.rcParams["font.size"]
    with style.look():
        assert matplotlib.rcParams["font.size"] == 7
    assert matplotlib.rcParams["font.size"] == before


def test_lines_of_many_classes_differ():
    kinds = style.lines(f"class {k}" for k in range(18))
    assert len(set(kinds.values())) == 18


def test_what_the_caller_set_of_matplotlib_does_not_matter(tmp_path):
    def drawn(name):
        with style.look():
            made = style.figure(style.COLUMN, 2)
            made.add_subplot().plot([0, 1], [0.1, 1 / 3])
        drawing = Drawing(made, pd.DataFrame({"x": [0, 1]}), "A line.")
        return [path.read_bytes() for path in drawing.save(tmp_path / name, "line")]

    plain = drawn("plain")
    hostile = {"axes.grid": True, "savefig.bbox": "tight", "savefig.transparent": True}
    hostile |= {"font.family": "serif", "lines.linestyle": ":", "axes.facecolor": "red"}
    with matplotlib.rc_context(hostile):
        assert drawn("hostile") == plain
        assert matplotlib.rcParams["axes.grid"] is True
