"""What `help` lists of a room is what the room hands on, and how values show themselves."""

import ast
import dataclasses
import importlib
import pydoc
from pathlib import Path

import pytest

import eccles
from eccles.network import kilgore2025

ROOMS = [
    path.parent.name
    for path in sorted(Path(eccles.__file__).parent.glob("*/__init__.py"))
    if "public as _public" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_what_it_hands_on(room):
    module = importlib.import_module(f"eccles.{room}")
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    names = {
        alias.asname
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.asname[0] != "_"
    }
    assert set(module.__all__) == names
    assert len(names) > 5


def test_help_of_the_equations_lists_them():
    assert "functional" in ROOMS
    text = pydoc.plaintext.document(eccles.functional)
    about = eccles.functional.__doc__
    for name in eccles.functional.__all__:
        assert name in text
        assert name in about, f"the docstring of eccles.functional leaves {name} out"


def test_a_network_shows_itself():
    network = kilgore2025()
    assert repr(network) == str(network) == "Network(hidden: 80 E, 20 I; 4 projections)"
    module = eccles.SpikingNetwork(network, 5, 3)
    assert (
        repr(module)
        == f"SpikingNetwork({network}: input->hidden [5, 100], hidden->output [100, 3])"
    )
    shown = network._repr_html_()
    for each in ("<td>excitatory</td>", "<td>80</td>", "<td>10 ms</td>", "input -&gt; E"):
        assert each in shown


def test_a_study_shows_itself():
    study = eccles.Study(
        name="mine", grid={"ei": ["<b>", "80:20"]}, zip={"lr": [1, 2]}, repeat=3, base={"epochs": 2}
    )
    assert repr(study) == "Study('mine', full: ei x 2, lr x 2, seed x 3)"
    assert "<td>&lt;b&gt;, 80:20</td>" in study._repr_html_()
    assert "<td>epochs</td><td>2</td>" in study._repr_html_()


def test_stored_results_show_themselves():
    results = eccles.load(Path(__file__).parents[1] / "results/kilgore2025/fashion-mnist-noise")
    shown = results._repr_html_()
    assert "672 runs" in shown
    assert "<th>peak test accuracy (%)</th>" in shown
    assert "<td>80:20</td>" in shown


def test_a_run_shows_itself():
    result = eccles.train(eccles.TrainConfig(epochs=1, hidden=10, batch_size=2000))
    shown = result._repr_html_()
    assert "1 epoch, accuracy" in shown
    assert "<th>epochs trained</th><th>loss</th><th>accuracy</th><th>firing rate (Hz)</th>" in shown
    start, end = (row["accuracy"] for row in result.history)
    assert f"<td>0</td><td>-</td><td>{start:.1%}</td>" in shown
    assert f"<td>{end:.1%}</td>" in shown
    many = dataclasses.replace(result, history=result.history[:1] + 99 * result.history[1:])
    assert many._repr_html_().count("<tr>") == 21
