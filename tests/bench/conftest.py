import pytest

from eccles import data


@pytest.fixture(scope="session")
def samples():
    """Real samples: 4,000 images of Fashion-MNIST."""
    return data.load("fashion-mnist-sample").train
