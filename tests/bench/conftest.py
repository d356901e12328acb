import pytest

from eccles import data


@pytest.fixture(autouse=True)
def _walls(tmp_path, monkeypatch):
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ECCLES_OFFLINE", "1")
    monkeypatch.delenv("ECCLES_DATA", raising=False)


@pytest.fixture(scope="session")
def samples():
    """Real samples: 4,000 images of Fashion-MNIST."""
    return data.load("fashion-mnist-sample").train
