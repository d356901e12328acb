import gzip
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from eccles.data.catalogue import FASHION_MNIST_SAMPLE, OWN_RECORDINGS, SHD, SPOKEN_DIGITS
from eccles.data.files.download import resolve
from eccles.data.files.sources import cache_folder, find, locate
from eccles.errors import InputError, RunError


def copy(small, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for file in small.source.files:
        (folder / file.name).write_bytes((small.folder / file.name).read_bytes())
    return folder


def test_the_search_goes_in_order(small, tmp_path, monkeypatch):
    source = replace(small.source, system=(tmp_path / "nowhere", copy(small, tmp_path / "system")))
    assert resolve(source) == tmp_path / "system"
    copy(small, cache_folder() / "fashion-mnist")
    assert resolve(source) == cache_folder() / "fashion-mnist"
    copy(small, tmp_path / "shared" / "fashion-mnist")
    monkeypatch.setenv("ECCLES_DATA", str(tmp_path / "shared"))
    assert resolve(source) == tmp_path / "shared" / "fashion-mnist"
    assert resolve(source, small.folder) == small.folder
    assert resolve(source, tmp_path / "shared") == tmp_path / "shared" / "fashion-mnist"


def test_a_folder_that_lacks_one_file_is_passed_by(small, tmp_path):
    copy(small, cache_folder() / "fashion-mnist")
    (cache_folder() / "fashion-mnist" / small.source.files[2].name).unlink()
    source = replace(small.source, system=(small.folder,))
    assert resolve(source) == small.folder


def test_unpacked_files_are_as_good(small):
    for file in small.source.files:
        packed = small.folder / file.name
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    assert resolve(small.source, small.folder) == small.folder
    assert locate(small.source.files[0], small.folder).name == "train-images-idx3-ubyte"


def test_an_archive_may_be_unpacked_or_packed_anew(tmp_path):
    train = SHD.files[0]
    assert train.plain == "shd_train.h5"
    for name in ("shd_train.h5.gz", "shd_train.h5", "shd_train.h5.zip"):
        (tmp_path / name).touch()
        assert locate(train, tmp_path) == tmp_path / name


def test_each_source_says_what_to_do_where_it_is_not():
    assert SHD.remedy == "run `eccles data fetch shd`"
    assert SPOKEN_DIGITS.remedy == "run `eccles data make-digits`"
    assert OWN_RECORDINGS.remedy.startswith("name the folder that holds yours with --data-dir")
    assert FASHION_MNIST_SAMPLE.remedy == "install Eccles again"


def test_an_explicit_folder_has_no_silent_stand_in(small, tmp_path):
    source = replace(small.source, system=(small.folder,))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty must hold .* without train-images.* leave"):
        resolve(source, tmp_path / "empty")
    with pytest.raises(
        InputError, match=r"data_dir must be a folder that exists and can be read, got '.*none'"
    ):
        resolve(source, tmp_path / "none")


def test_a_home_folder_may_be_written_short(small, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve(small.source, Path("~/small")) == small.folder


@pytest.mark.parametrize("download", [True, False])
def test_nowhere_says_where_to_put_what(small, download):
    source = replace(small.source, urls=("http://127.0.0.1:9/data/",))
    with pytest.raises(RunError) as error:
        resolve(source, download=download)
    text = str(error.value)
    for part in ("t10k-labels-idx1-ubyte.gz", "http://127.0.0.1:9/data/", "dataset-fashion-mnist"):
        assert part in text
    assert str(cache_folder() / "fashion-mnist") in text
    assert ("ECCLES_OFFLINE" in text) == download
    assert "\n" not in text
    assert not cache_folder().exists()


def test_a_package_without_its_sample_says_so(tmp_path):
    source = replace(FASHION_MNIST_SAMPLE, system=(tmp_path,))
    with pytest.raises(RunError, match="install Eccles again"):
        resolve(source)


def test_the_cache_has_a_place_of_the_systems_choice(tmp_path, monkeypatch):
    monkeypatch.setenv("ECCLES_CACHE", "")
    assert cache_folder().name in {"eccles", "Cache"}
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


@pytest.mark.parametrize("xdg", [None, "here", "~/.cache"])
def test_without_a_home_there_is_no_cache(xdg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("ECCLES_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    if xdg is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", xdg)

    def nobody(_number):
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    folder = cache_folder()
    assert folder.is_absolute()
    with pytest.raises(OSError, match="Not a directory"):
        folder.mkdir(parents=True)
    assert find(SHD) is None
    assert list(tmp_path.iterdir()) == []
