import pytest
from PIL import Image

from eccles.errors import InputError
from eccles.figures import activity_film, animation

pytestmark = pytest.mark.slow


def test_a_frame_an_epoch(runs, epochs, classes, tmp_path):
    film = activity_film(runs, epochs, classes)
    assert film.frames == 3
    film.show(2)
    right = film.figure.axes[1]
    assert right.get_title() == "2 epochs"
    # good: 8 + 2 spikes in class 0, twice that in class 1.
    assert right.collections[0].get_offsets().tolist() == [[10, 80], [20, 80]]
    paths = film.save(tmp_path, "film")
    assert [path.name for path in paths] == ["film.gif", "film.mp4", "film.csv", "film-curves.csv"]
    with Image.open(paths[0]) as gif:
        assert gif.n_frames == 3
    assert paths[1].read_bytes()[4:8] == b"ftyp"
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}


def test_the_same_film_is_the_same_bytes(runs, epochs, classes, tmp_path):
    a, b = (
        activity_film(runs, epochs, classes).save(tmp_path / name, "film", ["gif"]) for name in "ab"
    )
    assert a[0].read_bytes() == b[0].read_bytes()


def test_without_an_encoder_there_is_the_gif(runs, epochs, classes, tmp_path, monkeypatch):
    monkeypatch.setattr(animation, "encoder", lambda: None)
    film = activity_film(runs, epochs, classes)
    assert film.possible() == ("gif",)
    with pytest.raises(InputError, match=r"pip install 'eccles\[movie\]', or take the GIF"):
        film.save(tmp_path, "film", ["mp4"])
    with pytest.raises(InputError, match="formats must be some of gif, mp4, got 'svg'"):
        film.save(tmp_path, "film", ["svg"])


def test_an_encoder_of_the_system_comes_first(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}")
    assert animation.encoder() == "/opt/ffmpeg"
