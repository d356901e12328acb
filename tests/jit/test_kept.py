"""A kernel's file is sound or not used, and whatever its folder does, the kernel is there."""

import ast
import importlib.util
import os
import resource
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import types

from eccles import jit
from eccles.jit import compiled, kept, turns
from eccles.jit.kept import KeptKernels

SOURCE = "def doubled(x):\n    return x + x\n"
PACKAGE = Path(jit.__file__).parents[1]


def loaded(folder: Path, text: str = SOURCE):
    """Return the function of a module that is written into a folder."""
    kept._sources.cache_clear()
    folder.mkdir(exist_ok=True)
    path = folder / "doubling.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("doubling", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.doubled


def taken_from_disk(kernel) -> bool:
    return bool(kernel.stats.cache_hits) and not kernel.stats.cache_misses


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept.numba.config, "CACHE_DIR", str(tmp_path / "kernels"))
    monkeypatch.setattr(kept, "_complained", False)


@pytest.fixture
def file(tmp_path) -> Path:
    """Return the file of a kernel that was compiled."""
    assert compiled(loaded(tmp_path / "source"))(3) == 6
    (found,) = (tmp_path / "kernels").rglob("*.kernel")
    return found


def test_a_kernel_is_compiled_once(file, tmp_path, capfd):
    again = compiled(loaded(tmp_path / "source"))
    assert again(4) == 8
    assert taken_from_disk(again)
    assert again(0.5) == 1.0  # Other types, another file.
    assert len(list(file.parent.iterdir())) == 2
    assert capfd.readouterr().err == ""


def test_a_change_of_its_source_compiles_anew(file, tmp_path, capfd):
    again = compiled(loaded(tmp_path / "source", SOURCE.replace("x + x", "x + x + x")))
    assert again(4) == 12
    assert not taken_from_disk(again)
    assert list(file.parent.iterdir()) == [file], "in the place of the older one"
    assert capfd.readouterr().err == ""


def _wounds(content: bytes):
    flips = st.tuples(st.integers(0, len(content) - 1), st.integers(1, 255)).map(
        lambda at: content[: at[0]] + bytes([content[at[0]] ^ at[1]]) + content[at[0] + 1 :]
    )
    cuts = st.integers(0, len(content) - 1).map(lambda n: content[:n])
    return flips | cuts | st.binary(max_size=200).filter(lambda b: b != content)


def test_no_damaged_file_is_taken(file, tmp_path, capfd):
    function, content = loaded(tmp_path / "source"), file.read_bytes()
    kernel = compiled(function)
    target, cache = kernel.targetctx, KeptKernels(function)
    assert cache.load_overload((types.int64,), target) is not None

    @given(_wounds(content))
    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    def damaged(wounded: bytes) -> None:
        file.write_bytes(wounded)
        assert cache.load_overload((types.int64,), target) is None

    damaged()
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("wound", ["empty", "cut", "flipped", "folder", "loop"])
def test_a_damaged_file_is_replaced_and_said_once(wound, file, tmp_path, capfd):
    content = file.read_bytes()
    file.unlink()
    if wound == "folder":
        (file / "in the way").mkdir(parents=True)
    elif wound == "loop":
        file.symlink_to(file)
    else:
        flipped = content[:-1] + bytes([content[-1] ^ 1])
        file.write_bytes({"empty": b"", "cut": content[:900], "flipped": flipped}[wound])
    again = compiled(loaded(tmp_path / "source"))
    assert again(4) == 8
    said = capfd.readouterr().err
    assert said.startswith(f"eccles: {file.parent} must keep compiled kernels, got ")
    assert said.count("\n") == 1
    assert len(said) < 500
    if wound != "folder":
        third = compiled(loaded(tmp_path / "source"))
        assert third(4) == 8
        assert taken_from_disk(third)
    assert not [path for path in file.parent.iterdir() if path != file], "nothing is left over"


def test_a_full_disk_costs_time_alone(tmp_path, capsys):
    """The system refuses any file of more than 100 bytes, as a full disk does."""
    function = loaded(tmp_path / "source")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        assert compiled(function)(3) == 6
        assert compiled(function)(4) == 8
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    said = capsys.readouterr().err
    assert "must keep compiled kernels, got 'File too large'" in said
    assert said.count("\n") == 1
    assert not [path for path in (tmp_path / "kernels").rglob("*") if path.is_file()]


NO_HOME = """
import os, sys
os.chdir(sys.argv[1])
from eccles.jit import compiled
sys.path.insert(0, sys.argv[2])
import doubling
print(compiled(doubling.doubled)(4))
"""


def test_without_any_folder_kernels_are_compiled_each_time(tmp_path):
    source, place = tmp_path / "source", tmp_path / "place"
    loaded(source)
    shutil.rmtree(source / "__pycache__", ignore_errors=True)
    (source / "__pycache__").write_text("in the way")
    place.mkdir()
    env = {k: v for k, v in os.environ.items() if k not in {"HOME", "NUMBA_CACHE_DIR"}}
    # Relative, which says nothing, as no home does.
    env |= {"XDG_CACHE_HOME": "~/.cache", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", NO_HOME, place, source]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "8\n"), done.stderr
    assert done.stderr.startswith("eccles: a folder must keep compiled kernels, got none ")
    assert done.stderr.endswith("NUMBA_CACHE_DIR\n")
    assert done.stderr.count("\n") == 1
    assert list(place.iterdir()) == []


@pytest.mark.slow
def test_compiling_switched_off_is_refused_in_one_sentence():
    command = [sys.executable, "-m", "eccles", "train", "--epochs", "1"]
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("eccles: jit: numba must compile")
    assert done.stderr.count("\n") == 1


def _imports(path: Path) -> set[Path]:
    """Return the files of the package that a module imports as it is loaded, by its syntax."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            assert not any(name.name.startswith("eccles") for name in node.names), path
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            if (node.module or "").split(".")[0] == "eccles":
                place = PACKAGE.joinpath(*node.module.split(".")[1:])
                for each in (place, *(place / name.name for name in node.names)):
                    found |= {each.with_suffix(".py"), each / "__init__.py"}
    return {file for file in found if file.exists()}


def test_every_import_of_the_package_is_found():
    """The regular expression that looks for imports agrees with Python's own syntax."""
    left = {p for p in PACKAGE.rglob("*.py") if "from eccles.jit import" in p.read_text("utf-8")}
    assert len(left) > 8
    seen: set[Path] = set()
    while left:
        seen |= left
        for file in left:
            assert kept.imported(file) == _imports(file), file
        left = {each for file in left for each in _imports(file)} - seen


def first(pair):
    return pair.first


def test_the_same_numbers_under_other_names_are_another_kernel(tmp_path):
    """A field that moves within a tuple, which another file may define, is read where it is now."""
    kinds = [namedtuple("Pair", names) for names in (("first", "other"), ("other", "first"))]
    assert [compiled(first)(kind(1, 2)) for kind in kinds] == [1, 2]


@pytest.mark.parametrize("form", ["from eccles.near import N", "from eccles import near"])
@pytest.mark.parametrize("changed", ["near", "rooms/far"])
def test_a_change_of_what_is_imported_compiles_anew(form, changed, tmp_path, monkeypatch):
    """Directly or not, from whichever folder."""
    package = tmp_path / "eccles"
    monkeypatch.setattr(kept, "_PACKAGE", package)
    (package / "rooms").mkdir(parents=True)
    (package / "rooms" / "far.py").write_text("FAR = 1\n")
    (package / "near.py").write_text("from eccles.rooms.far import (\n    FAR,\n)\nN = FAR\n")
    source = tmp_path / "source"
    source.mkdir()
    (source / "doubling.py").write_text(f"{form}\n{SOURCE}")

    def checksum() -> bytes:
        kept._sources.cache_clear()
        return kept._sources(source / "doubling.py")

    before = checksum()
    (package / "rooms" / "other.py").write_text("")
    assert checksum() == before
    (package / f"{changed}.py").write_text((package / f"{changed}.py").read_text() + "M = 2\n")
    assert checksum() != before


def test_one_line_of_a_pool(monkeypatch, capfd):
    monkeypatch.setattr(kept.multiprocessing.current_process(), "_name", "SpawnProcess-2")
    kept._complain("/folder", "nothing")
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(kept.multiprocessing.current_process(), "_name", "SpawnProcess-1")
    kept._complain("/folder", "nothing")
    kept._complain("/folder", "nothing")
    assert capfd.readouterr().err.count("\n") == 1


def test_arrays_of_numpy_come_back_the_same(file, tmp_path):
    first, second = (compiled(loaded(tmp_path / "source")) for _ in range(2))
    values = np.arange(7, dtype=np.float32)
    assert np.array_equal(first(values), second(values))
    assert taken_from_disk(second)


COLD = """
import sys, time
sys.path.insert(0, sys.argv[1])
import doubling
from eccles.jit import compiled
from numba.core import event

class Said(event.Listener):
    def on_start(self, event): print("compiles", flush=True); time.sleep(float(sys.argv[2]))
    def on_end(self, event): pass

event.register("numba:compile", Said())
kernel = compiled(doubling.doubled)
print(kernel(4), sum(kernel.stats.cache_hits.values()))
"""


def cold(tmp_path, seconds):
    """Start a process that compiles, if it has to, for so many seconds."""
    loaded(tmp_path / "source")
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    command = [sys.executable, "-c", COLD, str(tmp_path / "source"), str(seconds)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


def test_of_two_processes_that_start_cold_one_compiles(tmp_path):
    one = cold(tmp_path, 4)
    assert one.stdout.readline() == "compiles\n"
    with cold(tmp_path, 0) as other:
        assert other.communicate()[0] == "8 1\n"
    assert one.communicate()[0] == "8 0\n"
    assert [each.suffix for each in (tmp_path / "kernels").rglob("*.*")] == [".kernel"]


def test_a_process_that_is_killed_leaves_its_turn(tmp_path):
    one = cold(tmp_path, 60)
    assert one.stdout.readline() == "compiles\n"
    one.kill()
    one.communicate()
    with cold(tmp_path, 0) as other:
        assert other.communicate()[0] == "compiles\n8 0\n"


def test_who_waits_too_long_compiles_for_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE", 0.3)
    one = cold(tmp_path, 60)
    assert one.stdout.readline() == "compiles\n"
    kernel = compiled(loaded(tmp_path / "source"))
    assert kernel(4) == 8
    assert not taken_from_disk(kernel)
    one.kill()
    one.communicate()
