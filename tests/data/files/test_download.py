import gzip
import socket
from dataclasses import replace

import pytest
import requests
from rich.console import Console
from rich.progress import Progress

from eccles.data.catalogue import FASHION_MNIST
from eccles.data.files import download
from eccles.data.files.download import resolve
from eccles.data.files.sources import cache_folder
from eccles.errors import RunError


@pytest.fixture(autouse=True)
def _online(monkeypatch):
    monkeypatch.delenv("ECCLES_OFFLINE")


@pytest.fixture
def closed_port():
    """The address of a port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/"


def test_brings_every_file_and_nothing_else(small, serve, capsys):
    source = replace(small.source, urls=(serve(small.folder),))
    folder = resolve(source)
    assert folder == cache_folder() / "fashion-mnist"
    assert {p.name for p in folder.iterdir()} == {file.name for file in source.files}
    assert all(
        (folder / file.name).read_bytes() == (small.folder / file.name).read_bytes()
        for file in source.files
    )
    assert capsys.readouterr() == ("", "")


def test_another_gzip_header_is_no_fault(small, serve):
    first = small.folder / small.source.files[0].name
    first.write_bytes(gzip.compress(gzip.decompress(first.read_bytes()), 1, mtime=7))
    assert resolve(replace(small.source, urls=(serve(small.folder),))).is_dir()


def test_the_next_mirror_makes_up_for_the_first(small, serve, tmp_path, closed_port):
    # The first mirror isn't there, the second has one file, the third has another one's bytes.
    names = [file.name for file in small.source.files]
    poor, wrong = tmp_path / "poor", tmp_path / "wrong"
    for folder in (poor, wrong):
        folder.mkdir()
        (folder / names[0]).write_bytes((small.folder / names[0]).read_bytes())
    (wrong / names[1]).write_bytes(b"<html>")
    urls = (closed_port, serve(poor), serve(wrong), serve(small.folder))
    folder = resolve(replace(small.source, urls=urls))
    assert {p.name for p in folder.iterdir()} == set(names)


def test_a_wrong_checksum_leaves_nothing_behind(small, serve):
    (small.folder / small.source.files[0].name).write_bytes(gzip.compress(b"others"))
    source = replace(small.source, urls=(serve(small.folder),))
    with pytest.raises(RunError, match=r"got other bytes than published from 127\.0\.0\.1"):
        resolve(source)
    assert list(cache_folder().rglob("*")) == []


def test_a_file_cut_short_on_the_way_leaves_nothing_behind(small, serve):
    first = small.folder / small.source.files[0].name
    first.write_bytes(first.read_bytes()[:-100])
    with pytest.raises(RunError, match="other bytes than published"):
        resolve(replace(small.source, urls=(serve(small.folder),)))
    assert list(cache_folder().rglob("*")) == []


def test_a_file_that_is_gone(small, serve, tmp_path):
    (tmp_path / "bare").mkdir()
    with pytest.raises(RunError, match="got HTTP status 404 from"):
        resolve(replace(small.source, urls=(serve(tmp_path / "bare"),)))


def test_no_network_is_told_in_one_sentence_after_one_try_a_mirror(
    small, closed_port, monkeypatch, capsys
):
    tries = []
    get = requests.get
    monkeypatch.setattr(
        requests, "get", lambda url, **words: tries.append(url) or get(url, **words)
    )
    with pytest.raises(
        RunError, match=r"got ConnectionError from 127.* and .* put train-"
    ) as error:
        resolve(replace(small.source, urls=(closed_port, closed_port)))
    assert tries == [closed_port + small.source.files[0].name] * 2
    assert "\n" not in str(error.value)
    assert not (cache_folder() / "fashion-mnist").exists()
    assert capsys.readouterr() == ("", "")


def test_a_server_that_says_nothing_is_given_up(small, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(RunError, match="Timeout from"):
            resolve(replace(small.source, urls=(url,)))


def test_what_came_stays_for_the_next_try(small, serve, tmp_path):
    name = small.source.files[0].name
    poor = tmp_path / "poor"
    poor.mkdir()
    (poor / name).write_bytes((small.folder / name).read_bytes())
    with pytest.raises(RunError, match="404"):
        resolve(replace(small.source, urls=(serve(poor),)))
    assert [p.name for p in cache_folder().rglob("*.gz")] == [name]


def test_a_folder_that_cannot_be_written(small, tmp_path, closed_port):
    (tmp_path / "file").touch()
    source = replace(small.source, urls=(closed_port,))
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(RunError, match=r"must be a folder that can be written.* --data-dir"):
            download.fetch(source, folder)


def test_the_bar_fills_even_where_the_last_piece_is_short():
    with Progress(console=Console(quiet=True)) as progress:
        bar = download._Bar(progress, progress.add_task("file", total=None))
        bar.total = 0
        assert bar.total is None
        bar.total = 1500
        bar.update(1024)
        bar.update(1024)
        bar.reset()
        bar.update(1500)
        bar.close()
        assert progress.finished


@pytest.mark.skipif(
    not FASHION_MNIST.system[0].is_dir(),
    reason="needs the real files: install Debian's package dataset-fashion-mnist",
)
def test_debians_copy_serves_for_the_publishers(serve):
    url = serve(FASHION_MNIST.system[0])
    folder = resolve(replace(FASHION_MNIST, urls=(url,), system=()))
    assert len(list(folder.iterdir())) == 4


def test_offline_forbids_it(small, serve, monkeypatch, tmp_path):
    monkeypatch.setenv("ECCLES_OFFLINE", "1")
    source = replace(small.source, urls=(serve(small.folder),))
    with pytest.raises(RunError, match="ECCLES_OFFLINE"):
        download.fetch(source, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    monkeypatch.setenv("ECCLES_OFFLINE", "0")
    download.fetch(source, tmp_path / "new")
