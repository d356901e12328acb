"""A checkpoint: one safetensors file that holds all a run needs to go on exactly.

Tensors are the weights and the optimizer's state; the file's header holds JSON: the format, the
run's identity, the next epoch, and the random streams. Streams derive from (seed, purpose, epoch),
so their names say everything about them. One file, because one rename is what a kill can't split.

The checksum in the header is that of all else: of the JSON, and of every tensor's name, type, shape
and numbers. Files of format 1, which version 0.1.0 wrote, have one of names and numbers alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save as as_bytes
from torch import Tensor, nn

from eccles.errors import RunError, plain
from eccles.reading import check_file
from eccles.storage import write_whole

FORMAT = 2
_HINT = "start the run over with --no-resume, or choose another --out"
_STATE = re.compile(r"optimizer\.([0-9]{1,9})\.(\w+)")


def save(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    identity: str,
    next_epoch: int,
    streams: dict[str, list[int]],
    flushed: bool = True,
) -> None:
    """Write a checkpoint whole or not at all, in a folder that is there, as `write_whole` does."""
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    numbers: dict[str, Any] = {}
    for index, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            kind = tensors if isinstance(value, Tensor) else numbers
            kind[f"optimizer.{index}.{name}"] = value
    header = {
        "format": FORMAT,
        "identity": identity,
        "next_epoch": next_epoch,
        "streams": streams,
        "optimizer": numbers,
    }
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header["sha256"] = _digest(header, whole)
    # As bytes, not by safetensors' own way into a file: that has a temporary one of its own, which
    # a kill would leave behind, and is for its owner's eyes alone.
    content = as_bytes(whole, {"eccles": json.dumps(header)})
    write_whole(path, lambda aside: aside.write_bytes(content), parents=False, flushed=flushed)


def load(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    identity: str,
    epochs: int,
) -> int:
    """Put a checkpoint's state into a network and its optimizer; return the next epoch.

    Raises RunError, before anything is changed, for a file that isn't as it was written, is of
    another run or format, goes on after more than `epochs` epochs, or doesn't fit the network or
    the optimizer.
    """
    header, tensors = read(path)
    if header["identity"] != identity:
        raise _unfit(path, f"of run {identity}", f"run {_brief(header['identity'])}")
    next_epoch = header["next_epoch"]
    if not _is_whole(next_epoch) or not 0 <= next_epoch <= epochs:
        raise _unfit(path, f"of an epoch from 0 to {epochs}", f"next_epoch {_brief(next_epoch)}")
    own = _forms(network.state_dict())
    saved = weights(tensors)
    for name in sorted(own.keys() | saved):
        got = _forms(saved).get(name)
        if got != own.get(name):
            raise _unfit(
                path,
                f"of this network's shapes and types, {_named(own.get(name))} in {_brief(name)}",
                _named(got),
            )
    values = {name: tensor for name, tensor in tensors.items() if name.startswith("optimizer.")}
    state = _state(path, optimizer, {**values, **header["optimizer"]})
    network.load_state_dict(saved)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    return int(next_epoch)


def read(path: Path, hint: str = _HINT) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return a checkpoint's header and tensors, or raise RunError where it isn't whole.

    `hint` says what to try then.
    """
    try:
        return _read(path, hint)
    except RunError:
        raise
    except Exception as error:  # What a reader of such a file raises is its own affair.
        raise _unfit(path, "a whole checkpoint", _brief(error), hint) from None


def _read(path: Path, hint: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    check_file(path)
    with safe_open(path, framework="pt") as file:
        header = json.loads((file.metadata() or {}).get("eccles", "{}"))
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    known = header if isinstance(header, dict) else {}
    form = known.get("format")
    if not _is_whole(form) or form not in _DIGESTS:
        accepted = " or ".join(map(str, _DIGESTS))
        raise _unfit(path, f"a checkpoint of format {accepted}", _brief(form), hint)
    missing = {"identity", "next_epoch", "streams", "optimizer", "sha256"} - known.keys()
    if missing:
        raise _unfit(
            path, "a whole checkpoint", f"a header without {', '.join(sorted(missing))}", hint
        )
    said = {name: value for name, value in known.items() if name != "sha256"}
    if _DIGESTS[form](said, tensors) != known["sha256"]:
        raise _unfit(path, "as it was written", "other content", hint)
    next_epoch, streams = known["next_epoch"], known["streams"]
    if not _agrees(streams, next_epoch):
        got = f"next_epoch {_brief(next_epoch)} beside streams {_brief(streams)}"
        raise _unfit(path, "as it was written", got, hint)
    if not isinstance(known["optimizer"], dict):
        raise _unfit(path, "as it was written", f"the optimizer {_brief(known['optimizer'])}", hint)
    return known, tensors


def weights(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the network's own of a checkpoint's tensors, as its `load_state_dict` takes them."""
    own = "network."
    return {n.removeprefix(own): tensor for n, tensor in tensors.items() if n.startswith(own)}


def _agrees(streams: object, next_epoch: object) -> bool:
    """Return whether random streams, [seed, next epoch] by name, are those of the next epoch."""
    return isinstance(streams, dict) and all(
        isinstance(stream, list) and len(stream) == 2 and stream[1] == next_epoch
        for stream in streams.values()
    )


def _state(
    path: Path, optimizer: torch.optim.Optimizer, values: dict[str, Any]
) -> dict[int, dict[str, Any]]:
    """Return an optimizer's state by parameter, or raise what is wrong with it."""
    parameters = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        found = _STATE.fullmatch(name)
        if found is None or int(found[1]) >= len(parameters):
            raise _unfit(path, "of this optimizer", f"a state called {_brief(name)}")
        parameter = parameters[int(found[1])]
        if isinstance(value, Tensor):
            # What isn't of the parameter's shape is a number, or a mean over some of its axes.
            size = max(2, parameter.numel())
            fits = value.numel() < size or value.shape == parameter.shape
        else:
            fits = value is None or isinstance(value, int | float)
        if not fits:
            raise _unfit(path, "of this optimizer", f"a state {name!r} that doesn't fit")
        state.setdefault(int(found[1]), {})[found[2]] = value
    return state


def _digest(header: dict[str, Any], tensors: dict[str, Tensor]) -> str:
    """Return the checksum of a header, and of the tensors' names, types, shapes and numbers."""
    digest = hashlib.sha256()
    forms = [[name, *_form(tensors[name])] for name in sorted(tensors)]
    digest.update(json.dumps([header, forms], sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(_bytes(tensors[name]))
    return digest.hexdigest()


def _digest_of_format_1(_header: dict[str, Any], tensors: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(_bytes(tensors[name]))
    return digest.hexdigest()


_DIGESTS = {1: _digest_of_format_1, FORMAT: _digest}


def _bytes(tensor: Tensor) -> Any:
    # Of any type, also of those that numpy doesn't know.
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data


def _form(tensor: Tensor) -> tuple[str, list[int]]:
    return str(tensor.dtype).removeprefix("torch."), list(tensor.shape)


def _named(form: tuple[str, list[int]] | None) -> str:
    return "nothing" if form is None else f"{form[0]} {form[1]}"


def _forms(tensors: dict[str, Tensor]) -> dict[str, tuple[str, list[int]]]:
    return {name: _form(tensor) for name, tensor in tensors.items()}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _brief(value: object) -> str:
    """Return a value in one short line; a header that was damaged may hold anything."""
    try:
        return plain(str(value), 100)
    except RecursionError:
        return "something nested too deeply"


def _unfit(path: Path, accepted: str, got: str, hint: str = _HINT) -> RunError:
    return RunError(f"checkpoint: {path} must be {accepted}, got {got}; {hint}")
