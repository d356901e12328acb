"""Read settings from a YAML file, or from a run's config.json, whose checksum is verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eccles.checksums import Checksums
from eccles.errors import RunError
from eccles.settings import read_yaml


def sums_of(folder: Path) -> Checksums:
    """Return the checksums of a run's folder, for a reader that doesn't go on with the run."""
    return Checksums(folder, "run the same eccles train with --no-resume")


def read_settings(path: Path | str) -> dict[str, Any]:
    """Return the content of a file of settings; that of a run's config.json has its identity too.

    Raises InputError as `read_yaml` does, and RunError for a run's own config.json that isn't as it
    was written. A copy of it elsewhere is a file as any other, which may be edited.
    """
    content = read_yaml(path)
    file = Path(path)
    sums = sums_of(file.parent)
    try:
        if "identity" in content or sums.knows(file.name):
            sums.check(file.name)
    except OSError as error:
        raise RunError(
            f"config: {sums.path} must be readable, got {error.strerror!r}; delete it to have the "
            "files beside it taken as they are"
        ) from None
    return content
