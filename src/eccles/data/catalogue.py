"""The data sets that Eccles knows, by name."""

from __future__ import annotations

from pathlib import Path

from eccles.data.files.sources import File, Source
from eccles.errors import not_among

_SAMPLES = Path(__file__).parent / "samples"
_FASHION_COPYRIGHT = "2017 Zalando SE, https://tech.zalando.com"
_FASHION_ARTICLE = (
    "Xiao, Rasul, Vollgraf (2017). Fashion-MNIST: a novel image dataset for benchmarking "
    "machine learning algorithms. arXiv:1708.07747"
)

FASHION_MNIST = Source(
    name="fashion-mnist",
    kind="real",
    samples=(60_000, 10_000),
    files=(
        File(
            "train-images-idx3-ubyte.gz",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        ),
        File(
            "train-labels-idx1-ubyte.gz",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "25c81989df183df01b3e8a0aad5dffbe",
        ),
        File(
            "t10k-images-idx3-ubyte.gz",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "bef4ecab320f06d8554ea6380940ec79",
        ),
        File(
            "t10k-labels-idx1-ubyte.gz",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
    urls=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    system=(Path("/usr/share/datasets/fashion-mnist"),),
    package="dataset-fashion-mnist",
    licence="MIT",
    copyright=_FASHION_COPYRIGHT,
    citation=_FASHION_ARTICLE,
)

FASHION_MNIST_SAMPLE = Source(
    name="fashion-mnist-sample",
    kind="real",
    samples=(4_000, 1_000),
    files=(
        File(
            "fashion-mnist-sample.npz",
            "97e87e70a842c363165a80980805502b0400823174a37e949db4c49dbd315f28",
        ),
    ),
    system=(_SAMPLES,),
    licence="MIT",
    copyright=_FASHION_COPYRIGHT,
    citation=_FASHION_ARTICLE,
)

_CIFAR_URLS = ("https://www.cs.toronto.edu/~kriz/",)
_CIFAR_LICENCE = "none stated; cite the report"
_CIFAR_COPYRIGHT = "Alex Krizhevsky, Vinod Nair, Geoffrey Hinton"
_CIFAR_REPORT = (
    "Krizhevsky (2009). Learning multiple layers of features from tiny images. Technical report, "
    "University of Toronto"
)

CIFAR10 = Source(
    name="cifar10",
    kind="real",
    samples=(50_000, 10_000),
    files=(
        File(
            "cifar-10-binary.tar.gz",
            md5="c32a1d4ab5d03f1284b67883e8d87530",
            members=(*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"),
            inside="cifar-10-batches-bin",
        ),
    ),
    urls=_CIFAR_URLS,
    licence=_CIFAR_LICENCE,
    copyright=_CIFAR_COPYRIGHT,
    citation=_CIFAR_REPORT,
)

CIFAR100 = Source(
    name="cifar100",
    kind="real",
    samples=(50_000, 10_000),
    files=(
        File(
            "cifar-100-binary.tar.gz",
            md5="03b5dce01913d631647c71ecec9e9cb8",
            members=("train.bin", "test.bin"),
            inside="cifar-100-binary",
        ),
    ),
    urls=_CIFAR_URLS,
    licence=_CIFAR_LICENCE,
    copyright=_CIFAR_COPYRIGHT,
    citation=_CIFAR_REPORT,
)

_HEIDELBERG_URLS = ("https://zenkelab.org/datasets/", "https://compneuro.net/datasets/")
_HEIDELBERG_ARTICLE = (
    "Cramer, Stradmann, Schemmel, Zenke (2022). The Heidelberg spiking data sets for the "
    "systematic evaluation of spiking neural networks. IEEE Transactions on Neural Networks and "
    "Learning Systems 33:2744. doi:10.1109/TNNLS.2020.3044364"
)

SHD = Source(
    name="shd",
    kind="real",
    samples=(8_156, 2_264),
    # Others publish the checksums of what is in the .gz, which should be what is in the .zip.
    files=(
        File(
            "shd_train.h5.zip",
            md5="f3252aeb598ac776c1b526422d90eecb",
            gzip_md5="d47c9825dee33347913e8ce0f2be08b0",
            unpacked_md5="8e9877c85f29a28dd353ea6a54402667",
        ),
        File(
            "shd_test.h5.zip",
            md5="1503a5064faa34311c398fb0a1ed0a6f",
            gzip_md5="3062a80ec0c5719404d5b02e166543b1",
            unpacked_md5="207ad1295a0ab611e22d1734989c254e",
        ),
    ),
    urls=_HEIDELBERG_URLS,
    licence="CC-BY-4.0",
    copyright="Benjamin Cramer, Yannik Stradmann, Johannes Schemmel, Friedemann Zenke",
    citation=_HEIDELBERG_ARTICLE,
    form="recordings",
)

SSC = Source(
    name="ssc",
    kind="real",
    samples=(75_466, 20_382),
    # Its third file, for validation, is neither trained nor tested on. Nobody publishes checksums
    # of its files in gzip, or unpacked.
    files=(
        File("ssc_train.h5.zip", md5="d102be95e7144fcc0553d1f45ba94170"),
        File("ssc_test.h5.zip", md5="a35ff1e9cffdd02a20eb850c17c37748"),
    ),
    urls=_HEIDELBERG_URLS,
    licence="CC-BY-4.0",
    copyright="Cramer, Stradmann, Schemmel, Zenke; speech of Google's Speech Commands",
    citation=_HEIDELBERG_ARTICLE,
    form="recordings",
)

_SPOKEN_DIGITS = (
    "Spoken by espeak-ng, heard by the cochlea of Eccles; a stand-in for the Spiking Heidelberg "
    "Digits, in their form, and not that data"
)

SPOKEN_DIGITS = Source(
    name="spoken-digits",
    kind="synthetic",
    samples=None,
    files=(File("spoken_digits_train.h5"), File("spoken_digits_test.h5")),
    licence="MIT",
    copyright="The Eccles developers",
    citation=_SPOKEN_DIGITS,
    form="recordings",
    maker="eccles data make-digits",
)

SPOKEN_DIGITS_SAMPLE = Source(
    name="spoken-digits-sample",
    kind="synthetic",
    samples=(200, 80),
    files=(
        File(
            "spoken-digits-sample-train.h5",
            "510e9fa202548af9c5b413c013ebf0d8c3671d5a3bbf0815dfdeb2d040a4e5cd",
        ),
        File(
            "spoken-digits-sample-test.h5",
            "e7c5598dc897027e99d37d72b5cc850fc44c08f160fdce87ca460033aa38fc95",
        ),
    ),
    system=(_SAMPLES,),
    licence="MIT",
    copyright="The Eccles developers",
    citation=_SPOKEN_DIGITS,
    form="recordings",
)

OWN_RECORDINGS = Source(
    name="own-recordings",
    kind="own",
    samples=None,
    files=(File("train.h5"), File("test.h5")),
    licence="yours",
    copyright="yours",
    citation="Recordings of one's own, in the layout of the Heidelberg data sets",
    form="recordings",
    maker="eccles data encode-audio FOLDER",
)

SOURCES = {
    source.name: source
    for source in (
        FASHION_MNIST,
        FASHION_MNIST_SAMPLE,
        CIFAR10,
        CIFAR100,
        SHD,
        SSC,
        SPOKEN_DIGITS,
        SPOKEN_DIGITS_SAMPLE,
        OWN_RECORDINGS,
    )
}


def named(name: str) -> Source:
    """Return the data set of this name; raise InputError where there is none."""
    if name not in SOURCES:
        raise not_among("data", "the name", SOURCES, name)
    return SOURCES[name]
