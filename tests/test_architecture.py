"""No import runs up or sideways, and nothing heavy loads before it is needed."""

import runpy
import subprocess
import sys
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
