import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from eccles import data
from eccles.data import Framing, to_frames
from eccles.data.cameras import event_cameras
from eccles.data.cameras.event_cameras import from_tonic, in_order, shared_out
from eccles.data.cameras.frames import CameraEvents
from eccles.data.files.sources import cache_folder
from eccles.errors import InputError, RunError

DTYPE = np.dtype([("t", np.uint64), ("x", np.uint16), ("y", np.uint16), ("p", bool)])


class Made:
    """Recordings in the form of tonic's data sets: one event each, at a row that says which."""

    sensor_size = (6, 20, 2)  # Width and height.
    classes = {"dog": 1, "cat": 0}  # noqa: RUF012
    n = {"cat": 10, "dog": 20}  # noqa: RUF012

    def __init__(self, save_to, train=True):
        self.folder = Path(save_to) / type(self).__name__
        if not self.folder.is_dir():
            self.download()
        part = self.folder / ("train" if train else "test")
        files = [part / name / f"{name}_{k}.aedat4" for name in self.n for k in range(self.n[name])]
        self.data = [str(file) for file in sorted(files, reverse=True)]
        self.targets = [self.classes[Path(file).parent.name] for file in self.data]

    def download(self):
        raise OSError("the server is away\nfor good")

    def write(self):
        for file in self.data:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).touch()

    def __getitem__(self, k):
        row = int(Path(self.data[k]).stem.split("_")[1])
        return np.array([(7, 5, row, True)], DTYPE), self.targets[k]


class CIFAR10DVS(Made):
    pass


class DVSGesture(Made):
    classes = ["cat", "dog"]  # noqa: RUF012

    def __init__(self, save_to, train=True):
        type(self).classes = {"cat": 0, "dog": 1}
        super().__init__(save_to, train)
        self.classes = ["cat", "dog"]


@pytest.fixture
def tonic(monkeypatch):
    datasets = ModuleType("tonic.datasets")
    datasets.CIFAR10DVS, datasets.DVSGesture = CIFAR10DVS, DVSGesture
    for name, module in [("tonic", ModuleType("tonic")), ("tonic.datasets", datasets),
                         ("aedat", ModuleType("aedat"))]:  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    return datasets


def put(kind, folder: Path, *parts: bool) -> Path:
    (folder / kind.__name__).mkdir(parents=True)
    for train in parts or (True,):
        kind(folder, train).write()
    return folder


def rows(dataset):
    """The row of each recording's one event."""
    assert (dataset.frames.sum((1, 2, 3, 4)) == 1).all()
    return np.argwhere(dataset.frames)[:, 3].tolist()


FULL = Framing(n_frames=2, size=None)


def test_a_set_without_parts_is_shared_out_by_class(tonic, tmp_path):
    folder = put(CIFAR10DVS, tmp_path / "here")
    train, test = data.load_frames("cifar10-dvs", folder, FULL)
    assert train.frames.shape == (27, 2, 2, 20, 6)  # The sensor is the data's own.
    assert train.classes == test.classes == ("cat", "dog")
    assert (train.name, train.kind) == ("cifar10-dvs", "real")
    assert train.labels.tolist() == [0] * 9 + [1] * 18
    # By number, not by letter, whatever the order in which they were listed: 2 before 10.
    assert rows(train) == [*range(9), *range(18)]
    assert test.labels.tolist() == [0, 1, 1]
    assert rows(test) == [9, 18, 19]


def test_a_set_with_parts_keeps_them(tonic, tmp_path):
    folder = put(DVSGesture, tmp_path / "here", True, False)
    train, test = data.load_frames("dvs-gesture", folder, FULL)
    assert (len(train), len(test)) == (30, 30)
    assert train.classes == ("cat", "dog")
    assert rows(train) == rows(test) == [*range(10), *range(20)]


def test_the_cache_and_the_usual_frames(tonic):
    put(CIFAR10DVS, cache_folder() / "cifar10-dvs")
    put(DVSGesture, cache_folder() / "dvs-gesture", True, False)
    with pytest.raises(
        InputError, match=r"size must be at most the sensor's 20 x 6, got \(48, 48\)"
    ):
        data.load_frames("cifar10-dvs")
    for name, n_frames in (("cifar10-dvs", 10), ("dvs-gesture", 16)):
        assert event_cameras.N_FRAMES[name] == n_frames
    Made.sensor_size = (128, 128, 2)
    try:
        assert data.load_frames("cifar10-dvs").train.frames.shape == (27, 10, 2, 48, 48)
        assert data.load_frames("dvs-gesture").test.frames.shape == (30, 16, 2, 48, 48)
    finally:
        Made.sensor_size = (6, 20, 2)


def test_the_conversion_is_that_of_ones_own_files(tonic, tmp_path):
    dataset = CIFAR10DVS(put(CIFAR10DVS, tmp_path / "here"))
    made = from_tonic("toy", dataset, [4], Framing(n_frames=3, size=(5, 3)))
    events, label = dataset[4]
    framing = Framing(n_frames=3, sensor=(20, 6), size=(5, 3))
    expected = to_frames(CameraEvents(*(events[name] for name in "xytp")), framing)
    assert (made.frames[0] == expected).all()
    assert made.labels.tolist() == [label]


def test_the_order_is_by_number():
    class Files:
        data = ("b/1.npy", "a_2/10.npy", "a_2/9.npy", "a_10/1.npy", "b/02.npy")
        targets = (0, 0, 0, 1, 0)

    assert [Files.data[k] for k in in_order(Files)] == [
        "a_2/9.npy", "a_2/10.npy", "a_10/1.npy", "b/1.npy", "b/02.npy",
    ]  # fmt: skip
    assert shared_out(Files) == ([2, 1, 0], [4, 3])


def test_without_the_extra(monkeypatch):
    for missing in ("tonic.datasets", "aedat"):
        monkeypatch.setitem(sys.modules, missing, None)
        with pytest.raises(
            InputError, match=r"cifar10-dvs needs .* aedat; pip install 'eccles\[events\]'"
        ):
            data.load_frames("cifar10-dvs")
    monkeypatch.setitem(sys.modules, "tonic", None)
    with pytest.raises(InputError, match=r"dvs-gesture needs the packages tonic"):
        data.load_frames("dvs-gesture")


def test_where_the_files_are_not(tonic, tmp_path, monkeypatch):
    with pytest.raises(
        InputError, match=r"must hold tonic's folder CIFAR10DVS, .*; leave data_dir"
    ):
        data.load_frames("cifar10-dvs", tmp_path / "none")
    with pytest.raises(RunError, match=r"got ECCLES_OFFLINE that .* put tonic's folder DVSGesture"):
        data.load_frames("dvs-gesture")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.delenv("ECCLES_OFFLINE")
    with pytest.raises(RunError, match=r"find or fetch dvs-gesture .*, got 'the server is away'$"):
        data.load_frames("dvs-gesture")


def test_a_file_that_tonic_cannot_read(tonic, tmp_path, monkeypatch):
    def fail(self, k):
        raise KeyError("stream")

    folder = put(CIFAR10DVS, tmp_path / "here")
    monkeypatch.setattr(Made, "__getitem__", fail)
    with pytest.raises(
        RunError, match=r"cat_0\.aedat4 must be readable by tonic, got \"'stream'\""
    ):
        data.load_frames("cifar10-dvs", folder, FULL)


def test_an_unknown_name():
    with pytest.raises(InputError, match="must be one of cifar10-dvs, dvs-gesture, got 'n-mnist'"):
        event_cameras.load("n-mnist")
