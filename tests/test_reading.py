import os
import socket
from pathlib import Path

import pytest

from eccles.reading import check_file, read_bytes, read_text


def test_a_file_has_as_many_bytes_as_it_may(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    assert check_file(path).st_size == 5
    (tmp_path / "link").symlink_to(path)
    assert read_text(tmp_path / "link", 5) == "12345"
    with pytest.raises(OSError, match="it has 5 bytes, over the 4 that it may have"):
        read_bytes(path, 4)


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(str(tmp_path / "socket"))
        for name, what in (
            (tmp_path, "it is a folder"),
            (tmp_path / "pipe", "it is a pipe"),
            (tmp_path / "link", "it is a pipe"),
            (tmp_path / "socket", "it is a socket"),
            (tmp_path / "none", "No such file"),
            (tmp_path / ("x" * 300), "File name too long"),
            (tmp_path / "a\0b", "no file can have such a name"),
        ):
            with pytest.raises(OSError, match=what):
                read_bytes(name, 100)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/null", "/dev/urandom"])
def test_devices_are_no_files(device):
    with pytest.raises(OSError, match="it is a device"):
        read_bytes(Path(device), 100)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system has no /proc")
def test_a_file_that_says_it_is_empty_is_bounded_too():
    with pytest.raises(OSError, match="it has more bytes than it says, over the 10 that"):
        read_bytes(Path("/proc/self/maps"), 10)


def test_text_is_in_utf_8(tmp_path):
    (tmp_path / "a").write_bytes("fünf".encode("latin-1"))
    with pytest.raises(UnicodeDecodeError):
        read_text(tmp_path / "a", 100)
