import re

import pytest

from eccles.errors import InputError
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study, read_study

TEXT = """
name: mine
base: {data: fashion-mnist-sample, tau_mem: 10 ms, epochs: 3}
grid:
  ei: [50:50, 80:20]
  w1_std: [0.001, 0.01]
repeat: 4
measure: {weights: 2}
scales:
  small:
    base: {epochs: 1}
    grid: {w1_std: [0.002]}
    repeat: 1
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT)
    return file


def test_a_file_as_it_is(path):
    study = read_study(path)
    assert (study.name, study.scale) == ("mine", "full")
    assert study.grid == {"ei": ["50:50", "80:20"], "w1_std": [0.001, 0.01]}
    assert study.varied == ("ei", "w1_std", "seed")
    assert study.seeds() == [0, 1, 2, 3]
    assert study.measure == {"weights": 2}


def test_a_scale_replaces_settings_and_axes_one_by_one(path):
    study = read_study(path, "small")
    assert study.scale == "small"
    assert study.base == {"data": "fashion-mnist-sample", "tau_mem": "10 ms", "epochs": 1}
    assert study.grid == {"ei": ["50:50", "80:20"], "w1_std": [0.002]}
    assert study.seeds() is None


def test_a_file_names_its_study(tmp_path):
    (tmp_path / "ratios.yaml").write_text("repeat: 2\n")
    assert read_study(tmp_path / "ratios.yaml").name == "ratios"


@pytest.mark.parametrize(
    ("override", "part", "value"),
    [
        ("epochs=7", "base", {"data": "fashion-mnist-sample", "tau_mem": "10 ms", "epochs": 7}),
        ("repeat=2", "repeat", 2),
        ("repeat=[5, 6]", "repeat", [5, 6]),
        ("grid.ei=[95:5]", "grid", {"ei": ["95:5"], "w1_std": [0.001, 0.01]}),
        ("grid.lr=[0.1]", "grid", {"ei": ["50:50", "80:20"], "w1_std": [0.001, 0.01], "lr": [0.1]}),
        ("ei=80:20", "grid", {"w1_std": [0.001, 0.01]}),
        ("measure.weights=9", "measure", {"weights": 9}),
        ("keep_weights=true", "keep_weights", True),
    ],
)
def test_overrides(path, override, part, value):
    assert getattr(read_study(path, overrides=[override]), part) == value


def test_a_setting_said_for_all_runs_varies_no_more(path):
    study = read_study(path, overrides=["ei=80:20", "seed=3"])
    assert study.varied == ("w1_std",)
    assert (study.base["ei"], study.base["seed"]) == ("80:20", 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"bse": {}}, r"there is no setting 'bse' \(did you mean 'base'\?\)"),
        ({"base": {"epoch": 3}, "repeat": 2}, r"base: there is no setting 'epoch' \(did you mean"),
        ({"grid": {"w1std": [1]}}, r"grid: there is no setting 'w1std' \(did you mean 'w1_std'"),
        ({"zip": {"w1std": [1]}}, "zip: there is no setting 'w1std'"),
        ({"grid": {"ei": []}}, "grid.ei must be a list of one value or more"),
        ({"measure": "weights"}, "names with their values, such as {operations: 1}, got 'weights'"),
        ({"grid": {}}, "grid must be settings with the values to run, got {}"),
        ({}, "grid must be settings with the values to run"),
        ({"zip": {"ei": [1, 0], "lr": [1]}}, "lists of one length, got ei with 2, lr with 1"),
        ({"zip": {"ei": [1]}, "grid": {"ei": [1]}}, "ei must be in grid or in zip"),
        ({"repeat": 0}, "repeat must be a number of seeds"),
        ({"repeat": []}, "repeat must be a number of seeds"),
        ({"repeat": [1, 1]}, "repeat must be a number of seeds"),
        (
            {"repeat": 3, "base": {"seed": 1}},
            "seed must be in repeat or among the settings, got 'both'",
        ),
        ({"grid": {"ei": "80:20"}}, "grid.ei must be a list"),
        ({"name": "a b", "repeat": 2}, "name must"),
    ],
)
def test_bad_studies(content, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        Study.model_validate(content)
    assert "\n" not in str(caught.value)


def test_who_asks_for_one_seed_of_one_network_gets_one_run():
    assert len(plan(Study.model_validate({"repeat": 1})).runs) == 1


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("epochs", "--set must be such as epochs=5"),
        ("=5", "--set must be such as epochs=5"),
        ("epoch=5", r"no setting 'epoch' \(did you mean 'epochs'"),
        ("grid.epoch=[5]", "grid: there is no setting 'epoch'"),
        ("epochs=[", "must hold YAML"),
        ("scale=small", "use --scale"),
    ],
)
def test_bad_overrides(path, override, sentence):
    with pytest.raises(InputError, match=sentence):
        read_study(path, overrides=[override])


def test_an_unknown_scale(path):
    with pytest.raises(InputError, match=r"no scale 'smal' \(did you mean 'small'\?\); mine.yaml"):
        read_study(path, "smal")


@pytest.mark.parametrize("scales", ["[1]", "{small: 3}"])
def test_scales_that_are_none(tmp_path, scales):
    (tmp_path / "a.yaml").write_text(f"repeat: 2\nscales: {scales}\n")
    with pytest.raises(InputError, match="scales"):
        read_study(tmp_path / "a.yaml", "small")


@pytest.mark.parametrize("text", ["base: [1]", "grid: [ei]", "zip: 3", "base: 7"])
def test_parts_that_are_no_settings(tmp_path, text):
    (tmp_path / "a.yaml").write_text(f"{text}\nrepeat: 2\n")
    part = text.partition(":")[0]
    with pytest.raises(InputError, match=part):
        read_study(tmp_path / "a.yaml", overrides=[f"{part}.ei=[80:20]"])
    with pytest.raises(InputError, match=part):
        read_study(tmp_path / "a.yaml", overrides=["epochs=5"])


def test_an_empty_part_takes_settings(tmp_path):
    (tmp_path / "a.yaml").write_text("base:\nrepeat: 2\n")
    assert read_study(tmp_path / "a.yaml", overrides=["epochs=5"]).base == {"epochs": 5}


@pytest.mark.parametrize(
    ("change", "got"),
    [
        ({"repeat": 100_000_000_000}, r"got 400,000,000,000 \(4 of grid.lr x 100,000,000,000 of"),
        ({"repeat": 10**4000}, r"got over 10\^18 \(4 of grid.lr x over 10\^18 of repeat\)"),
        (
            {"grid": {"w1_std": [0.1] * 1000, "lr": [0.1] * 1000}},
            r"got 1,000,000 \(1,000 of grid.w1_std x 1,000 of grid.lr\)",
        ),
        (
            {"zip": {"tau_mem": [0.1] * 251, "tau_syn": [0.1] * 251}, "repeat": list(range(100))},
            r"got 100,400 \(4 of grid.lr x 251 of zip x 100 of repeat\); make several",
        ),
    ],
)
def test_a_study_of_too_many_runs_says_how_many(change, got):
    with pytest.raises(InputError, match=f"^study: runs must be at most 100,000, {got}"):
        Study.model_validate({"grid": {"lr": [0.1] * 4}, **change})


@pytest.mark.parametrize(
    "settings",
    [
        {"grid": {"seed": [0, 1], "lr": [0.1, 0.2]}},
        {"base": {"seed": 3}, "grid": {"lr": [0.1, 0.2]}},
        {"zip": {"seed": [0, 1], "lr": [0.1, 0.2]}},
        {"grid": {"lr": [0.1, 0.2]}, "repeat": 3},
        {"repeat": [5, 7]},
    ],
)
def test_what_is_stored_of_a_study_reads_back(settings):
    """With its defaults spelt out, as study.json has them."""
    study = Study(name="mine", **settings)
    assert Study.model_validate(study.model_dump(mode="json")) == study


@pytest.mark.parametrize(
    ("override", "hint"),
    [
        ("ei=[80:20, 100:0]", "grid.ei=[80:20, 100:0]"),
        ("ei=80:20,100:0", "grid.ei=[80:20, 100:0]"),
        ("base.epochs=1,2", "grid.epochs=[1, 2]"),
        ("tau_mem=5 ms, 10 ms", "grid.tau_mem=[5 ms, 10 ms]"),
        ("seed=[1, 2]", "repeat=[1, 2]"),
        ("lr=[auto, 0.1]", "grid.lr=[auto, 0.1]"),
    ],
)
def test_several_values_of_one_setting_are_an_axis(override, hint, path):
    path.write_text("base: {hidden: 10}\ngrid: {update_noise: [0, 1]}\n")
    name = override.partition("=")[0].removeprefix("base.")
    said = f'sweep: --set {name} must be one value for all runs, got .*; --set "{re.escape(hint)}"'
    with pytest.raises(InputError, match=said):
        read_study(path, overrides=[override])
    assert read_study(path, overrides=[hint])


def test_a_list_that_is_one_value_is_taken(path):
    path.write_text("base: {epochs: 1}\ngrid: {update_noise: [0, 1]}\n")
    assert read_study(path, overrides=["hidden=20,10"]).base["hidden"] == "20,10"
    assert read_study(path, overrides=["hidden=[20, 10]"]).base["hidden"] == [20, 10]
