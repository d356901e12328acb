"""Files of neo: trials with their labels, and what is said of files that aren't such."""

import pickle
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import eccles
from eccles import InputError, SpikeEvents
from eccles.data import Binning, load
from eccles.data.own.blocks import read_trials

neo = pytest.importorskip("neo", reason="needs the extra neuro")

BINNING = Binning(n_steps=51, max_time=0.05)
WORDS = ["up", "down"] * 4
EVENTS = SpikeEvents.from_trials(
    [[0.003, 0.0011 * (k + 1)] for k in range(8)], [[4, k % 2] for k in range(8)], n_units=6
)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def save(block, name="mine.mat"):
    if name.endswith(".nix"):
        with neo.NixIO(name, "ow") as file:
            file.write_block(block)
    else:
        neo.io.NeoMatlabIO(name).write_block(block)
    return name


def lists(name):
    (found,) = read_trials(Path(name))
    words = [found.keys[k] for k in found.labels]
    parts = [slice(*pair) for pair in zip(found.offsets, found.offsets[1:], strict=False)]
    trials = [sorted(zip(found.times[p].round(6), found.units[p], strict=True)) for p in parts]
    return words, trials, found.n_units


@pytest.mark.parametrize("name", ["mine.mat", "mine.nix"])
def test_a_segment_is_a_trial(name):
    if name.endswith(".nix"):
        pytest.importorskip("nixio")
    words, trials, n_units = lists(save(EVENTS.to_neo(labels=WORDS), name))
    assert (words, n_units) == (WORDS, 6)
    assert trials[2] == [(0.003, 0), (0.003, 4)]  # Of step 3, which begins there.
    train, test = load(name, binning=BINNING)
    assert (len(train), len(test), train.classes, train.kind) == (6, 2, ("down", "up"), "own")
    assert train.events.n_events + test.events.n_events == 16


def test_an_interval_of_one_long_recording_is_a_trial():
    segment = neo.Segment()
    for unit, times in enumerate([[1.1, 2.1, 2.6], [1.2, 1.3, 9.0]]):
        # In milliseconds, and with a clock that doesn't begin at 0.
        train = neo.SpikeTrain(np.multiply(times, 1000), units="ms", t_start=500, t_stop=10_000)
        segment.spiketrains.append(train.rescale("s") if unit else train)
    intervals = {"times": [1.0, 2.0], "durations": [0.3, 0.5], "units": "s"}
    segment.epochs.append(neo.Epoch(**intervals, labels=np.array(["up", "right"])))
    block = neo.Block()
    block.segments.append(segment)
    words, trials, n_units = lists(save(block))
    assert (words, n_units) == (["up", "right"], 2)
    assert trials == [[(0.1, 0), (0.2, 1)], [(0.1, 0)]]  # What is at an interval's end is after it.


def test_whole_numbers_are_labels_too():
    assert lists(save(EVENTS.to_neo(labels=[7.0, 9] * 4)))[0] == ["7", "9"] * 4


def test_a_run_is_known_by_what_a_file_holds(tmp_path):
    config = eccles.TrainConfig(data=save(EVENTS.to_neo(labels=WORDS)), epochs=1, max_time=0.05)
    first = eccles.train(config, out="a")
    elsewhere = config.model_copy(update={"data": str(tmp_path / "mine.mat")})
    assert eccles.train(elsewhere, out="a").history == first.history  # Read, not trained.
    save(EVENTS.to_neo(labels=WORDS[::-1]))
    with pytest.raises(InputError, match="must"):
        eccles.train(config, out="a")


def labelled(segment, **annotations):
    block = EVENTS.to_neo(labels=WORDS)
    train = block.segments[segment].spiketrains[0]
    train.annotations.update(annotations)
    return block


def two_epochs():
    block = EVENTS.to_neo()
    for name in ("trials", "sleep"):
        epoch = neo.Epoch([0], [1], labels=np.array(["up"]), units="s", name=name)
        block.segments[0].epochs.append(epoch)
    return block


def silent():
    block = neo.Block()
    block.segments += [neo.Segment(label=word) for word in WORDS]
    return block


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (lambda: EVENTS.to_neo(), "segment 0 must have the annotation label, or .* got neither"),
        (
            lambda: EVENTS.to_neo(labels=[*WORDS[:-1], None]),
            "segment 7 must have the annotation label, or one epoch",
        ),
        (two_epochs, "segment 0 must have .* one epoch .*, got epochs trials, sleep"),
        (lambda: EVENTS.to_neo(labels=[0.5] * 8), "label of segment 0 must be a word or a whole"),
        (lambda: EVENTS.to_neo(labels=["a\x1b"] * 8), "must be words of at most 100 printable"),
        (lambda: EVENTS.to_neo(labels=["a"] * 8), "two classes or more, got only 'a'"),
        (lambda: EVENTS.to_neo(labels=["a", *"b" * 7]), "hold some out, got 1 of 'a'"),
        (lambda: labelled(1, unit="ch1"), "annotation unit of a SpikeTrain must be .*, got 'ch1'"),
        (lambda: labelled(1, unit=-1), "annotation unit of a SpikeTrain must be a whole number"),
        (lambda: labelled(1, unit=70_000), "annotation unit of a SpikeTrain must be a whole"),
        (neo.Block, "must hold a block of neo with segments, got none"),
        (silent, "there must be spike trains, got none in 8"),
    ],
)
def test_blocks_that_are_no_data_are_one_sentence(block, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        load(save(block()))
    assert "mine.mat" in str(caught.value)


def test_a_pickle_is_never_opened():
    for name in ("mine.pkl", "./mine.pickle"):
        Path(name).write_bytes(pickle.dumps(EVENTS))
        with pytest.raises(InputError, match="a pickle may run any program when it is read"):
            load(name)


def test_a_file_that_neo_cant_read(capsys):
    from scipy.io import savemat

    Path("mine.mat").write_text("MATLAB, it says")
    with pytest.raises(InputError, match=r"mine\.mat must be a file that neo reads by NeoMatlabIO"):
        load("mine.mat")
    savemat("mine.mat", {"x": [1.0]})
    with pytest.raises(InputError, match=r"must hold a block of neo .*numpy\.savez with times"):
        load("mine.mat")
    assert capsys.readouterr().err == ""  # Neo's own words of it aren't for users.


@pytest.mark.parametrize(
    ("name", "package", "sentence"),
    [
        ("mine.mat", "neo", "need the package neo; pip install 'eccles\\[neuro\\]'"),
        ("mine.nix", "nixio", "mine.nix needs the package nixio; pip install nixio"),
        ("mine.nwb", "pynwb", "mine.nwb needs the package pynwb; pip install pynwb"),
    ],
)
def test_a_package_that_isnt_there(monkeypatch, name, package, sentence):
    Path(name).touch()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=sentence):
        load(name)


def test_a_damaged_file_raises_nothing_else():
    whole = Path(save(EVENTS.to_neo(labels=WORDS))).read_bytes()
    for place in range(0, len(whole), len(whole) // 60):
        content = bytearray(whole)
        content[place] ^= 0xFF
        Path("mine.mat").write_bytes(content)
        with suppress(InputError):
            list(read_trials(Path("mine.mat")))
