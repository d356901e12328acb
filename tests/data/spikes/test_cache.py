import json
import logging
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from eccles.data.spikes.cache import Labelled, cached, damage, events_folder, is_mapped
from eccles.events import SpikeEvents

DESCRIPTION = {"data": "toy", "n_steps": 9, "n_units": 5, "dt": 1e-3}


def toy(counts=True) -> Labelled:
    offsets = np.array([0, 2, 2, 5])
    events = SpikeEvents(
        offsets[:-1],
        offsets[1:],
        np.array([0, 8, 1, 1, 3], np.uint16),
        np.array([4, 0, 2, 3, 2], np.uint16),
        np.array([1, 2, 1, 1, 255], np.uint8) if counts else None,
        9,
        5,
    )
    return Labelled(events, np.array([2, 0, 1]))


def refuse() -> Labelled:
    raise AssertionError("built although the cache holds it")


def same(a: Labelled, b: Labelled) -> bool:
    fields = ("begins", "ends", "steps", "units", "n_steps", "n_units", "dt")
    return (
        all(np.array_equal(getattr(a.events, f), getattr(b.events, f)) for f in fields)
        and (a.events.counts is None) == (b.events.counts is None)
        and (a.events.counts is None or np.array_equal(a.events.counts, b.events.counts))
        and np.array_equal(a.labels, b.labels)
    )


def stored():
    (folder,) = events_folder().iterdir()
    return folder


@pytest.mark.parametrize("counts", [True, False])
def test_a_second_call_maps_what_the_first_built(counts):
    built = cached(DESCRIPTION, lambda: toy(counts))
    found = cached(DESCRIPTION, refuse)
    assert same(built, toy(counts))
    assert same(found, toy(counts))
    assert is_mapped(built.events)
    assert is_mapped(found.events)
    assert type(found.events.steps) is np.ndarray
    assert not found.events.steps.flags.writeable
    assert found.labels.dtype == found.events.begins.dtype == np.int64
    assert found.labels.flags.writeable
    assert damage(stored()) == ""


def test_speakers_and_facts_are_kept_too():
    more = toy()._replace(speakers=np.array([7, 7, 3]), facts={"keys": ["a", "ß"], "left_out": 2})
    cached(DESCRIPTION, lambda: more)
    found = cached(DESCRIPTION, refuse)
    assert found.speakers.tolist() == [7, 7, 3]
    assert found.facts == {"keys": ["a", "ß"], "left_out": 2}
    path = stored() / "description.json"
    path.write_text(path.read_text().replace('"left_out": 2', '"left_out": 3'))
    assert damage(stored())
    assert cached(DESCRIPTION, lambda: more).facts["left_out"] == 2
    np.save(stored() / "speakers.npy", np.array([7, 7]))
    assert damage(stored())


def test_no_events_at_all():
    none = np.zeros(0, np.uint16)
    events = SpikeEvents(np.zeros(2, np.int64), np.zeros(2, np.int64), none, none, None, 9, 5)
    empty = Labelled(events, np.array([0, 1]))
    cached(DESCRIPTION, lambda: empty)
    assert same(cached(DESCRIPTION, refuse), empty)


def test_another_description_is_another_set():
    cached(DESCRIPTION, toy)
    other = cached({**DESCRIPTION, "data": "other"}, lambda: toy(counts=False))
    assert same(other, toy(counts=False))
    assert same(cached(DESCRIPTION, refuse), toy())


def cut(path):
    os.truncate(path, path.stat().st_size - 1)


def lengthen(folder):
    np.save(folder / "units.npy", np.zeros(6, np.uint16))


def retype(folder):
    np.save(folder / "steps.npy", np.zeros(5, np.float32))


def shuffle(folder):
    np.save(folder / "offsets.npy", np.array([0, 4, 2, 5]))


def rename(folder):
    path = folder / "description.json"
    path.write_text(path.read_text().replace("toy", "foe"))


DAMAGE = {
    "a file is missing": lambda folder: (folder / "units.npy").unlink(),
    "a file was cut short": lambda folder: cut(folder / "steps.npy"),
    "labels were cut short": lambda folder: cut(folder / "labels.npy"),
    "a file is empty": lambda folder: (folder / "offsets.npy").write_bytes(b""),
    "lengths differ": lengthen,
    "another type": retype,
    "offsets fall": shuffle,
    "no description": lambda folder: (folder / "description.json").unlink(),
    "description cut short": lambda folder: (
        cut(folder / "description.json") or cut(folder / "description.json")
    ),
    "description of another kind": lambda folder: (folder / "description.json").write_text("[1]"),
    "foreign": rename,
    "emptied": lambda folder: [shutil.rmtree(folder), folder.mkdir()],
    "a file in its place": lambda folder: [shutil.rmtree(folder), folder.write_text("")],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_damaged_is_built_again(kind):
    cached(DESCRIPTION, toy)
    folder = stored()
    DAMAGE[kind](folder)
    assert same(cached(DESCRIPTION, toy), toy())
    assert same(cached(DESCRIPTION, refuse), toy())
    assert damage(folder) == ""
    assert list(events_folder().iterdir()) == [folder]


def test_damage_sees_a_single_changed_byte():
    cached(DESCRIPTION, toy)
    path = stored() / "units.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert damage(stored()) == "units.npy has changed since it was stored"


@pytest.mark.parametrize("kind", sorted(set(DAMAGE) - {"foreign", "a file in its place"}))
def test_damage_is_told(kind):
    cached(DESCRIPTION, toy)
    DAMAGE[kind](stored())
    assert damage(stored())


def test_leftovers_are_told_once_they_are_old():
    folder = events_folder() / ".abc-def"
    folder.mkdir(parents=True)
    assert damage(folder) == ""
    os.utime(folder, (time.time() - 7200,) * 2)
    assert "cut off" in damage(folder)


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.INFO, "eccles"):
        built = cached(DESCRIPTION, toy)
    assert same(built, toy())
    assert not is_mapped(built.events)
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.INFO
    assert "stay in memory" in caplog.text


def test_a_disk_that_fills_leaves_nothing_behind(monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    assert same(cached(DESCRIPTION, toy), toy())
    assert list(events_folder().iterdir()) == []


BUILDER = """
import sys, time
from pathlib import Path
import numpy as np
from eccles.data.spikes.cache import Labelled, cached, is_mapped
from eccles.events import SpikeEvents

here, other = Path(sys.argv[1]), Path(sys.argv[2])

def build():
    # Both are inside their builds before either goes on to store.
    here.touch()
    while not other.exists():
        time.sleep(0.005)
    offsets = np.arange(10_001)
    values = np.arange(10_000).astype(np.uint16)
    events = SpikeEvents(offsets[:-1], offsets[1:], values % 9, values % 5, None, 9, 5)
    return Labelled(events, offsets[:-1] % 10)

events, labels, *_ = cached({"data": "race", "n_steps": 9, "n_units": 5, "dt": 1e-3}, build)
events.check()
assert len(events) == len(labels) == 10_000
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_two_processes_building_at_once_both_end_well(tmp_path, damaged):
    description = {"data": "race", "n_steps": 9, "n_units": 5, "dt": 1e-3}
    if damaged:
        cached(description, toy)
        cut(stored() / "steps.npy")
    flags = [str(tmp_path / "one"), str(tmp_path / "two")]
    runs = [
        subprocess.Popen([sys.executable, "-c", BUILDER, *order], stderr=subprocess.PIPE, text=True)
        for order in (flags, flags[::-1])
    ]
    errors = [run.communicate(timeout=30)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], errors
    assert damage(stored()) == ""
    assert len(cached(description, refuse).labels) == 10_000


def test_the_description_can_be_read(tmp_path):
    cached(DESCRIPTION, toy)
    identity = json.loads((stored() / "description.json").read_text())["identity"]
    assert identity == {"format": 1, **DESCRIPTION}
