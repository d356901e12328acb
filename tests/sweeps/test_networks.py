"""Studies of networks: every setting of one may vary, and so may networks of one's own."""

import json
from pathlib import Path

import pytest

from eccles import InputError, Network, TrainConfig
from eccles.cli import main
from eccles.network import circuit, layered
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import columns_of
from eccles.sweeps.study import Study, read_study
from eccles.sweeps.tables import load

DEEP: list = []
for _ in range(2000):
    DEEP = [DEEP]

STUDY = """
base: {data: fashion-mnist-sample, epochs: 1, batch_size: 1000}
grid:
  network: [mine.yaml, other.yaml, null]
  threshold: [1.0]
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "there/mine.yaml").write_text(layered((10,), recurrent=0.5).to_yaml())
    (tmp_path / "there/other.yaml").write_text(
        "lr: 1e-3\nnetwork:\n" + "".join(f"  {x}\n" for x in circuit().to_yaml().splitlines())
    )
    (tmp_path / "there/study.yaml").write_text(STUDY)


def test_files_are_read_once_and_stand_in_the_study(tmp_path):
    study = read_study(tmp_path / "there/study.yaml")
    assert study.grid["network"] == ["mine", "other", None]
    assert study.networks == {"mine": layered((10,), recurrent=0.5), "other": circuit()}
    (tmp_path / "there/mine.yaml").unlink()
    again = Study.model_validate(json.loads(json.dumps(study.model_dump(mode="json"))))
    assert again == study
    found = [plan(again).config(run).network for run in plan(again).runs]
    assert found == [*study.networks.values(), None]
    assert [run.identity for run in plan(again).runs] == [run.identity for run in plan(study).runs]


def test_however_a_network_is_said_it_is_the_same_run():
    network = layered((10,), recurrent=0.5)
    said = [
        {"base": {"network": network}},
        {"base": {"network": network.model_dump(mode="json")}},
        {"base": {"network": "there/mine.yaml"}},
        {"base": {"network": "small"}, "networks": {"small": network.model_dump()}},
        {"base": {"hidden": 10, "recurrent": 0.5}},
    ]
    plans = [plan(Study.model_validate({"repeat": 2, **each})) for each in said]
    assert len({tuple(run.identity for run in each.runs) for each in plans}) == 1
    assert plans[0].study.base["network"] == network.identity()
    alone = TrainConfig(hidden=10, recurrent=0.5, seed=1).identity()
    assert plans[3].config(plans[3].runs[1]).identity() == alone


@pytest.mark.slow
def test_a_study_of_networks_end_to_end(done_by_threads, tmp_path, capsys):
    study = Study(
        name="nets",
        base={"data": "fashion-mnist-sample", "epochs": 1, "batch_size": 1000},
        networks={"mine": layered((10,), recurrent=0.5)},
        zip={
            "network": ["mine", None, None, None],
            "hidden": [None, "10,5", 10, None],
            "groups": [None, None, None, "E:8,PV:2"],
            "recurrent": [0, True, False, 0.5],
            "neuron": ["lif", "adaptive", "lif", "conductance"],
        },
        measure={"weights": 1},
    )
    results = done_by_threads(study)
    runs = results.runs
    assert list(runs["status"]) == ["done"] * 4, list(runs["error"])
    shown = runs[["network", "hidden", "groups", "ei", "recurrent", "tau_mem"]].astype(object)
    assert shown.where(shown.notna(), None).to_numpy().tolist() == [
        ["mine", None, None, None, None, None],
        [None, "10,5", None, "80:20", 1.0, 0.01],
        [None, "10", None, "80:20", 0.0, 0.01],
        [None, "10", "E:8,PV:2", None, 0.5, 0.01],
    ]
    known = [plan(study).config(run) for run in plan(study).runs]
    assert list(runs["network_identity"].fillna("")) == [
        "" if each.plain else each.network_of().identity() for each in known
    ]
    assert list(runs["n_excitatory"]) == [8, 12, 8, 8]
    assert (results.epochs["excitatory_spikes"] >= 0).all()
    assert set(results.table("weights", where="network = 'mine'")["projection"]) == set(
        study.networks["mine"].projections
    )
    assert len(results.table("weights", where="hidden = '10,5'")) == 2 * 16
    out = str(tmp_path / "out")
    assert main(["results", out]) == 0
    said = capsys.readouterr().out
    assert "mine" in said
    assert "E:8,PV:2" in said
    assert main(["report", out]) == 0
    assert "E:8,PV:2" in (tmp_path / "out/report.html").read_text()
    # Where the layers go, their runs stay, and can be read.
    fewer = study.model_copy(update={"zip": {"hidden": [10, 20]}, "networks": {}})
    later = done_by_threads(fewer)
    assert columns_of(later.study)["runs"]["hidden"] == "BIGINT"
    assert len(load(tmp_path / "out").runs) == 6 - 1
    assert later.runs["hidden"].dropna().astype(int).tolist() == [10, 20, 10]


def test_cells_of_one_network_are_called_by_it(done_by_threads, tmp_path, capsys):
    base = {"data": "fashion-mnist-sample", "epochs": 1, "batch_size": 2000}
    base["network"] = Network.of({"network": layered((5,), recurrent=True).model_dump()})
    done_by_threads(Study(name="one", base=base, repeat=2))
    assert main(["results", str(tmp_path / "out")]) == 0
    assert layered((5,), recurrent=True).identity() in capsys.readouterr().out


@pytest.mark.slow
def test_a_dry_run_and_overrides(capsys):
    assert main(["sweep", "there/study.yaml", "--dry-run", "--json", "--jobs", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 3
    study = read_study(Path("there/study.yaml"), overrides=["grid.network=[other.yaml]"])
    assert study.grid["network"] == ["other"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"base": {"network": "absent.yaml"}}, "study: network must be a network, the YAML file"),
        ({"base": {"network": 3}}, "study: network must be a network, .* got 3"),
        ({"base": {"network": "."}}, "study: network must be a network, .* got '.'"),
        ({"base": {"network": "min"}, "networks": {"mine": layered((5,)).model_dump()}},
         r"study: there is no network 'min' \(did you mean 'mine'\?\)"),
        ({"base": {"network": DEEP}}, r"study: network must be a network, .* got \[\[\["),
        ({"base": {"network": "x" * 300}}, "study: network must be a network, .* got 'xxx"),
        ({"networks": [1]}, "study: networks must be networks by name"),
        ({"networks": {"a": 3}}, "study: a must be a network"),
        ({"grid": {"network": [{"populations": {}}]}}, "network: populations must be one or more"),
        ({"grid": {"network": ["there/mine.yaml"], "hidden": [20]}},
         "hidden must be left out with network"),
        ({"grid": {"recurrent": [0.1, 2]}}, "study: settings of the run with recurrent 2"),
        ({"grid": {"hidden": ["10", 10]}}, "every run must be another one"),
        ({"base": {"model": "mlp8", "network": "there/mine.yaml"}}, "network is a setting of a"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(content, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        plan(Study.model_validate({"repeat": 2, **content}))
    assert len(str(caught.value)) < 500
