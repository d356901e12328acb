from pathlib import Path

import pytest

from eccles import studies
from eccles.errors import InputError
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import load
from eccles.training.measures.measures import MEASURES

PUBLISHED = "kilgore2025/fashion-mnist-noise-published"
NAMES = (
    "kilgore2025/fashion-mnist",
    "kilgore2025/fashion-mnist-noise",
    PUBLISHED,
    "kilgore2025/robustness",
)
DIGITS = (
    "kilgore2025/shd",
    "kilgore2025/spoken-digits",
    "kilgore2025/spoken-digits-unbounded",
)
PORTRAITS = "kilgore2025/portraits"
STARTS = "liu2026/initialisation"
DEVICES, RECOMMEND = "devices/ratios", "devices/recommend"
CIRCUITS = ("circuits/dale", "circuits/inputs", "circuits/noise", "circuits/rates", "shd/dale")
BALANCE = "circuits/balanced"
DEEP = ("liu2026/ablations", "liu2026/circuits", "liu2026/longer")


def test_names():
    assert studies.names() == tuple(
        sorted((*NAMES, PORTRAITS, *DIGITS, *DEEP, STARTS, DEVICES, RECOMMEND, *CIRCUITS, BALANCE))
    )


@pytest.mark.parametrize(
    ("scale", "width"), [("full", 0.5), ("wide", 1), ("laptop", 0.25), ("smoke", 0.25)]
)
def test_starts(scale, width):
    """Three deep networks, each with E-I Init and without, that aren't trained."""
    made = plan(read_study(studies.find(STARTS), scale))
    configs = [made.config(run) for run in made.runs]
    assert {c.model for c in configs} == {"mlp16", "vgg19", "resnet18"}
    found = [(c.circuit, c.init) for c in configs if c.model == "vgg19"]
    assert found == [("ei", "measured"), ("ei", "prior"), ("ei", "dann"), ("plain", None)]
    assert {(c.epochs, c.width, c.data) for c in configs} == {(0, width, "fashion-mnist-sample")}
    assert made.study.measure == {"layers": 1}


@pytest.mark.parametrize(("scale", "epochs"), [("full", 30), ("laptop", 30), ("smoke", 10)])
def test_portraits(scale, epochs):
    """All measures of twelve networks, one of which is that of the article's noisy update."""
    made = plan(read_study(studies.find(PORTRAITS), scale))
    assert set(made.study.measure) == set(MEASURES) - {
        "distances",
        "rates",
        "intervals",
        "spectra",
        "operations",
    }
    configs = [made.config(run) for run in made.runs]
    found = {(c.ei, c.w1_std, c.tau_mem, c.update_noise) for c in configs}
    quiet = {
        (ei, w1_std, 0.010, 0.0)
        for ei in ("50:50", "80:20", "95:5")
        for w1_std in (0.00075, 0.001, 0.004)
    }
    assert quiet < found
    assert ("80:20", 0.001, 0.005, 2e-4) in found
    assert len(found) == len(configs) == 12
    assert {(c.epochs, c.seed) for c in configs} == {(epochs, 0)}


@pytest.mark.parametrize(
    ("name", "runs", "seeds"),
    [(NAMES[0], 608, 8), (NAMES[1], 1344, 16), (PUBLISHED, 1344, 16)],
)
def test_full_studies_are_those_of_the_article(name, runs, seeds):
    made = plan(read_study(studies.find(name)))
    assert len(made.runs) == runs
    assert made.study.seeds() == list(range(seeds))
    configs = [made.config(run).resolved() for run in made.runs]
    assert {(c.hidden, c.batch_size, c.epochs, c.lr, c.optimizer) for c in configs} == {
        (100, 256, 30, 0.01, "sgd")
    }
    assert {c.tau_mem for c in configs} == {0.010 if runs == 608 else 0.005}
    assert {c.tau_syn for c in configs} == {0.005}
    assert {c.data for c in configs} == {"fashion-mnist"}


@pytest.mark.parametrize("scale", ["full", "laptop", "smoke"])
def test_the_published_noise_differs_in_the_batches_that_it_drops(scale):
    kept, published = (plan(read_study(studies.find(n), scale)) for n in NAMES[1:3])
    assert {**kept.study.base, "drop_last": True} == published.study.base
    assert {published.config(run).drop_last for run in published.runs} == {True}
    assert [run.settings for run in kept.runs] == [run.settings for run in published.runs]
    assert not {run.identity for run in kept.runs} & {run.identity for run in published.runs}


def test_stored_noise_is_the_study_that_keeps_partial_batches():
    """Its runs are those of the file that ships: nothing that was published since renamed them."""
    folder = Path(__file__).parents[2] / "results/kilgore2025/fashion-mnist-noise"
    tables = load(folder)
    shipped = plan(read_study(studies.find(NAMES[1]), "full", ["repeat=8"]))
    assert set(tables.runs["run"]) == {run.identity for run in shipped.runs}
    assert not tables.runs["drop_last"].any()


def test_grids_of_the_article():
    measured = read_study(studies.find(NAMES[0])).measure
    assert measured == {"weights": 30, "distances": 30, "activity": 30}
    noiseless = read_study(studies.find(NAMES[0])).grid
    assert noiseless["ei"] == ["50:50", "80:20", "95:5", "100:0"]
    assert len(noiseless["w1_std"]) == 19
    assert (min(noiseless["w1_std"]), max(noiseless["w1_std"])) == (0.0005, 0.075)
    noisy = read_study(studies.find(NAMES[1]))
    assert noisy.grid["ei"] == ["50:50", "70:30", "75:25", "80:20", "90:10", "95:5", "100:0"]
    assert noisy.grid["update_noise"] == [
        1e-5, 1e-4, 1.5e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4, 7e-4, 8e-4, 9e-4, 1e-3
    ]  # fmt: skip
    assert noisy.base["w1_std"] == 0.001


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_smaller_scales_are_part_of_the_question(name, scale):
    full, small = (read_study(studies.find(name), each) for each in ("full", scale))
    assert len(plan(small).runs) < len(plan(full).runs) / 1.9
    for setting, values in small.grid.items():
        assert set(values) <= set(full.grid[setting])
    if scale == "laptop":
        # These are runs of the full study: what was done at one scale is known at the other.
        runs = {run.identity for run in plan(full).runs}
        assert {run.identity for run in plan(small).runs} <= runs


def test_the_stand_in_follows_the_article_but_for_its_scales_and_batches():
    full, shd = (read_study(studies.find(name)) for name in DIGITS[1::-1])
    assert {**full.base, "data": "shd"} == shd.base
    assert (full.grid["ei"], full.repeat, full.measure) == (shd.grid["ei"], 8, shd.measure)
    assert len(full.grid["w1_std"]) == len(shd.grid["w1_std"]) == 18
    laptop = read_study(studies.find(DIGITS[1]), "laptop")
    assert set(laptop.grid["w1_std"]) < set(full.grid["w1_std"])
    assert len(plan(laptop).runs) == 96
    changed = {name for name in full.base if full.base[name] != laptop.base[name]}
    assert changed == {"epochs", "batch_size"}
    # As many updates as the article: 200 epochs of 7,936 samples in batches of 256.
    assert laptop.base["epochs"] * 2_400 / laptop.base["batch_size"] == pytest.approx(
        6_200, rel=0.05
    )
    unbounded = read_study(studies.find(DIGITS[2]), "laptop")
    own = {"data", "hidden", "tau_mem", "tau_syn", "batch_size", "epochs"}
    assert {name: unbounded.base[name] for name in own} == {name: laptop.base[name] for name in own}
    configs = [plan(unbounded).config(run).resolved() for run in plan(unbounded).runs]
    assert {(c.optimizer, c.lr, c.projection) for c in configs} == {("adam", 2e-4, False)}


def test_robustness_changes_one_choice_at_a_time():
    study = read_study(studies.find("kilgore2025/robustness"))
    published, *others = zip(*study.zip.values(), strict=True)
    names = list(study.zip)
    assert dict(zip(names, published, strict=True))["optimizer"] == "sgd"
    for other in others:
        changed = {n for n, a, b in zip(names, published, other, strict=True) if a != b}
        # An optimizer brings its own learning rate.
        assert len(changed - {"lr"}) == 1, changed
    assert len(plan(study).runs) == 7 * 3 * 4 * 2 * 3


@pytest.mark.parametrize(("scale", "epochs"), [("full", 30), ("laptop", 5)])
def test_devices_have_a_quiet_baseline_of_the_same_cells(scale, epochs):
    """Seven devices over ratios and rates, and three of the cells' kinds with a faster membrane."""
    made = plan(read_study(studies.find(DEVICES), scale))
    configs = [made.config(run) for run in made.runs]
    cells = {}
    for c in configs:
        kind = (c.device_model, c.tau_mem)
        cells.setdefault(kind, set()).add((c.ei, c.initial_rate, c.seed))
    assert {len(each) for each in cells.values()} == {5 * 2 * 8}
    assert len({name for name, _ in cells} - {None}) == 7
    faster = {name for name, tau in cells if tau == 0.005}
    assert None in faster
    assert len(faster) == 3
    assert {(c.epochs, c.data) for c in configs} == {(epochs, "fashion-mnist")}


def test_a_path_is_a_study(tmp_path):
    assert studies.find(str(tmp_path / "mine.yaml")) == tmp_path / "mine.yaml"


def test_an_unknown_study():
    with pytest.raises(InputError, match=r"did you mean 'kilgore2025/fashion-mnist'\?\); name a"):
        studies.find("kilgore2025/fashion-mnits")


@pytest.mark.parametrize(("scale", "seeds"), [("full", 5), ("laptop", 5), ("smoke", 1)])
def test_each_circuit_has_two_learning_rates(scale, seeds):
    made = plan(read_study(studies.find(BALANCE), scale))
    configs = [made.config(run).resolved() for run in made.runs]
    arms = {(c.model, c.circuit, c.optimizer, c.lr) for c in configs}
    assert len({arm[:3] for arm in arms}) == 2 * 4
    assert all(sum(arm[:3] == each[:3] for arm in arms) == 2 for each in arms)
    assert len(configs) == 2 * 4 * 2 * seeds
    assert all(c.validation for c in configs)


@pytest.mark.parametrize(
    ("name", "runs"), list(zip(CIRCUITS, (320, 192, 128, 192, 120), strict=True))
)
@pytest.mark.parametrize("scale", ["full", "laptop", "smoke"])
def test_circuits_are_on_the_same_footing(name, runs, scale):
    """One budget, one rule of the start and one grid of learning rates for all arms."""
    made = plan(read_study(studies.find(name), scale))
    assert len(made.runs) == runs or scale == "smoke"
    configs = [made.config(run).resolved() for run in made.runs]
    one = ("epochs", "batch_size", "optimizer", "schedule", "warmup", "surrogate_scale", "init",
           "validation", "hidden" if name.startswith("circuits/") else "data")  # fmt: skip
    assert all(len({getattr(config, of) for config in configs}) == 1 for of in one)
    assert all(config.validation for config in configs)
    arms = {}
    for config in configs:
        arm = (config.unbounded, config.neuron, config.recurrent, config.ei, config.network,
               config.initial_rate, config.update_noise, config.device_model)  # fmt: skip
        arms.setdefault(arm, set()).add((config.lr, config.seed))
    assert len({frozenset(each) for each in arms.values()}) == 1


def test_the_digits_of_stork_have_its_steps():
    made = plan(read_study(studies.find("shd/dale")))
    config = made.config(made.runs[0])
    assert config.binning().n_steps == 351  # One more than there are bins.
    groups = {name: each.groups for name, each in config.network_of().populations.items()}
    assert groups == {"cortex": {"E": 128, "I": 32}}
