"""No import runs up or sideways, and nothing heavy loads before it is needed."""

import ast
import runpy
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

HOUSE = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "house.py"))
FLOOR = {room: level for level, floor in enumerate(HOUSE["FLOORS"]) for room in floor}


def test_every_room_has_a_floor():
    assert set(HOUSE["imports"]()) == set(FLOOR)


def test_every_arrow_points_down():
    wrong = [
        f"{room} -> {other}"
        for room, used in HOUSE["imports"]().items()
        for other in used
        if other in FLOOR and FLOOR[other] <= FLOOR[room]
    ]
    assert wrong == []


def test_no_files_import_each_other():
    """Not within functions either; what is for the type checker alone may."""
    home = HOUSE["PACKAGE"].parent
    files = {_module(path, home): path for path in HOUSE["PACKAGE"].rglob("*.py")}
    used = {name: _imported(ast.parse(path.read_text()), files) for name, path in files.items()}
    TopologicalSorter({name: found - {name} for name, found in used.items()}).prepare()


def _module(path, home):
    return ".".join(path.relative_to(home).with_suffix("").parts).removesuffix(".__init__")


def _imported(node, files):
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return set()
    if isinstance(node, ast.ImportFrom) and node.module in files:
        named = {f"{node.module}.{alias.name}" for alias in node.names}
        return (named & files.keys()) or {node.module}
    return set().union(*(_imported(child, files) for child in ast.iter_child_nodes(node)))


def test_the_picture_names_every_room(tmp_path):
    HOUSE["main"](tmp_path / "house.svg")
    drawn = (tmp_path / "house.svg").read_text(encoding="utf-8")
    assert [room for room in FLOOR if f"<!-- {room} -->" not in drawn] == []


def test_the_command_line_catches_an_interrupt_before_anything_slow_loads():
    code = "import sys, eccles.cli; assert 'numpy' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_and_settings_need_no_torch():
    code = (
        "import sys, eccles\n"
        "from eccles.cli import main\n"
        "main(['--help'])\n"
        "eccles.TrainConfig(ei='80:20')\n"
        "eccles.network.circuit().identity()\n"
        "assert 'torch' not in sys.modules and 'numba' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
