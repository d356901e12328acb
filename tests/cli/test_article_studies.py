"""Which of an article's studies are meant."""

import pytest

from eccles.cli.article_studies import chosen
from eccles.errors import InputError
from eccles.studies import names


def test_all_of_an_article():
    own = [name.partition("/")[2] for name in names() if name.startswith("kilgore2025/")]
    assert chosen("kilgore2025", None) == own
    assert {"fashion-mnist", "fashion-mnist-noise", "portraits", "robustness"} <= set(own)


@pytest.mark.parametrize(
    ("only", "study"),
    [("noise", "fashion-mnist-noise"), ("fashion-mnist", "fashion-mnist"), ("robustness",) * 2],
)
def test_one_of_them_by_its_name_or_its_end(only, study):
    assert chosen("kilgore2025", only) == [study]


@pytest.mark.parametrize("only", ["mnist-noise-", "", "nois"])
def test_none_of_them(only):
    with pytest.raises(InputError, match="--only must be one of fashion-mnist, "):
        chosen("kilgore2025", only)
