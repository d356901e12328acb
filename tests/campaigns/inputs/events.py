"""Spike events, recordings and labels made by hand, into whatever takes them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from judge import Wrong
from mutate import NUMBERS, said, value

from inputs.kind import Input

_KINDS = ("i1", "u1", "i2", "u2", ">u2", "i4", "u4", "i8", "u8", ">i8", "f2", "f4", "f8", "?", "O",
          "U", "S", "c8", "M8[s]")  # fmt: skip


def array(rng: Random, good: Any) -> Any:
    """Return an array as good code has it, or as other code may."""
    try:
        return _array(rng, good)
    except (TypeError, ValueError, OverflowError, IndexError):
        return good  # Of what was changed before not all can be made.


def _array(rng: Random, good: Any) -> Any:
    kind = rng.random()
    changed = np.array(good)
    if kind < 0.35:
        return changed
    if kind < 0.6 and changed.size:
        for _ in range(rng.choice((1, 1, 3))):
            number = rng.choice((0, 1, 2, 3, 5, 7, 19, 20, 255, 65535, -1, 2**31 - 1, 2**40))
            at = rng.randrange(changed.size)
            changed = changed.astype(np.int64) if rng.random() < 0.3 else changed
            changed.flat[at] = np.array(number).astype(changed.dtype)
        return changed
    if kind < 0.75:
        return changed.astype(rng.choice(_KINDS))
    if kind < 0.82:
        return rng.choice((changed[:-1], changed[:0], np.append(changed, 1), changed[::-1]))
    if kind < 0.86:
        return changed[None] if rng.random() < 0.5 else changed.reshape(-1, 1)
    if kind < 0.94:
        return changed.tolist() if rng.random() < 0.6 else tuple(changed.tolist())
    if kind < 0.97:
        import torch

        return torch.from_numpy(np.ascontiguousarray(changed).astype(np.int64))
    return value(rng)


class Events:
    """`SpikeEvents` of any making, in networks, distances, data sets and evaluation."""

    name = "events"

    def __init__(self, home: Path) -> None:
        import eccles
        from eccles.engines import engine
        from eccles.functional.lif import LIFParameters
        from eccles.measures.distances import van_rossum

        self._events, self._dataset = eccles.SpikeEvents, eccles.SpikeDataset
        layer = eccles.Populations.parse("80:20", 5)
        self._networks = [
            eccles.EINetwork(6, layer, 3, w1_std=0.3, engine=engine(name, neuron=LIFParameters()))
            for name in ("event", "dense")
        ]
        self._uses = (
            ("check()", lambda e, _: e.check()),
            ("to_dense()", lambda e, _: self._same_raster(e)),
            ("EINetwork.loss(events, labels)", self._loss),
            ("EINetwork.respond(events)", lambda e, _: self._networks[0].respond(e)),
            ("EINetwork.spikes(events)", lambda e, _: self._networks[0].spikes(e)),
            ("measures.van_rossum(events, 0.01)", lambda e, _: van_rossum(e, 0.01)),
            ("SpikeDataset(...).batch(...)", self._batches),
            ("SpikeDataset.collate", lambda e, y: self._collated(e, y)),
            (
                "eccles.evaluate(network, SpikeDataset(...))",
                lambda e, y: eccles.evaluate(self._networks[0], self._set(e, y)),
            ),
            ("SpikeEvents.joined([events, events])", lambda e, _: self._joined(e)),
        )

    def draw(self, rng: Random) -> Input:
        n = rng.choice((0, 1, 2, 3, 5))
        lengths = [rng.randrange(5) for _ in range(n)]
        ends = np.cumsum(lengths).astype(np.int64) if n else np.zeros(0, np.int64)
        steps = [step for k in lengths for step in sorted(rng.choices(range(20), k=k))]
        units = [rng.randrange(6) for _ in steps]
        parts: list[Any] = [
            ends - np.array(lengths, np.int64),
            ends,
            np.array(steps, np.uint16),
            np.array(units, np.uint16),
            np.array([1 + rng.randrange(3) for _ in steps], np.uint8)
            if rng.random() < 0.3
            else None,
        ]
        numbers: list[Any] = [20, 6, 1e-3]
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            at = rng.randrange(8)
            if at >= 5:
                numbers[at - 5] = rng.choice((*NUMBERS, "20", None, 5, 7, 2e-3))
            elif parts[at] is not None or rng.random() < 0.3:
                parts[at] = array(rng, steps if parts[at] is None else parts[at])
        labels = np.array([rng.randrange(3) for _ in range(n)], np.int64)
        if rng.random() < 0.25:
            labels = array(rng, labels)
        name, use = rng.choice(self._uses)
        shown = f"{name} of SpikeEvents{said((*parts, *numbers))}, {said(labels)}"
        return Input(shown, lambda: use(self._events(*parts, *numbers), labels))

    def _set(self, events: Any, labels: Any) -> Any:
        return self._dataset("mine", "own", events, labels, ("a", "b", "c"))

    def _batches(self, events: Any, labels: Any) -> None:
        mine = self._set(events, labels)
        whole, _ = mine.batch(slice(None))
        if len(mine) == 0:
            return
        first, label = mine[0]
        if first.n_events != whole[[0]].n_events or label != int(mine.batch([0])[1][0]):
            raise Wrong("a sample alone isn't what it is in a batch")

    def _loss(self, events: Any, labels: Any) -> None:
        import torch

        # As a loop of one's own has them.
        if not isinstance(labels, torch.Tensor):
            events, labels = self._set(events, labels).batch(slice(None))
        if len(events) == 0:
            return
        if events.n_steps > 100:
            # The plain equations take each step for itself.
            self._networks[0].loss(events, labels).backward()
            return
        losses = []
        for network in self._networks:
            network.zero_grad()
            loss = network.loss(events, labels)
            loss.backward()
            losses.append((loss.item(), *(w.grad for w in network.parameters())))
        (fast, *_), (plain, *_) = losses
        if not abs(fast - plain) < 1e-4 * max(1, abs(plain)) and not fast != fast:
            raise Wrong(f"loss by events isn't the loss by equations: {fast} and {plain}")

    def _same_raster(self, events: Any) -> None:
        raster = events.to_dense()
        if tuple(raster.shape) != (events.n_steps, len(events), events.n_units):
            raise Wrong("the raster has another shape")

    def _collated(self, events: Any, labels: Any) -> None:
        mine = self._set(events, labels)
        if len(mine) < 2:
            return
        joined, said = mine.collate([mine[1], mine[0]])
        if said.tolist() != [int(mine[1][1]), int(mine[0][1])]:
            raise Wrong("collate gives other labels")
        right, _ = mine.batch([1, 0])
        if not bool((joined.to_dense() == right.to_dense()).all()):
            raise Wrong("collate gives other events than batch")

    def _joined(self, events: Any) -> None:
        twice = self._events.joined([events, events])
        if len(twice) != 2 * len(events) or twice.n_events != 2 * events.n_events:
            raise Wrong("joined has another number of events")


class HandMadeRecordings:
    """`Recordings`, and their binning."""

    name = "recordings"

    def __init__(self, home: Path) -> None:
        from eccles.data import Binning, Recordings, bin_events

        self._made, self._binning, self._bin = Recordings, Binning, bin_events

    def draw(self, rng: Random) -> Input:
        n = rng.choice((0, 1, 2, 4))
        lengths = [rng.randrange(6) for _ in range(n)]
        size = sum(lengths)
        parts: list[Any] = [
            np.array([rng.random() for _ in range(size)], rng.choice(("f2", "f4", "f8"))),
            np.array([rng.randrange(700) for _ in range(size)], np.uint16),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            np.array([rng.randrange(2) for _ in range(n)], np.int64),
            ("no", "yes"),
            np.zeros(rng.choice((0, n)), np.int64),
            {"age": np.array([20])},
            700,
        ]
        binning: list[Any] = [rng.choice((2, 20, 100)), rng.choice((0.5, 1.4)), True]
        for _ in range(rng.choice((0, 1, 1, 2))):
            at = rng.randrange(11)
            if at < 4 or at == 5:
                parts[at] = array(rng, parts[at])
            elif at < 8:
                parts[at] = value(rng)
            else:
                binning[at - 8] = rng.choice(NUMBERS)
        shown = f"bin_events(Recordings({said(parts)}), Binning{tuple(binning)!r})"

        def call() -> None:
            made = self._made(*parts)
            events, left_out = self._bin(made, self._binning(*binning))
            events.check()
            counts = events.n_events if events.counts is None else int(events.counts.sum())
            if len(events) != len(made):
                raise Wrong("binning gives another number of samples")
            if not binning[2] and counts + left_out != made.n_events:
                raise Wrong("binning loses events")

        return Input(shown[:3000], call)


class OwnData:
    """Training on data sets of one's own: labels of every type, and what else differs."""

    name = "own data"

    def __init__(self, home: Path) -> None:
        import eccles
        from eccles import TrainConfig

        self._eccles, self._configure = eccles, TrainConfig.model_validate
        raster = np.random.default_rng(0).integers(0, 2, (10, 6, 8)).astype(np.float32)
        import torch

        self._events = eccles.SpikeEvents.from_dense(torch.from_numpy(raster))
        self._known: dict[str, Any] = {}

    def draw(self, rng: Random) -> Input:
        labels = [array(rng, np.array([0, 1, 2, 0, 1, 2])) for _ in range(2)]
        classes: Any = ("a", "b", "c") if rng.random() < 0.9 else value(rng)
        settings: dict[str, Any] = {"epochs": 1, "hidden": 5, "engine": rng.choice(
            ("auto", "event", "dense"))}  # fmt: skip
        if rng.random() < 0.2:
            settings[rng.choice(("data", "batch_size", "validation", "drop_last"))] = value(rng)
        shown = f"eccles.train(configure({said(settings)}), data=Splits with labels {said(labels)})"

        def call() -> None:
            sets = [
                self._eccles.SpikeDataset("mine", "own", self._events, y, classes) for y in labels
            ]
            done = self._eccles.train(
                self._configure(settings), data=self._eccles.data.Splits(*sets)
            )
            if classes != ("a", "b", "c") or settings.keys() != {"epochs", "hidden", "engine"}:
                return
            # Labels that mean the same give the same numbers.
            meant = repr([np.array(_numbers(y)).tolist() for y in labels] + [settings["engine"]])
            got = [{k: v for k, v in row.items() if "seconds" not in k} for row in done.history]
            if self._known.setdefault(meant, got) != got:
                raise Wrong("labels that mean the same give other numbers")

        return Input(shown[:3000], call)


def _numbers(labels: Any) -> list[int]:
    return [int(each) for each in np.asarray(labels).ravel().tolist()]
