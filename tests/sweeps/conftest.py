"""A small study on real data, done in this process: a thread pool is an executor too."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eccles.sweeps.study import Study
from eccles.sweeps.sweep import sweep

SMALL = {
    "name": "small",
    "base": {"data": "fashion-mnist-sample", "epochs": 2},
    "grid": {"ei": ["50:50", "80:20"]},
    "repeat": 2,
    "measure": {"weights": 2},
}


@pytest.fixture
def small():
    return Study.model_validate(SMALL)


@pytest.fixture
def changed():
    """Return the small study with some parts replaced."""
    return lambda **parts: Study.model_validate({**SMALL, **parts})


@pytest.fixture
def done_by_threads(tmp_path):
    """Return a function that does a study with threads, and returns its tables."""

    def do(study, out=tmp_path / "out", **options):
        with ThreadPoolExecutor(2) as executor:
            return sweep(study, out, executor=executor, jobs=2, **options)

    return do


@pytest.fixture(scope="session")
def finished_small(tmp_path_factory):
    """Return the folder of the small study, done once: for copies."""
    folder = tmp_path_factory.mktemp("small") / "out"
    with ThreadPoolExecutor(2) as executor:
        sweep(Study.model_validate(SMALL), folder, executor=executor, jobs=2)
    return folder


@pytest.fixture
def out(finished_small, tmp_path):
    """Return a folder of the small study, done, which a test may damage."""
    return Path(shutil.copytree(finished_small, tmp_path / "out"))
