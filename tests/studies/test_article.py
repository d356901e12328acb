from pathlib import Path

import pytest

from eccles import studies
from eccles.errors import InputError
from eccles.studies.article import Article, folders
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.study import read_study


@pytest.fixture
def described(tmp_path):
    """Return a function that makes a folder of a study; its path is below a folder of all."""

    def describe(study, folder):
        path = tmp_path / folder
        path.mkdir(parents=True)
        StudyFolder(path).write(read_study(studies.find(f"kilgore2025/{study}"), "smoke"))
        return path

    return describe


def test_studies_are_found_by_what_they_are(described, tmp_path):
    paths = {"fashion-mnist": described("fashion-mnist", "first"), "portraits": None}
    paths["portraits"] = described("portraits", "second")
    (tmp_path / "figures").mkdir()
    assert folders("kilgore2025", tmp_path) == paths
    article = Article("kilgore2025", tmp_path)
    assert list(article) == ["fashion-mnist", "portraits"]
    assert article.folder_of("portraits") == paths["portraits"]
    assert article.folder_of("robustness") == tmp_path / "robustness"


def test_one_studys_own_folder(described, tmp_path, monkeypatch):
    own = described("portraits", "portraits")
    assert Article("kilgore2025", own).folder_of("robustness") == tmp_path / "robustness"
    monkeypatch.chdir(own)
    here = Article("kilgore2025", Path())
    assert here.folder_of("robustness") == tmp_path.resolve() / "robustness"


def test_a_study_twice_is_none(described, tmp_path):
    paths = described("portraits", "first"), described("portraits", "second")
    with pytest.raises(InputError, match="must hold kilgore2025/portraits once") as error:
        Article("kilgore2025", tmp_path)
    assert all(str(path) in str(error.value) for path in paths)


def test_none_of_the_article(tmp_path):
    with pytest.raises(InputError, match="must hold a study of kilgore2025, got none"):
        Article("kilgore2025", tmp_path)
