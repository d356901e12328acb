"""The studies of one article, in the folders where they were run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eccles.errors import InputError, nearest
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.tables import StudyTables, load


def stored(folder: Path | str) -> list[StudyTables]:
    """Return the studies of a folder: its own, and those of the folders in it, by their names."""
    home = Path(folder)
    own = home, *sorted(path for path in home.glob("*") if path.is_dir())
    return [load(path) for path in own if StudyFolder(path).description.exists()]


class Article:
    """The stored studies of an article, by their short names.

    Args:
        name: the article's folder among the studies that ship, such as "kilgore2025".
        folder: one study's folder, or the folder of several: `eccles reproduce` makes
            `DIR/fashion-mnist`, `DIR/fashion-mnist-noise`, ...

    `article["fashion-mnist"]` is a study's tables, `"fashion-mnist" in article` whether it has
    been run. Raises InputError where the folder holds none of the article's studies.
    """

    def __init__(self, name: str, folder: Path | str) -> None:
        self.name = name
        self.folder = Path(folder)
        prefix = f"{name}/"
        self._studies: dict[str, StudyTables] = {
            tables.study.name.removeprefix(prefix): tables
            for tables in stored(folder)
            if tables.study.name.startswith(prefix)
        }
        if not self._studies:
            raise InputError(
                f"studies: {self.folder} must hold a study of {name}, got none; "
                f"eccles reproduce {name} --out {self.folder} runs them"
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self._studies)

    def __contains__(self, study: object) -> bool:
        return study in self._studies

    def place(self, study: str) -> Path:
        """Return the folder where a study is, or belongs: beside the others."""
        alone = StudyFolder(self.folder).description.exists()
        if study in self:
            return self._studies[study].folder
        return (self.folder.parent if alone else self.folder) / study

    def __getitem__(self, study: str) -> StudyTables:
        """Return a study's tables, or raise InputError that says how to make them."""
        if study not in self._studies:
            raise InputError(
                f"studies: {self.folder} must hold {self.name}/{study}"
                f"{nearest(study, self._studies)}, got {', '.join(self._studies)}; "
                f"eccles sweep {self.name}/{study} --out {self.place(study)} runs it"
            )
        return self._studies[study]
