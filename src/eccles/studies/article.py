"""The studies of one article, in the folders where they were run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from eccles.errors import InputError, listed, nearest
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.tables import StudyTables, load


def stored(folder: Path | str) -> list[StudyTables]:
    """Return the studies of a folder: its own, and those of the folders in it, by their names."""
    return [load(path) for path in _studies(folder)]


def folders(article: str, folder: Path | str) -> dict[str, Path]:
    """Return where each study of an article is: the folder itself, or one in it.

    Where several hold it, at other scales, it is the one that has its name. Raises InputError
    where two folders hold the same study, and neither has or both are the same scale of it.
    """
    held: dict[str, list[Path]] = {}
    for path in _studies(folder):
        home, _, study = StudyFolder(path).read().name.rpartition("/")
        if home == article:
            held.setdefault(study, []).append(path)
    return {study: _the_one(paths, f"{article}/{study}", folder) for study, paths in held.items()}


def _studies(folder: Path | str) -> list[Path]:
    """Return the folders of studies: a folder itself, and those in it by their names."""
    home = Path(folder)
    paths = home, *sorted(path for path in home.glob("*") if path.is_dir())
    return [path for path in paths if StudyFolder(path).description.exists()]


def _the_one(paths: Sequence[Path], study: str, home: Path | str) -> Path:
    """Return which of the folders that hold a study is meant."""
    named = [path for path in paths if path.name == study.rpartition("/")[2]]
    scales = [StudyFolder(path).read().scale for path in paths]
    if len(paths) == 1:
        return paths[0]
    if len(named) == 1 and len(set(scales)) == len(scales):
        return named[0]
    raise InputError(
        f"studies: {home} must hold {study} once, got it in {paths[0]} and in {paths[1]}; move one "
        "of the two out of it"
    )


def no_study(where: str, folder: Path | str, article: str = "") -> InputError:
    """Return the error for a folder that holds no study, or none of an article."""
    got, of = StudyFolder(Path(folder)).instead(), f" of {article}" if article else ""
    return InputError(
        f"{where}: {folder} must hold a study{of}, got {got}; name a folder that does, such as "
        f"results/{article or 'kilgore2025'} of a clone, or the --out of an eccles reproduce or "
        "sweep"
    )


class Article:
    """The stored studies of an article, by their short names.

    Args:
        name: the article's folder among the studies that ship, such as "kilgore2025".
        folder: one study's folder, or the folder of several: `eccles reproduce` makes
            `DIR/fashion-mnist`, `DIR/fashion-mnist-noise`, ...

    `article["fashion-mnist"]` is a study's tables, `"fashion-mnist" in article` whether it has
    been run. Raises InputError where the folder holds none of the article's studies, or one twice.
    """

    def __init__(self, name: str, folder: Path | str) -> None:
        self.name = name
        self.folder = Path(folder)
        self._studies: dict[str, StudyTables] = {
            study: load(path) for study, path in folders(name, folder).items()
        }
        if not self._studies:
            others = list(dict.fromkeys(tables.study.name for tables in stored(folder)))
            if others:
                raise InputError(
                    f"studies: {self.folder} must hold a study of {name}, for its figures and "
                    f"claims are of those alone, got {listed(others, 120)}; eccles results and "
                    "eccles report take any study, and eccles.figures draws their tables"
                )
            raise no_study("studies", self.folder, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._studies)

    def __contains__(self, study: object) -> bool:
        return study in self._studies

    def has_runs(self, study: str) -> bool:
        """Return whether a study is there and a run of it has ended."""
        return study in self and "runs" in self._studies[study].names

    def folder_of(self, study: str) -> Path:
        """Return the folder where a study is, or belongs: beside the others."""
        if study in self:
            return self._studies[study].folder
        if not StudyFolder(self.folder).description.exists():
            return self.folder / study
        # The parent of "." is no name of it.
        named = self.folder.name not in {"", ".."}
        return (self.folder if named else self.folder.resolve()).parent / study

    def __getitem__(self, study: str) -> StudyTables:
        """Return a study's tables, or raise InputError that says how to make them."""
        if study not in self._studies:
            raise InputError(
                f"studies: {self.folder} must hold {self.name}/{study}"
                f"{nearest(study, self._studies)}, got {', '.join(self._studies)}; "
                f"eccles sweep {self.name}/{study} --out {self.folder_of(study)} runs it"
            )
        return self._studies[study]
