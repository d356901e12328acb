from collections import Counter

import pytest

from eccles.studies import find
from eccles.studies.kilgore2025.robustness import RULES, choices, variants, w2_scales
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study, read_study
from eccles.training.config import TrainConfig

SHIPPED = find("kilgore2025/robustness")


@pytest.mark.parametrize(("scale", "runs"), [("full", 72), ("smoke", 6)])
def test_the_variants_that_ship(scale, runs):
    assert Counter(variants(read_study(SHIPPED, scale)).values()) == {
        "unchanged": runs,
        "momentum 0.9": runs,
        "Adam": runs,
        "tau_mem 5 ms": runs,
        "w2 x 1/3": runs,
        "w2 x 3": runs,
        "no zero start": runs,
    }


def test_a_run_is_of_the_variant_that_its_settings_say():
    study = read_study(SHIPPED)
    named = variants(study)
    for run in plan(study).runs:
        assert (named[run.identity] == "Adam") == (run.settings["optimizer"] == "adam")
        assert (named[run.identity] == "w2 x 3") == (run.settings["w2_std"] == 0.1998)


def test_what_makes_a_variant():
    made = choices(read_study(SHIPPED))
    assert made["unchanged"]["lr"] == 0.01
    assert made["Adam"] == {"optimizer": "adam", "lr": 2e-4}
    assert made["no zero start"] == {"zero_start": False}


def test_the_scale_of_output_weights_follows_the_membrane():
    scales = w2_scales(read_study(SHIPPED))
    # 7 (1 - beta) / sqrt(100), beta = exp(-1 / 10) and exp(-1 / 5).
    assert scales["unchanged"] == scales["Adam"] == pytest.approx(0.0666, abs=1e-4)
    assert scales["tau_mem 5 ms"] == pytest.approx(0.1269, abs=1e-4)
    assert (scales["w2 x 1/3"], scales["w2 x 3"]) == (0.0222, 0.1998)


@pytest.mark.parametrize(
    ("claim", "study"),
    [
        ("2", "fashion-mnist"),
        ("3", "fashion-mnist"),
        ("4", "fashion-mnist"),
        ("7", "fashion-mnist-noise"),
    ],
)
def test_a_claim_is_published_where_the_settings_are_those_of_its_study(claim, study):
    """Each claim's own variant has every setting of the article's study that it is about."""
    robust, article = read_study(SHIPPED), read_study(find(f"kilgore2025/{study}"))
    published = {rule.claim: rule.published for rule in RULES}[claim]
    for name in choices(robust):
        entry = list(choices(robust)).index(name)
        own = {key: values[entry] for key, values in robust.zip.items()}
        config = TrainConfig.model_validate({**robust.base, **own}).resolved()
        wanted = TrainConfig.model_validate(article.base).resolved()
        same = config.model_copy(update={"w1_std": wanted.w1_std}) == wanted
        assert same == (name == published)


@pytest.mark.parametrize(
    ("axes", "names"),
    [
        ({"lr": [0.01, 0.1]}, ["unchanged", "lr 0.1"]),
        # A scale that is given is the one that others are compared with.
        ({"w1_std": [0.002, 0.001, 0.01]}, ["unchanged", "w1 x 1/2", "w1 x 5"]),
        ({"w1_std": [0.001, 0.00137]}, ["unchanged", "w1 x 1.37"]),
        (
            {"zero_start": [False, True], "momentum": [0, 0.5]},
            ["unchanged", "zero start, momentum 0.5"],
        ),
        # Two learning rates of one optimizer need their names.
        (
            {"optimizer": ["sgd", "adam", "adam"], "lr": [0.01, 0.001, 0.002]},
            ["unchanged", "Adam, lr 0.001", "Adam, lr 0.002"],
        ),
    ],
)
def test_other_choices(axes, names):
    assert list(choices(Study(zip=axes))) == names


def test_a_study_of_one_variant():
    study = Study(grid={"ei": ["50:50", "80:20"]})
    assert list(variants(study).values()) == ["unchanged"] * 2
