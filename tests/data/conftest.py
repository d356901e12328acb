"""A small stand-in in Fashion-MNIST's format, and a server for it."""

import functools
import gzip
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from eccles.data.catalogue import FASHION_MNIST
from eccles.data.files.sources import Source
from eccles.data.images import fashion_mnist
from eccles.data.images.fashion_mnist import Images


def idx(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@dataclass(frozen=True)
class Small:
    """A data set of 30 and 10 images: what it holds, its source, and a folder of its files."""

    images: Images
    source: Source
    folder: Path


@pytest.fixture
def small(tmp_path: Path) -> Small:
    rng = np.random.default_rng(0)
    images = Images(
        rng.integers(0, 256, (30, 28, 28), np.uint8),
        np.arange(30, dtype=np.uint8) % 10,
        rng.integers(0, 256, (10, 28, 28), np.uint8),
        np.arange(10, dtype=np.uint8),
    )
    folder = tmp_path / "small"
    folder.mkdir()
    files = []
    for file, array in zip(FASHION_MNIST.files, images, strict=True):
        (folder / file.name).write_bytes(gzip.compress(idx(array)))
        files.append(replace(file, sha256=hashlib.sha256(idx(array)).hexdigest()))
    source = replace(FASHION_MNIST, files=tuple(files), urls=(), system=())
    return Small(images, source, folder)


@pytest.fixture
def as_fashion_mnist(small: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Have the small set in the place of Fashion-MNIST, in a folder that the system provides."""
    source = replace(small.source, system=(small.folder,))
    monkeypatch.setattr(fashion_mnist, "FASHION_MNIST", source)
    return replace(small, source=source)


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a folder over real HTTP and gives its address."""
    servers = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    def start(folder: Path) -> str:
        handler = functools.partial(Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()
