import hashlib
import io
import re
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from eccles import data
from eccles.data import catalogue
from eccles.data.files import download
from eccles.data.files.sources import Source, cache_folder, locate
from eccles.data.images import cifar
from eccles.errors import InputError, RunError


@dataclass(frozen=True)
class Small:
    """A few images in CIFAR's layout: its source, the files by name, and the folder of a tar.gz."""

    source: Source
    files: dict[str, bytes]
    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / self.source.files[0].name

    def unpack(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder

    def pack(self, members: dict[str, bytes]) -> "Small":
        """Make the archive of other members, and the source one that published it."""
        with tarfile.open(self.archive, "w:gz") as tar:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        md5 = hashlib.md5(self.archive.read_bytes()).hexdigest()
        file = replace(self.source.files[0], md5=md5)
        return replace(self, source=replace(self.source, files=(file,)))


def make(name: str, tmp_path: Path) -> Small:
    rng = np.random.default_rng(0)
    published = catalogue.SOURCES[name]
    (file,) = published.files
    labels = 1 if name == "cifar10" else 2
    files = {}
    for member in file.members:
        records = rng.integers(0, 256, (4, labels + 3072), np.uint8)
        records[:, :labels] %= 10
        files[member] = records.tobytes()
    samples = (4 * (len(files) - 1), 4)
    folder = tmp_path / "packed"
    folder.mkdir()
    small = Small(replace(published, samples=samples), files, folder)
    shuffled = dict(reversed(files.items()))
    around = {"a/readme.html": b"x", **{f"{file.inside}/{k}": v for k, v in shuffled.items()}}
    return small.pack(around)


@pytest.fixture(params=["cifar10", "cifar100"])
def small(request, tmp_path):
    return make(request.param, tmp_path)


@pytest.fixture
def ten(tmp_path):
    return make("cifar10", tmp_path)


def check(splits: data.ImageSplits, small: Small) -> None:
    label_bytes = 1 if small.source.name == "cifar10" else 2
    *train, test = small.files.values()
    for part, content in ((splits.train, b"".join(train)), (splits.test, test)):
        assert len(part) * (label_bytes + 3072) == len(content)
        assert (part.name, part.kind, part.shape) == (small.source.name, "real", (3, 32, 32))
        for b in range(len(part)):
            record = content[b * (label_bytes + 3072) :][: label_bytes + 3072]
            assert part.labels[b] == record[label_bytes - 1]  # In CIFAR-100 the second.
            assert part.images[b].tobytes() == record[label_bytes:]


def test_a_record_by_hand():
    pixels = bytes([255, 7]) + bytes(1022) + bytes([9]) * 1024 + bytes(1023) + bytes([3])
    images, labels = cifar.decode(Path("x"), bytes([4, 61]) + pixels, 1, (20, 100))
    assert labels.tolist() == [61]
    assert images[0, :, 0, 0].tolist() == [255, 9, 0]
    assert (images[0, 0, 0, 1], images[0, 2, 31, 31]) == (7, 3)


def test_an_archive_and_its_files_give_the_same(small, tmp_path):
    check(cifar.load(small.source, small.folder), small)
    check(cifar.load(small.source, small.unpack(tmp_path / "flat")), small)
    small.unpack(tmp_path / "deep" / small.source.files[0].inside)
    check(cifar.load(small.source, tmp_path / "deep"), small)
    assert (locate(small.source.files[0], tmp_path / "deep")).parent == tmp_path / "deep"


def test_by_name(small, monkeypatch):
    name = small.source.name
    monkeypatch.setattr(cifar, name.upper(), small.source)
    check(data.load_images(name, small.folder), small)


def test_it_is_downloaded_and_verified(ten, serve, monkeypatch):
    monkeypatch.delenv("ECCLES_OFFLINE")
    source = replace(ten.source, urls=(serve(ten.folder),))
    check(cifar.load(source), ten)
    assert [path.name for path in (cache_folder() / "cifar10").iterdir()] == [ten.archive.name]
    ten.archive.write_bytes(b"another")
    with pytest.raises(RunError, match="got other bytes than published from"):
        download.fetch(source, ten.folder / "new")


def test_where_it_is_not():
    with pytest.raises(RunError, match=r"cifar10 must be .*ECCLES_OFFLINE.*cifar-10-binary\.tar"):
        data.load_images("cifar10")


def test_a_folder_without_it(tmp_path, ten):
    with pytest.raises(
        InputError, match=r"must hold the files of cifar10, got .* without cifar-10"
    ):
        data.load_images("cifar10", tmp_path)
    part = ten.unpack(tmp_path / "part")
    (part / "test_batch.bin").unlink()
    with pytest.raises(InputError, match="must hold the files of cifar10"):
        data.load_images("cifar10", part)


def test_files_of_another_length(small, tmp_path):
    folder = small.unpack(tmp_path / "flat")
    name = small.source.files[0].members[0]
    whole = small.files[name]
    record = len(whole) // 4
    accepted = f"{4 * record:,} bytes, 4 records of {record:,}"
    for content in (whole[:-1], whole[:-record], whole * 2, b""):
        (folder / name).write_bytes(content)
        got = f"{name} must be {accepted}, got {len(content):,} bytes; delete it"
        with pytest.raises(RunError, match=re.escape(got)):
            cifar.load(small.source, folder)


def test_labels_out_of_range(small, tmp_path):
    folder = small.unpack(tmp_path / "flat")
    name = small.source.files[0].members[-1]
    content = bytearray(small.files[name])
    record = len(content) // 4
    content[2 * record] = 20
    (folder / name).write_bytes(content)
    most = 9 if small.source.name == "cifar10" else 19
    with pytest.raises(RunError, match=rf"{name} must be .* from 0 to {most}, got 20 in record 2"):
        cifar.load(small.source, folder)


def test_an_archive_of_other_bytes(ten):
    ten.archive.write_bytes(ten.archive.read_bytes()[:-1])
    with pytest.raises(RunError, match=r"cifar-10-binary\.tar\.gz must be of MD5 .*, got "):
        cifar.load(ten.source, ten.folder)


def test_an_archive_of_other_files(ten):
    other = ten.pack({"cifar-10-batches-bin/data_batch_1.bin": ten.files["data_batch_1.bin"]})
    with pytest.raises(RunError, match=r"an archive with cifar-10-batches-bin/data_batch_2\.bin, "):
        cifar.load(other.source, other.folder)
    ten.archive.write_bytes(b"no archive")
    md5 = hashlib.md5(b"no archive").hexdigest()
    source = replace(ten.source, files=(replace(ten.source.files[0], md5=md5),))
    with pytest.raises(RunError, match=r"must be a sound tar\.gz, got "):
        cifar.load(source, ten.folder)


def test_no_path_in_an_archive_leads_astray(ten, tmp_path):
    before = set(tmp_path.rglob("*"))
    inside = ten.source.files[0].inside
    members = {f"{inside}/{name}": content for name, content in ten.files.items()}
    evil = ten.pack({"../escaped.bin": b"x", f"{inside}/../../up.bin": b"x", **members})
    check(cifar.load(evil.source, evil.folder), evil)
    assert set(tmp_path.rglob("*")) == before


def test_the_classes_have_the_names_of_the_files():
    assert [len(cifar.CLASSES[name]) for name in ("cifar10", "cifar100")] == [10, 100]
    for names in cifar.CLASSES.values():
        assert list(names) == sorted(set(names))
