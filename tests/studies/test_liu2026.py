"""The studies of deep networks: what they ask, and one of them done, small, from file to report."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from rich.console import Console

from eccles import studies
from eccles.cli import main
from eccles.cli.cells import print_cells
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.sweep import sweep

ABLATIONS, CIRCUITS, LONGER = "liu2026/ablations", "liu2026/circuits", "liu2026/longer"
PARTS = ("init", "stabiliser", "straight_through", "gradient_exponent")
ONE_NETWORK = ("zip.model=[mlp8]", "zip.width=[0.2]", "zip.epochs=[1]")


@pytest.mark.parametrize("scale", ["full", "laptop", "smoke"])
def test_ablations_take_one_part_out_at_a_time(scale):
    made = plan(read_study(studies.find(ABLATIONS), scale))
    configs = [made.config(run).resolved() for run in made.runs]
    for model in ("mlp8", "vgg8"):
        own = [c for c in configs if c.model == model and c.seed == 0]
        assert len({(c.width, c.epochs, c.circuit, c.lr) for c in own}) == 1
        recipe, *others = ({name: getattr(c, name) for name in PARTS} for c in own)
        assert tuple(recipe.values()) == ("measured", "adaptive", True, 1.0)
        changed = [[(n, c[n]) for n in PARTS if c[n] != recipe[n]] for c in others]
        assert sorted(changed, key=str) == [
            [("gradient_exponent", 0.0)],
            [("gradient_exponent", 0.5)],
            [("init", "dann")],
            [("init", "prior")],
            [("stabiliser", "epsilon")],
            [("stabiliser", "none")],
            [("straight_through", False)],
        ]


def test_circuits_have_recipes_of_their_own():
    made = plan(read_study(studies.find(CIRCUITS), "laptop"))
    configs = [made.config(run).resolved() for run in made.runs]
    found = {c.circuit: (c.lr, c.weight_decay, c.warmup > 0) for c in configs}
    assert set(found) == {"ei", "bn", "plain", "dann", "colei", "free"}
    assert (found["bn"], found["ei"]) == ((0.1, 1e-4, False), (0.002, 5e-4, True))
    assert len(configs) == 6 * 2 * 3


@pytest.mark.parametrize(
    ("scale", "seeds"), [("full", 3), ("laptop", 1), ("wide", 1), ("smoke", 1)]
)
def test_longer_training_has_a_twin_of_its_own(scale, seeds):
    made = plan(read_study(studies.find(LONGER), scale))
    configs = [made.config(run).resolved() for run in made.runs]
    assert [c.circuit for c in configs] == ["ei", "bn"] * seeds
    assert len({(c.model, c.width, c.epochs, c.data, c.amp) for c in configs}) == 1


def test_precision_is_all_that_differs_in_its_scale():
    made = plan(read_study(studies.find(LONGER), "precision"))
    configs = [made.config(run) for run in made.runs]
    assert [(c.circuit, c.amp) for c in configs] == [
        (circuit, amp) for circuit in ("ei", "bn") for amp in (False, True)
    ]
    by_circuit = {c.model_copy(update={"amp": False}).identity() for c in configs}
    assert len(by_circuit) == 2


@pytest.mark.parametrize("name", [ABLATIONS, CIRCUITS])
def test_three_seeds_or_more_but_in_smoke(name):
    seeds = {scale: read_study(studies.find(name), scale).repeat for scale in ("full", "laptop")}
    assert min(seeds.values()) >= 3


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return the tables of a network with E-I circuits, and of its twin."""
    changed = ["grid.circuit=[ei, bn]", *ONE_NETWORK]
    study = read_study(studies.find(CIRCUITS), "smoke", changed)
    with ThreadPoolExecutor(1) as executor:
        return sweep(study, tmp_path_factory.mktemp("done"), executor=executor, jobs=1)


def test_tables_have_the_settings_and_layers_of_deep_networks(done):
    runs = done.runs.set_index("circuit")
    assert list(runs["status"]) == ["done", "done"]
    assert (runs.loc["ei", "stabiliser"], runs.loc["ei", "warmup"]) == ("adaptive", 0.1)
    assert runs.loc["bn", ["stabiliser", "straight_through", "n_inhibitory"]].isna().all()
    first = done.epochs.query("epoch == -1").set_index("run")["spikes_per_step"]
    assert list(first[runs["run"]]) == list(runs["initial_spikes_per_step"])
    layers = done.table("layers", where="circuit = 'ei'")
    assert list(layers.groupby("epoch").size()) == [7, 7]
    assert set(layers["epoch"]) == {-1, 0}
    assert layers.query("epoch == -1")["balance"].between(0.7, 1.3).all()
    assert done.table("layers", where="circuit = 'bn'")["balance"].isna().all()


def test_a_row_a_cell_with_rates_a_step(done):
    console = Console(file=io.StringIO(), width=160, force_terminal=True)
    print_cells(console, done, done.runs)
    shown = console.file.getvalue()
    assert "spikes" in shown
    assert all(f"{rate:.2f}" in shown for rate in done.runs["initial_spikes_per_step"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "tables: runs, epochs, classes, layers"),
        (["--table", "layers"], "integrated_std"),
        (["--json"], '"stabiliser": null'),
    ],
)
def test_results_are_printed(done, words, said, capsys):
    assert main(["results", str(done.folder), *words]) == 0
    assert said in capsys.readouterr().out


@pytest.mark.slow
def test_a_report_says_rates_a_step(done, tmp_path):
    assert main(["report", str(done.folder), "--out", str(tmp_path / "a.html")]) == 0
    text = (tmp_path / "a.html").read_text()
    assert "liu2026/circuits (smoke): 2 of 2 runs" in text
    assert "rate before training (spikes a step)" in text
    assert "rate before training (spikes a step)" in text
    assert "(Hz)" not in text.partition("<script")[0]


def test_shallow_and_deep_are_not_reported_together(done, tmp_path, capsys):
    shallow = done.folder.parent / "shallow"
    study = {"name": "mine", "base": {"data": "fashion-mnist-sample", "epochs": 1}}
    from eccles.sweeps.study import Study

    with ThreadPoolExecutor(1) as executor:
        sweep(Study(**study, grid={"ei": ["80:20"]}), shallow, executor=executor, jobs=1)
    home = tmp_path / "both"
    home.mkdir()
    (home / "deep").symlink_to(done.folder)
    (home / "shallow").symlink_to(shallow)
    assert main(["report", str(home)]) == 2
    assert "of shallow networks or of deep ones, got both" in capsys.readouterr().err
