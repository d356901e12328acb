import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.errors import InputError
from eccles.network import circuit
from eccles.sweeps.plan import plan, say_idle
from eccles.sweeps.study import Study


def planned(**content):
    return plan(Study.model_validate(content))


def test_a_grid_by_hand():
    runs = planned(grid={"ei": ["50:50", "80:20"], "w1_std": [0.1, 0.2]}, repeat=2).runs
    assert [tuple(run.settings.values()) for run in runs] == [
        ("50:50", 0.1, 0),
        ("50:50", 0.2, 0),
        ("80:20", 0.1, 0),
        ("80:20", 0.2, 0),
        ("50:50", 0.1, 1),
        ("50:50", 0.2, 1),
        ("80:20", 0.1, 1),
        ("80:20", 0.2, 1),
    ]


def test_zip_is_one_axis():
    runs = planned(zip={"tau_mem": ["10 ms", "5 ms"], "lr": [1, 2]}, grid={"ei": [1, 0]}).runs
    assert [tuple(run.settings.values()) for run in runs] == [
        (1, "10 ms", 1),
        (1, "5 ms", 2),
        (0, "10 ms", 1),
        (0, "5 ms", 2),
    ]


def test_seeds_are_paired_across_cells():
    runs = planned(grid={"ei": ["50:50", "80:20"]}, repeat=[7, 9]).runs
    seeds = {ei: [r.settings["seed"] for r in runs if r.settings["ei"] == ei] for ei in
             ("50:50", "80:20")}  # fmt: skip
    assert seeds == {"50:50": [7, 9], "80:20": [7, 9]}


def test_settings_of_a_run():
    made = planned(base={"epochs": 3, "tau_mem": "5 ms"}, grid={"lr": [0.1, 0.2]})
    config = made.config(made.runs[1])
    assert (config.epochs, config.tau_mem, config.lr) == (3, 0.005, 0.2)


def test_a_spelling_is_no_other_run():
    one = planned(grid={"ei": [0.8], "tau_mem": ["10 ms"]}, repeat=2)
    other = planned(base={"tau_mem": 0.01}, grid={"ei": ["4:1"]}, repeat=2)
    assert [r.identity for r in one.runs] == [r.identity for r in other.runs]


def test_a_value_added_adds_its_cells_alone():
    few = {r.identity for r in planned(grid={"ei": [1, 0], "lr": [0.1]}, repeat=2).runs}
    more = {r.identity for r in planned(grid={"ei": [1, 0.5, 0], "lr": [0.1]}, repeat=2).runs}
    assert few < more
    assert len(more - few) == 2


def test_what_is_measured_is_part_of_a_run():
    plain = planned(repeat=2).runs[0].identity
    assert planned(repeat=2, measure={"weights": 1}).runs[0].identity != plain
    assert planned(repeat=2, keep_weights=True, about="more").runs[0].identity == plain


def test_identities_outlive_versions_and_processes():
    """A change here makes every stored run another run: raise FORMAT only on purpose."""
    made = planned(base={"data": "fashion-mnist"}, grid={"ei": ["50:50"]}, repeat=2)
    assert [run.identity for run in made.runs] == IDENTITIES
    code = (
        "from eccles.sweeps.plan import plan; from eccles.sweeps.study import Study\n"
        "made = plan(Study(base={'data': 'fashion-mnist'}, grid={'ei': ['50:50']}, repeat=2))\n"
        "print(*(run.identity for run in made.runs))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == IDENTITIES


IDENTITIES = ["e7a9ac53e9de6d4e", "5b3631a142d07eca"]


@given(st.integers(1, 12), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_shards_are_a_partition(shares, lengths):
    names = ("ei", "lr", "w1_std")[: len(lengths)]
    values = {"ei": ["50:50", "80:20", "95:5"], "lr": [0.1, 0.2, 0.3], "w1_std": [0.1, 0.2, 0.3]}
    made = planned(grid={n: values[n][:k] for n, k in zip(names, lengths, strict=True)}, repeat=2)
    parts = [made.shard(f"{k}/{shares}").runs for k in range(1, shares + 1)]
    together = [run.identity for part in parts for run in part]
    assert sorted(together) == sorted(run.identity for run in made.runs)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(
    "text", ["0/8", "9/8", "1", "a/b", "-1/3", "1/0", "1/2/3", "", "²/8", f"1/{'9' * 5000}"]
)
def test_bad_shards(text):
    with pytest.raises(InputError, match="--shard must be such as 2/8"):
        planned(repeat=2).shard(text)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            {"grid": {"epochs": [1, -1]}},
            "of the run with epochs -1 can't be met: train: epochs must",
        ),
        ({"base": {"hidden": 7}, "grid": {"ei": ["80:20"]}}, "with ei 80:20 .* whole number"),
        ({"grid": {"lr": ["fast"]}}, "with lr fast can't be met: train: lr must"),
        ({"grid": {"ei": [0.8, "80:20"]}}, "got ei 0.8 and ei 80:20, which mean the same"),
        ({"grid": {"unbounded": [True], "projection": [True]}}, "projection must be off"),
    ],
)
def test_settings_that_no_run_accepts(content, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        planned(**content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("axes", "acts"),
    [
        ({"recurrent": [0, 0.1], "delay": ["1 ms", "2 ms"]}, lambda c: c["recurrent"]),
        ({"recurrent": [False, True], "delay": ["1 ms", None]}, lambda c: c["recurrent"]),
        ({"hidden": [10, "10,5"], "tau_syn_inhibitory": ["9 ms", "20 ms"]},
         lambda c: c["hidden"] != 10),
        ({"neuron": ["lif", "adaptive"], "tau_adapt": ["50 ms", "99 ms"]},
         lambda c: c["neuron"] == "adaptive"),
        ({"neuron": ["lif", "conductance"], "e_inhibitory": [0, -1]},
         lambda c: c["neuron"] == "conductance"),
        ({"rate_penalty": [0, 1], "rate_target": ["5 Hz", "9 Hz"]}, lambda c: c["rate_penalty"]),
        ({"device_model": [None, "ecram"], "device_bound": [5, 9]}, lambda c: c["device_model"]),
        ({"model": ["mlp2"], "rate_penalty": [0, 1], "step_target": [0.2, 0.3]},
         lambda c: c["rate_penalty"]),
    ],
)  # fmt: skip
def test_what_acts_on_nothing_is_left_out(axes, acts):
    """Those cells are one run, the run without the setting; in others each value is another one."""
    *_, (name, values) = axes.items()
    study = Study(grid=axes, repeat=2)
    found = plan(study)
    idle = [run for run in found.runs if not acts(run.settings)]
    assert [run.settings["seed"] for run in idle] == [0, 1]
    assert all(run.settings[name] is None for run in idle)
    assert len(found.runs) == 2 * (1 + len(values))
    (other, alone), *_ = [(n, v[0]) for n, v in axes.items() if len(v) > 1 and n != name]
    rest = {n: v[0] for n, v in axes.items() if len(v) == 1}
    without = Study(base={**rest, other: alone}, repeat=2)
    assert [run.identity for run in plan(without).runs] == [run.identity for run in idle]
    # In base it is the same.
    base = Study(base={**rest, name: values[0]}, grid={other: axes[other]}, repeat=2)
    assert {run.identity for run in plan(base).runs} <= {run.identity for run in found.runs}
    n = 1 if values[1] is None else len(values)
    assert say_idle(study).startswith(
        f"settings that act on nothing are left out: {name} in {n} of 4"
    )
    # In no cell at all it is a mistake, as in one run.
    with pytest.raises(InputError, match=f"{name} must be left out"):
        plan(Study(base={**rest, other: alone}, grid={name: values}, repeat=2))


def test_nothing_is_left_out_of_a_network_that_says_all():
    study = Study(
        base={"delay": "2 ms"}, networks={"own": circuit()}, grid={"network": ["own", None]}
    )
    with pytest.raises(InputError, match="delay must be left out with network"):
        plan(study)
    with pytest.raises(InputError, match="every run must be another one"):
        plan(Study(grid={"recurrent": [0, 0], "lr": [1, 2]}))
    assert say_idle(Study(grid={"recurrent": [0, 0.1]})) is None
