import pytest

from eccles.data.catalogue import FASHION_MNIST_SAMPLE, SOURCES, named
from eccles.data.files.sources import find
from eccles.errors import InputError


def test_names():
    assert named("fashion-mnist").package == "dataset-fashion-mnist"
    with pytest.raises(InputError, match=r"got 'fashion_mnist' \(did you mean 'fashion-mnist'\?\)"):
        named("fashion_mnist")


@pytest.mark.parametrize("source", SOURCES.values())
def test_every_entry_is_complete(source):
    for file in source.files:
        assert len(file.sha256) in {0, 64}
        assert {len(file.md5), len(file.gzip_md5), len(file.unpacked_md5)} <= {0, 32}
        # What comes over the network, or ships, is verified; what is made here can't be.
        assert file.sha256 or file.md5 or source.kind in {"synthetic", "own"}
    assert all(url.endswith("/") for url in source.urls)
    assert source.licence
    assert source.copyright
    assert source.citation
    assert find(FASHION_MNIST_SAMPLE)
