import subprocess
import sys

import pytest

from eccles import data
from eccles.data.catalogue import SOURCES
from eccles.errors import InputError


def test_every_name_has_a_loader():
    images = [name for name, source in SOURCES.items() if source.form == "images"]
    assert images == list(data.image_names())
    assert set(data.names()) | set(images) == set(SOURCES)
    assert set(data.names()) & set(images) == set(data._ENCODED)


def test_load_by_name(as_fashion_mnist):
    assert len(data.load("fashion-mnist").train) == 30
    assert len(data.load("fashion-mnist", as_fashion_mnist.folder).test) == 10
    assert len(data.load("fashion-mnist-sample").test) == 1000


def test_images_are_not_binned():
    assert len(data.load("fashion-mnist-sample", binning=data.Binning()).test) == 1000
    with pytest.raises(InputError, match=r"sample: clip True must be left out with images"):
        data.load("fashion-mnist-sample", binning=data.Binning(clip=True))


def test_an_unknown_name():
    with pytest.raises(InputError, match=r"data: .* got 'mnist' \(did you mean 'fashion-mnist'"):
        data.load("mnist")


def test_importing_and_loading_stay_light():
    script = (
        "import sys, eccles.data\n"
        "eccles.data.load('fashion-mnist-sample')\n"
        "eccles.data.load_images('fashion-mnist-sample')\n"
        "heavy = {'torch', 'numba', 'pooch', 'requests', 'rich', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_what_is_imported_late_is_there():
    assert {"Augment", "to_frames", "load"} <= set(dir(data))
    assert data.Framing is data.cameras.frames.Framing
    with pytest.raises(AttributeError, match="no attribute 'augmented'"):
        data.augmented  # noqa: B018
