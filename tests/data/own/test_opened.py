"""Data of one's own, named by its path: what is read, and what is said of what isn't such."""

import io
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import eccles
from eccles import InputError, RunError
from eccles.data import Recordings, latency_encode, load
from eccles.data.spikes import hdf5
from eccles.data.spikes.binning import Binning, bin_events

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (20, 5, 4), np.uint8)
LABELS = np.arange(20) % 4
WORDS = np.array(["up", "down", "left", "right"])[LABELS]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def save(**arrays):
    np.savez("mine.npz", **arrays)
    return "mine.npz"


def pictures(folder, images=IMAGES, labels=WORDS, suffix="png"):
    for k, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = Path(folder, str(label))
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{k:02}.{suffix}")


def raster_of(data):
    return data.events.to_dense().numpy()


def test_a_share_of_each_class_is_held_out_the_same_every_time():
    path = save(images=IMAGES, labels=WORDS)
    train, test = load(path)
    assert (len(train), len(test), train.kind) == (16, 4, "own")
    assert train.classes == ("down", "left", "right", "up")
    assert np.bincount(test.labels).tolist() == [1, 1, 1, 1]
    again = load(Path(path), test_share=0.5)
    assert np.bincount(again.test.labels).tolist() == [2, 2, 2, 2]  # Of five, rounded to even.
    assert (raster_of(load(path).test) == raster_of(test)).all()
    # No sample is on both sides, and none is lost.
    whole = np.concatenate([raster_of(train), raster_of(test)], axis=1)
    dense = latency_encode(IMAGES).to_dense().numpy()
    order = [np.lexsort(each.transpose(1, 0, 2).reshape(20, -1).T) for each in (whole, dense)]
    assert (whole[:, order[0]] == dense[:, order[1]]).all()


@pytest.mark.parametrize(
    "images",
    [IMAGES, IMAGES / 255, IMAGES.astype(np.int64), IMAGES.astype(np.float32), IMAGES[:, :, None]],
)
def test_images_of_any_scale_and_size_are_the_same_spikes(images):
    path = save(x_train=images, y_train=LABELS, x_test=images[:8], y_test=LABELS[:8])
    train, test = load(path)
    assert train.classes == ("0", "1", "2", "3")
    assert (raster_of(train) == latency_encode(IMAGES).to_dense().numpy()).all()
    assert (raster_of(test) == raster_of(train)[:, :8]).all()


def test_black_and_white_is_dark_and_bright():
    train, _ = load(save(images=IMAGES > 127, labels=LABELS))
    assert train.events.n_events > 0
    assert set(train.events.steps.tolist()) == {4}


def test_rasters_and_times():
    raster = RANDOM.integers(0, 3, (20, 9, 6)).astype(np.uint8)
    train, test = load(save(spikes=raster, labels=LABELS, test_spikes=raster, test_labels=LABELS,
                            dt=2e-3))  # fmt: skip
    assert (raster_of(train) == raster.transpose(1, 0, 2)).all()
    assert (train.events.dt, len(test)) == (2e-3, 20)
    offsets = np.arange(21) * 7
    times, units = RANDOM.random(140), RANDOM.integers(0, 12, 140)
    binning = Binning(n_steps=30)
    path = save(times=times, units=units, offsets=offsets, labels=LABELS, n_units=12,
                classes=["a", "b", "c", "d"])  # fmt: skip
    train, test = load(path, binning=binning)
    assert train.classes == ("a", "b", "c", "d")
    recordings = Recordings(times, units, offsets, LABELS, train.classes, n_units=12)
    expected = bin_events(recordings, binning).events
    assert train.events.n_events + test.events.n_events == expected.n_events


def test_events_that_come_too_late_are_counted(caplog):
    caplog.set_level("WARNING")
    np.savez("late.npz", times=[0.1, 0.2, 0.1, 0.9], units=[0, 1, 0, 1], offsets=[0, 1, 2, 3, 4],
             labels=["a", "b", "a", "b"])  # fmt: skip
    load("late.npz", binning=Binning(max_time=0.5))
    assert any("has 1 of 4 events at 500 ms or later, which are left" in m for m in caplog.messages)
    caplog.clear()
    load("late.npz", binning=Binning(max_time=400.0))
    assert any("nothing fires in the last 98% of 400 s; a shorter" in m for m in caplog.messages)


def test_a_file_of_recordings():
    times, units = RANDOM.random(140).astype(np.float32), RANDOM.integers(0, 12, 140)
    recordings = Recordings(times, units, np.arange(21) * 7, LABELS, ("a", "b", "c", "d"),
                            n_units=12)  # fmt: skip
    hdf5.write(Path("mine.h5"), recordings)
    train, test = load("mine.h5")
    assert (len(train), len(test), train.events.n_units, train.name) == (16, 4, 12, "mine.h5")
    Path("both").mkdir()
    for part in ("train", "test"):
        hdf5.write(Path("both", f"{part}.h5"), recordings)
    assert [len(part) for part in load("both/")] == [20, 20]


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tiff", "webp"])
def test_folders_of_images(suffix):
    pictures("mine", suffix=suffix)
    train, test = load("mine/")
    assert train.classes == ("down", "left", "right", "up")
    assert (len(train), len(test), train.events.n_units) == (16, 4, 20)
    if suffix == "png":
        total = latency_encode(IMAGES).n_events
        assert train.events.n_events + test.events.n_events == total
    assert (raster_of(load("mine/").train) == raster_of(train)).all()  # From the cache.


def test_folders_with_a_test_set():
    pictures("mine/train")
    pictures("mine/test", IMAGES[:8], WORDS[:8])
    assert [len(part) for part in load("mine/")] == [20, 8]
    pictures("mine/test", IMAGES[:1], ["under"])
    with pytest.raises(InputError, match="classes of train and test must be the same, got 'under"):
        load("mine/")


def test_folders_of_sound():
    pytest.importorskip("soundfile", reason="needs the extra audio")
    for label in ("yes", "no"):
        Path("mine", label).mkdir(parents=True)
        for k in range(2):
            with wave.open(f"mine/{label}/{k}.wav", "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(16_000)
                file.writeframes(np.random.default_rng(k).bytes(3_200))
    train, test = load("mine/")
    assert (train.classes, len(train), len(test)) == (("no", "yes"), 2, 2)
    assert train.events.n_events > 0


def test_a_run_is_known_by_what_the_files_hold(tmp_path):
    path = save(images=IMAGES, labels=WORDS)
    config = eccles.TrainConfig(data=path, epochs=1)
    assert config.resolved().initial_rate == "5 Hz"
    elsewhere = config.model_copy(update={"data": str(tmp_path / path)})
    assert elsewhere.identity() == config.identity()
    first = eccles.train(config, out="a")
    assert eccles.train(elsewhere, out="a").history == first.history  # Read, not trained.
    save(images=255 - IMAGES, labels=WORDS)
    with pytest.raises(InputError, match="must"):
        eccles.train(config, out="a")
    other = config.model_copy(update={"test_share": 0.5})
    assert other.identity() != config.identity()


def test_a_study_names_a_path():
    from concurrent.futures import ThreadPoolExecutor

    study = eccles.Study(base={"data": save(images=IMAGES, labels=WORDS), "epochs": 1},
                         grid={"ei": ["50:50", "80:20"]})  # fmt: skip
    with ThreadPoolExecutor(1) as executor:
        results = eccles.sweep(study, "out", executor=executor, jobs=1)
    assert list(results.runs["status"]) == ["done", "done"]
    assert set(results.runs["data"]) == {"mine.npz"}
    assert set(results.runs["test_samples"]) == {4}


RASTER = np.ones((20, 3, 2), np.uint8)
LISTS = np.array([[1, 2], [3]], object)
TIMES = {"times": [0.1, 0.2], "units": [0, 1], "offsets": [0, 1, 2], "labels": [0, 1]}


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"images": IMAGES}, "must have labels, got images alone"),
        ({"labels": LABELS}, "images, spikes, or times with units and offsets beside its labels"),
        ({"pixels": IMAGES}, "must hold arrays images and labels, .* got pixels"),
        (
            {"images": IMAGES, "labels": LABELS[:5]},
            "number of labels must be 20, one a sample",
        ),
        ({"images": IMAGES, "labels": LABELS * 0}, "two classes or more, got only '0'"),
        ({"images": IMAGES, "labels": np.r_[9, LABELS[1:]]}, "hold some out, got 1 of '9'"),
        ({"images": IMAGES, "labels": LABELS / 2}, "labels must be one a sample, a whole number"),
        ({"images": IMAGES, "labels": ["a\x1b[2J"] * 20}, "must be words of at most 100 printable"),
        ({"images": IMAGES, "labels": [""] * 20}, "must be words of at most 100 printable"),
        ({"images": IMAGES, "labels": LABELS, "classes": ["a", "b"]}, "from 0 to 1, for there are"),
        ({"images": IMAGES, "labels": LABELS, "classes": list("aabc")}, "that differ, got 'a more"),
        (
            {"images": IMAGES, "labels": WORDS, "classes": ["up"]},
            "the classes up, got 'down'",
        ),
        (
            {"images": IMAGES * np.nan, "labels": LABELS},
            "must be finite, got 400 NaN or infinite pixels",
        ),
        ({"images": IMAGES - 9.0, "labels": LABELS}, "from 0 on, got -9.0; leave normalisation"),
        ({"images": IMAGES * 9.0, "labels": LABELS}, "from 0 to 255, got .*; what is brighter"),
        (
            {"images": np.full((20, 5, 4), 16), "labels": LABELS},
            "a pixel to fire, over 0.2 of full brightness, got '16 at most'; full brightness is",
        ),
        ({"images": np.full((20, 5, 4), 0.1), "labels": LABELS}, "got '0.1 at most'"),
        ({"images": WORDS, "labels": LABELS}, "images must be numbers \\[N, H, W\\]"),
        ({"images": np.zeros((2, 300, 300)), "labels": [0, 1]}, "of at most 65,536 pixels, got"),
        ({"images": LISTS, "labels": [0, 1]}, "an array of objects; images of several sizes"),
        (
            {
                "images": IMAGES,
                "labels": LABELS,
                "test_images": IMAGES[:, :3],
                "test_labels": LABELS,
            },
            "images must be of one size, got '\\[3, 4\\] and \\[5, 4\\]'",
        ),
        ({"spikes": IMAGES[0], "labels": LABELS[:5]}, "spikes must be counts \\[N, T, units\\]"),
        ({"spikes": RASTER - 3.0, "labels": LABELS}, "whole numbers .* from 0 to 255, got -2"),
        ({"spikes": RASTER + 0.5, "labels": LABELS}, "from 0 to 255, got [01].5"),
        ({"spikes": RASTER * np.nan, "labels": LABELS}, "from 0 to 255, got nan"),
        (
            {**TIMES, "times": [-0.1, 0.2]},
            r"times\[0\] must be seconds from 0 on, and finite, got -0.1",
        ),
        (
            {**TIMES, "times": [np.nan, 0.2]},
            r"times\[0\] must be seconds from 0 on, and finite, got nan",
        ),
        ({**TIMES, "times": [100.0, 200.0]}, "events before 1.4 s, got 2 of 2 later"),
        ({**TIMES, "offsets": [0, 2, 1]}, "offsets must be from 0 to 2, none below the one before"),
        ({**TIMES, "units": [0, 70000]}, "units must be "),
        ({**TIMES, "units": ["a", "b"]}, "units must be whole numbers, got 'text such as a'"),
        ({**TIMES, "n_units": [1, 2]}, "n_units must be a whole number above 0, got \\[1, 2\\]"),
        ({**TIMES, "n_units": 2.5}, "n_units must be a whole number above 0, got 2.5"),
        ({"spikes": RASTER, "labels": LABELS, "dt": "x"}, "dt must be a time above 0 in seconds"),
        ({"x": IMAGES, "y": LABELS, "x_test": IMAGES, "y_test": 3}, "labels must be one a sample"),
        ({**TIMES, "labels": [0, 1, 2]}, "one offset more than labels, got"),
    ],
)
def test_arrays_that_are_no_data_are_one_sentence(arrays, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        load(save(**arrays))
    assert "mine.npz" in str(caught.value)


def test_files_that_are_none_are_one_sentence(tmp_path):
    for name, sentence in {
        "nope.npz": "nope.npz must be a file or folder, got nothing of that name",
        "nope/": "nope/ must be a file or folder, got nothing of that name",
        "./notes.txt": "must be a folder, or a file that ends in .npz",
        "notes.txt": "must be a folder, or a file that ends in .npz, .*, got 'notes.txt'",
        "empty": "a folder must be with a \"/\" in its path, got 'empty'; empty/ is",
        "text.npz": "text.npz must be a readable npz of arrays, got File is not a zip file",
        "text.h5": "text.h5 must be whole HDF5",
        "empty/": "must hold a folder for each class with images .*, got no folder in it$",
        "flat/": "must hold a folder for each class .*, got no folder in it beside 00.png, 01.png$",
        "both/": "images alone or sound alone, got images in down and sound in yes",
        "sizes/": "images must be of one size, got 4 x 5 in .* and 5 x 4 in ",
        "dark/": "dark/: images must be bright enough for a pixel to fire, .*, got '9 at most'",
        "damaged/": "00.png must be an image in 8 bits, got cannot identify",
    }.items():
        Path("notes.txt").write_text("x")
        Path("text.npz").write_text("x")
        Path("text.h5").write_text("x")
        Path("empty").mkdir(exist_ok=True)
        Path("flat").mkdir(exist_ok=True)
        for file in ("flat/00.png", "flat/01.png", "flat/.hidden"):
            Path(file).touch()
        pictures("both")
        Path("both/yes").mkdir(exist_ok=True)
        Path("both/yes/a.wav").touch()
        pictures("sizes")
        Image.fromarray(IMAGES[0].T).save("sizes/up/zz.png")
        pictures("dark", IMAGES % 10)
        pictures("damaged", IMAGES[:2], ["a", "b"])
        Path("damaged/a/00.png").write_bytes(b"no picture")
        with pytest.raises((InputError, RunError), match=sentence):
            load(name)


def test_a_damaged_npz_raises_nothing_else():
    whole = io.BytesIO()
    np.savez(whole, images=IMAGES, labels=LABELS)
    for place in range(0, len(whole.getvalue()), 40):
        content = bytearray(whole.getvalue())
        content[place] ^= 0xFF
        Path("mine.npz").write_bytes(content)
        with suppress(InputError, RunError):
            load("mine.npz")
