"""Zip archives of one file, as some data sets are published."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from eccles.data.files import damaged


def unzip(path: Path, into: BinaryIO) -> None:
    """Unpack the one file of a zip archive into an open file.

    Raises RunError where the archive is damaged or holds another number of files.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [each.filename for each in archive.infolist() if not each.is_dir()]
            if len(names) != 1:
                raise damaged(path, "a zip of one file", f"{len(names)} files in it")
            with archive.open(names[0]) as member:
                shutil.copyfileobj(member, into, 2**20)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError) as error:
        raise damaged(path, "sound zip", str(error)) from None
