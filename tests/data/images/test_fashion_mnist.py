import numpy as np
import pytest

from eccles.data.catalogue import FASHION_MNIST, FASHION_MNIST_SAMPLE
from eccles.data.images import fashion_mnist
from eccles.data.images.encoding import latency_encode
from eccles.data.spikes import cache
from eccles.data.spikes.cache import is_mapped
from eccles.errors import InputError, RunError

SAMPLE = FASHION_MNIST_SAMPLE.system[0] / FASHION_MNIST_SAMPLE.files[0].name


def same_events(a, b):
    return (
        np.array_equal(a.ends - a.begins, b.ends - b.begins)
        and np.array_equal(a.steps, b.steps)
        and np.array_equal(a.units, b.units)
    )


def test_a_small_set_goes_from_files_to_spikes_and_back_from_the_cache(as_fashion_mnist):
    images = as_fashion_mnist.images
    for splits in (fashion_mnist.load(), fashion_mnist.load()):
        assert (len(splits.train), len(splits.test)) == (30, 10)
        assert same_events(splits.train.events, latency_encode(images.train_images))
        assert same_events(splits.test.events, latency_encode(images.test_images))
        assert splits.train.labels.tolist() == images.train_labels.tolist()
        assert (splits.train.name, splits.train.kind) == ("fashion-mnist", "real")
        assert splits.train.n_classes == 10
        assert is_mapped(splits.train.events)


def test_the_cache_needs_no_images(as_fashion_mnist, tmp_path):
    fashion_mnist.load()
    as_fashion_mnist.folder.rename(tmp_path / "away")
    assert len(fashion_mnist.load().train) == 30


def test_an_explicit_folder_is_verified_even_where_the_cache_holds_its_events(as_fashion_mnist):
    fashion_mnist.load()
    path = as_fashion_mnist.folder / as_fashion_mnist.source.files[3].name
    path.write_bytes(path.read_bytes()[:-9])
    assert len(fashion_mnist.load().test) == 10
    with pytest.raises(RunError, match=r"t10k-labels.* must be whole gzip"):
        fashion_mnist.load(as_fashion_mnist.folder)


def test_an_explicit_folder_is_read_once(as_fashion_mnist, monkeypatch):
    reads = []
    read_idx = fashion_mnist.read_idx
    monkeypatch.setattr(
        fashion_mnist, "read_idx", lambda path, sha: reads.append(path) or read_idx(path, sha)
    )
    fashion_mnist.load(as_fashion_mnist.folder)
    assert len(reads) == 4


def test_other_constants_make_another_cache(as_fashion_mnist, monkeypatch):
    fashion_mnist.load()
    monkeypatch.setattr(fashion_mnist, "N_STEPS", 50)
    assert fashion_mnist.load().train.events.n_steps == 50
    assert len(list(cache.events_folder().iterdir())) == 4


def test_the_sample_ships_small_and_licensed():
    assert SAMPLE.stat().st_size < 2.5e6
    assert "Zalando SE" in (SAMPLE.parent / "LICENSE").read_text()


def test_the_sample_as_spikes():
    splits = fashion_mnist.load_sample()
    assert np.bincount(splits.train.labels).tolist() == [400] * 10
    assert np.bincount(splits.test.labels).tolist() == [100] * 10
    assert splits.train.name == "fashion-mnist-sample"
    splits.train.events.check()
    assert 320 < splits.train.events.n_events / 4000 < 340


def test_the_sample_is_read_once(monkeypatch):
    reads = []
    verified = fashion_mnist.verified
    monkeypatch.setattr(
        fashion_mnist, "verified", lambda path, sha: reads.append(path) or verified(path, sha)
    )
    fashion_mnist.load_sample()
    assert reads == [SAMPLE]
    assert not cache.events_folder().exists()


def test_a_damaged_sample(tmp_path):
    data = bytearray(SAMPLE.read_bytes())
    data[1000] ^= 1
    (tmp_path / SAMPLE.name).write_bytes(data)
    with pytest.raises(RunError, match="must be of SHA-256"):
        fashion_mnist.load_sample(tmp_path)
    with pytest.raises(InputError, match="leave data_dir out"):
        fashion_mnist.load_sample(tmp_path / "..")


def test_make_sample_takes_the_first_of_each_class_in_order():
    labels = np.array([1, 0, 0, 2, 1, 0, 1, *range(10)], np.uint8)
    images = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1) * np.ones((28, 28), np.uint8)
    sample = fashion_mnist.make_sample(fashion_mnist.Images(images, labels, images, labels), 2, 1)
    assert sample.train_images[:, 0, 0].tolist() == [0, 1, 2, 3, 4, 9, *range(10, 17)]
    assert sample.test_images[:, 0, 0].tolist() == [0, 1, 3, *range(10, 17)]
    assert (labels[sample.test_images[:, 0, 0]] == sample.test_labels).all()


real = pytest.mark.skipif(
    not FASHION_MNIST.system[0].is_dir(),
    reason="needs the real images: install Debian's package dataset-fashion-mnist",
)


@real
def test_the_shipped_sample_is_made_of_the_real_images():
    made = fashion_mnist.make_sample(fashion_mnist.read())
    shipped = fashion_mnist.read_sample()
    assert all(np.array_equal(a, b) for a, b in zip(made, shipped, strict=True))


@real
def test_the_full_set(monkeypatch):
    train, test = fashion_mnist.load()
    assert (len(train), len(test)) == (60_000, 10_000)
    assert np.bincount(train.labels).tolist() == [6_000] * 10
    assert np.bincount(test.labels).tolist() == [1_000] * 10
    assert train.events.n_events / 60_000 == pytest.approx(330.69, abs=0.01)
    assert test.events.n_events / 10_000 == pytest.approx(333.14, abs=0.01)
    train.events.check()
    assert int(train.events.steps.min()) == 4

    def refuse(*_):
        raise AssertionError("what is in the cache needs no images")

    monkeypatch.setattr(fashion_mnist, "read_idx", refuse)
    monkeypatch.setattr(fashion_mnist, "latency_encode", refuse)
    again = fashion_mnist.load()
    assert same_events(again.test.events, test.events)
