"""`eccles data describe`: what a data set holds, what is odd about it, and a picture."""

from __future__ import annotations

import json as json_format
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import tyro

from eccles.cli.flags import flag
from eccles.data.spikes.binning import Binning
from eccles.errors import counted, listed, must
from eccles.units import duration

if TYPE_CHECKING:
    from eccles.data import SpikeDataset

_SHOWN = 6
"""Classes of which a sample is drawn."""


def describe(
    name: Annotated[tyro.conf.Positional[str], flag("NAME|PATH")],
    data_dir: Annotated[Path | None, flag("DIR")] = None,
    test_share: Annotated[float | None, flag(hint="(default: a fifth)")] = None,
    steps: Annotated[int | None, flag(hint="(default: 100, or as dt needs)")] = None,
    max_time: Annotated[str | None, flag("TIME", "(default: 1.4 s)")] = None,
    dt: Annotated[str | None, flag("TIME", "(default: bins are steps of 1 ms)")] = None,
    clip: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    out: Annotated[Path | None, flag("FILE")] = None,
    json: bool = False,
) -> None:
    """Say what a data set holds, by name or by the path of your own: what training would read.

    Args:
        name: a data set, as `eccles data list` has them, or the path of a file or folder of yours.
        data_dir: the folder of a data set's files.
        test_share: share of each class to test on, of data without a test set.
        steps: of recordings, steps of a sample, as for `eccles train`.
        max_time: of recordings, when the last bin ends; later events are left out.
        dt: of recordings, how long a bin and a step last.
        clip: of recordings, count several spikes of a unit in one bin as one.
        out: picture to draw of a sample of some classes: .svg, .png or .pdf.
        json: print JSON instead of text.
    """
    from eccles import data
    from eccles.cli.formats import format_of
    from eccles.data.own.form import form
    from eccles.training.config import TrainConfig

    kind = None if out is None else format_of(out, "data")
    if name in data.image_names() and name not in data.names():
        hint = "see eccles data list"
        raise must("data", "what is described", "spikes, or images that become spikes", name, hint)
    said = {"steps": steps, "max_time": max_time, "dt": dt, "clip": clip or None}
    given = {setting: value for setting, value in said.items() if value is not None}
    binning = TrainConfig.model_validate({"data": name, **given}).binning()
    with _kept() as said_of_it:
        train, test = data.load(name, data_dir, binning, test_share)
    was = form(name)
    facts = {
        "name": name,
        "kind": train.kind,
        "form": was,
        **_facts(train, test),
        "odd": [*(said.removeprefix(f"data: {name}: ") for said in said_of_it), *_odd(train, test)],
    }
    if json:
        print(json_format.dumps(facts, indent=2))
    else:
        _print(facts, binning)
    if out is not None and kind is not None:
        _draw(train, out, kind)
        if not json:
            print(f"picture    {out}")


@contextmanager
def _kept() -> Iterator[list[str]]:
    """Give a list of what Eccles says meanwhile, which isn't printed."""
    said: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        said.append(record.getMessage())
        return False

    log = logging.getLogger("eccles")
    log.addFilter(keep)
    try:
        yield said
    finally:
        log.removeFilter(keep)


def _facts(train: SpikeDataset, test: SpikeDataset) -> dict[str, Any]:
    events = train.events
    lengths = np.concatenate([part.events.ends - part.events.begins for part in (train, test)])
    return {
        "train_samples": len(train),
        "test_samples": len(test),
        "classes": {
            each: [int((part.labels == k).sum()) for part in (train, test)]
            for k, each in enumerate(train.classes)
        },
        "units": events.n_units,
        "steps": events.n_steps,
        "dt": events.dt,
        "events_mean": float(lengths.mean()),
        "events_least": int(lengths.min()),
        "events_most": int(lengths.max()),
        "density": events.density,
    }


def _odd(train: SpikeDataset, test: SpikeDataset) -> list[str]:
    """Return what may surprise whoever trains on this data, a sentence each."""
    found = []
    lengths = np.concatenate([part.events.ends - part.events.begins for part in (train, test)])
    if silent := int((lengths == 0).sum()):
        found.append(f"{counted(silent, 'sample')} without an event, whose class nothing tells")
    counts = np.bincount(train.labels, minlength=train.n_classes)
    if not counts.all():
        absent = [train.classes[k] for k in np.flatnonzero(counts == 0)]
        found.append(f"no sample to train on is of {listed(absent, 80)}")
    elif counts.max() > 3 * counts.min():
        found.append(f"classes differ in size, from {counts.min():,} to {counts.max():,} samples")
    tested = np.bincount(test.labels, minlength=test.n_classes)
    if not tested.all():
        absent = [test.classes[k] for k in np.flatnonzero(tested == 0)]
        found.append(f"no sample to test on is of {listed(absent, 80)}")
    fires = np.zeros(train.events.n_units, bool)
    fires[train.events.units] = True
    if mute := int((~fires).sum()):
        found.append(f"{mute:,} of {len(fires):,} units never fire")
    if twice := _in_both(train, test):
        found.append(f"to test on and to train on, event for event: {counted(twice, 'sample')}")
    return found


def _in_both(train: SpikeDataset, test: SpikeDataset) -> int:
    """Return how many samples with events of the test set the training set has too."""
    known = set(_samples(train))
    return sum(each in known for each in _samples(test) if each)


def _samples(part: SpikeDataset) -> list[bytes]:
    """Return the events of each sample as bytes; empty for one without any."""
    begins, ends, steps, units, counts = part.events.arrays
    return [
        steps[a:b].tobytes() + units[a:b].tobytes() + counts[a:b].tobytes()
        for a, b in zip(begins, ends, strict=True)
    ]


def _print(facts: dict[str, Any], binning: Binning) -> None:
    classes = [f"{name} {a:,} + {b:,}" for name, (a, b) in facts["classes"].items()]
    events = (
        f"{facts['events_mean']:,.0f} a sample, {facts['events_least']:,} to "
        f"{facts['events_most']:,}; {facts['density']:.2%} of all units and steps"
    )
    lines = {
        "data": f"{facts['name']} ({facts['kind']})",
        "samples": f"{facts['train_samples']:,} to train on, {facts['test_samples']:,} to test on",
        "classes": f"{len(classes)}: {listed(classes)}",
        "inputs": f"{facts['units']:,} units, {facts['steps']:,} steps of {duration(facts['dt'])}",
        "code": _code(facts["form"], binning),
        "events": events,
    }
    for name, said in lines.items():
        print(f"{name:<10} {said}")
    for said in facts["odd"] or ["nothing"]:
        print(f"{'odd':<10} {said}")


def _code(form: str, binning: Binning) -> str:
    """Return in words how samples become spikes in steps."""
    if form == "images":
        return "latency: a bright pixel fires early, a dark one never"
    if form == "rasters":
        return "none: spikes are in steps already"
    n_bins = binning.n_steps - 1
    return (
        f"{n_bins:,} bins of {1e3 * binning.max_time / n_bins:.4g} ms, from 0 to "
        f"{duration(binning.max_time)}, each a step of {duration(binning.dt)} to the network"
    )


def _draw(train: SpikeDataset, out: Path, kind: str) -> None:
    from eccles.cli.formats import check_can_draw
    from eccles.figures.raster import raster
    from eccles.figures.style import look
    from eccles.storage import write_whole

    check_can_draw("data")
    labels, first = np.unique(train.labels, return_index=True)
    names = [train.classes[k] for k in labels[:_SHOWN]]
    drawing = raster(train.events, first[:_SHOWN].tolist(), titles=names)
    with look():
        write_whole(out, drawing.writer(kind))
