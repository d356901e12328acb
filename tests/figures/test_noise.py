import math

import numpy as np
import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.figures import accuracy_by_noise, accuracy_differences


def values(seeds=2, levels=(0.2, 0.4)):
    rows = [
        (ei, noise, seed, base - 0.5 * noise + 0.01 * seed)
        for ei, base in (("50:50", 0.6), ("100:0", 0.7))
        for noise in levels
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows, columns=["ei", "noise", "seed", "accuracy"])


def test_means_over_seeds():
    drawing = accuracy_by_noise(values())
    data = drawing.data.set_index(["ei", "noise"])
    assert data["n"].tolist() == [2] * 4
    assert data.loc[("50:50", 0.2), "mean"] == pytest.approx((0.50 + 0.51) / 2)
    assert data.loc[("100:0", 0.4), "mean"] == pytest.approx((0.50 + 0.51) / 2)
    assert (data["low"] <= data["mean"]).all()
    assert (data["mean"] <= data["high"]).all()
    pd.testing.assert_frame_equal(drawing.more["runs"], values())
    labels = [text.get_text() for text in drawing.figure.axes[0].get_legend().get_texts()]
    assert labels == ["50:50 (n = 2)", "100:0 (n = 2)"]


def test_ratios_stand_apart_and_above_zero():
    drawing = accuracy_by_noise(values(levels=(0.01, 0.1, 0.15)))
    axes = drawing.figure.axes[0]
    points = [
        np.array(each.get_offsets())[:, 0]
        for each in axes.collections
        if len(each.get_offsets()) == 6
    ]
    left, right = points
    assert min(left) > 0
    assert (left < right).all()
    middle = (left + right) / 2
    assert middle == pytest.approx(np.repeat([0.01, 0.1, 0.15], 2))
    assert "shifted sideways" in drawing.caption
    assert sorted(set(drawing.data["noise"])) == [0.01, 0.1, 0.15]


def test_a_single_seed_has_no_interval():
    drawing = accuracy_by_noise(values(seeds=1, levels=(0.2,)))
    assert drawing.data["low"].isna().all()
    assert "A single seed has no interval." in drawing.caption


def test_a_caption_says_how_intervals_are_found():
    for seeds, method in ((3, "Student's t"), (6, "bootstrap")):
        data = values(seeds=seeds)
        assert f"bars: {method} intervals of 95 %." in accuracy_by_noise(data).caption
        differences = accuracy_differences(data, levels=(0.2,))
        assert f"paired by seed, with {method} intervals of 95 %," in differences.caption


def test_differences_are_paired_by_seed():
    drawing = accuracy_differences(values(seeds=6), levels=(0.2, 0.4, 0.6))
    data = drawing.data
    assert data["noise"].tolist() == [0.2, 0.4]
    assert data["difference"].tolist() == pytest.approx([-0.1, -0.1])
    # Six pairs of one sign: 2 / 2^6.
    assert data["p_holm"].tolist() == pytest.approx([2 / 64] * 2)
    axes = drawing.figure.axes[0]
    assert axes.get_title() == "noise 0.2   (n = 6 pairs)"
    assert axes.texts[0].get_text().startswith("*\n(***")


def test_a_single_pair_has_no_test():
    drawing = accuracy_differences(values(seeds=1), levels=(0.2,))
    axes = drawing.figure.axes[0]
    assert axes.get_title() == "noise 0.2   (n = 1 pair: no test)"
    assert axes.texts[0].get_text() == ""
    assert math.isnan(drawing.data["p_holm"][0])
    assert "no interval and no test" in drawing.caption


def test_a_level_that_no_run_has():
    with pytest.raises(InputError, match=r"noise must be one of 0.6 in some run, got 'none'"):
        accuracy_differences(values(), levels=(0.6,))
