"""A checkpoint: one safetensors file that holds all a run needs to go on exactly.

Tensors are the weights and the optimizer's state; the file's header holds JSON: the format, the
run's identity, the next epoch, and the random streams. Streams derive from (seed, purpose, epoch),
so their names say everything about them. One file, because one rename is what a kill can't split.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from eccles.errors import RunError
from eccles.storage import write_whole

FORMAT = 1


def save(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    identity: str,
    next_epoch: int,
    streams: dict[str, list[int]],
) -> None:
    """Write a checkpoint whole or not at all."""
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
    header["sha256"] = _digest(whole)
    write_whole(path, lambda aside: _write(aside, whole, header))


def load(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, *, identity: str) -> int:
    """Put a checkpoint's state into a network and its optimizer; return the next epoch.

    Raises RunError, before anything is changed, for a file that was cut short, is of another run
    or format, or holds other shapes.
    """
    header, tensors = read(path)
    if header["identity"] != identity:
        raise _unfit(path, f"of run {identity}", f"run {header['identity']}")
    own = network.state_dict()
    saved = {
        name.removeprefix("network."): tensor
        for name, tensor in tensors.items()
        if name.startswith("network.")
    }
    shapes = {name: tuple(tensor.shape) for name, tensor in saved.items()}
    if shapes != {name: tuple(tensor.shape) for name, tensor in own.items()}:
        raise _unfit(path, "of this network's shapes", str(shapes))
    state: dict[int, dict[str, Any]] = {}
    values = {name: tensor for name, tensor in tensors.items() if name.startswith("optimizer.")}
    for name, value in {**values, **header["optimizer"]}.items():
        _, index, key = name.split(".", 2)
        state.setdefault(int(index), {})[key] = value
    network.load_state_dict(saved)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    return int(header["next_epoch"])


def read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return a checkpoint's header and tensors, or raise RunError where it isn't whole."""
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get("eccles", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise _unfit(path, "a whole checkpoint", str(error)) from None
    known = header if isinstance(header, dict) else {}
    if known.get("format") != FORMAT:
        raise _unfit(path, f"a checkpoint of format {FORMAT}", f"{known.get('format')}")
    missing = {"identity", "next_epoch", "optimizer", "sha256"} - known.keys()
    if missing:
        raise _unfit(path, "a whole checkpoint", f"a header without {', '.join(sorted(missing))}")
    if _digest(tensors) != known["sha256"]:
        raise _unfit(path, "as it was written", "other numbers")
    return known, tensors


def _digest(tensors: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()


def _write(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    try:
        path.touch()
        mode = path.stat().st_mode
        save_file(tensors, path, {"eccles": json.dumps(header)})
        # It makes a file that its owner alone can read; results are for those who read the rest.
        path.chmod(mode)
    except SafetensorError as error:
        # It wraps what the system said, a full disk for one.
        raise OSError(str(error)) from None


def _unfit(path: Path, accepted: str, got: str) -> RunError:
    return RunError(
        f"checkpoint: {path} must be {accepted}, got {got}; start the run over with --no-resume, "
        "or choose another --out"
    )
