"""Modules of one's own that a file makes: how settings name them, and making them.

`my_models.py:make` is the function, or the class, `make` of that file. What it is given may stand
behind: `my_models.py:make(hidden=50)`. Settings keep the file's absolute path and eight digits of
its contents, `/home/me/my_models.py:make(hidden=50)-1a2b3c4d`; a run's identity leaves the folder
and the file's name out. So another file, or a changed one, makes another run.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import math
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from eccles import seeds
from eccles.errors import InputError, must, nearest, plain
from eccles.paths import broken_rule
from eccles.reading import read_bytes

if TYPE_CHECKING:
    from torch import nn

    from eccles.training.config import TrainConfig
    from eccles.training.samples import Samples

_FILE = re.compile(r"(.+\.py):([^\W\d]\w*)(\(.*\))?(?:-([0-9a-f]{8}))?", re.DOTALL)
_PASSED = re.compile(r"\w+-[0-9a-f]{8}")
_WHERE = "train", "module"
_ACCEPTED = "FILE.py:FUNCTION, such as my_models.py:make or my_models.py:make(hidden=50)"
_BYTES, _LETTERS = 1_000_000, 4000


class Factory(NamedTuple):
    """A function of a file that makes a module.

    Attributes:
        path: the file.
        name: the function's, or the class's.
        given: what it is called with besides what a run offers.
        digits: those of the file's contents; empty where they aren't known yet.
    """

    path: Path
    name: str
    given: Mapping[str, Any]
    digits: str

    def __str__(self) -> str:
        return f"{self.path}:{self.called}-{self.digits}"

    @property
    def called(self) -> str:
        """The function, with what it is given, as the identity has it."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in sorted(self.given.items()))
        return self.name + (f"({arguments})" if arguments else "")

    @property
    def identity(self) -> str:
        """What makes it this module and no other, wherever its file is."""
        return f"{self.called}-{self.digits}"


def read(text: str | None) -> Factory | None:
    """Return the factory that a setting names, or None for a module that was passed from Python.

    Raises InputError for what is neither.
    """
    if text is None or (_PASSED.fullmatch(text) and len(text) <= _LETTERS):
        return None
    found = _FILE.fullmatch(text) if len(text) <= _LETTERS else None
    if found is None or broken_rule(found[1]):
        raise must(*_WHERE, _ACCEPTED, text)
    path, name, given, digits = found.groups()
    return Factory(Path(path), name, _given(given or "()", text), digits or "")


def known(text: str | None, folder: Path = Path()) -> str | None:
    """Return a setting with the file's absolute path and digits, read once; others as they are.

    Args:
        text: what was said.
        folder: where the file is, unless its path is absolute.

    Raises InputError as `read` does, and for a file that can't be read.
    """
    factory = read(text)
    if factory is None or factory.digits:
        return text
    path = (folder / factory.path).absolute()
    return str(factory._replace(path=path, digits=_digits(_source(path))))


def identity_of(text: str | None) -> str | None:
    """Return what a run's identity has of its module."""
    factory = read(text)
    return text if factory is None else factory.identity


def check_made(text: str) -> Factory:
    """Return the factory that a setting names, or raise InputError where no file makes it."""
    factory = read(text)
    if factory is None:
        raise InputError(
            f"train: {text} stands for a network that was passed from Python, and no file holds "
            "it; pass it again, eccles.train(config, network=...)"
        )
    return factory


def make(config: TrainConfig, samples: Samples) -> nn.Module | None:
    """Return the module of a run's settings, made anew, or None where they have none.

    The function is offered `seed`, `n_inputs`, `n_classes`, `n_steps` and `dt` of the run: those
    that it has parameters for. Torch's own generator has the run's seed meanwhile.

    Raises InputError for a file that isn't as the settings have it or can't be run, for what it
    doesn't make, and for a module that isn't at hand.
    """
    if config.module is None:
        return None
    factory = check_made(config.module)
    import torch
    from torch import nn

    function = _function(factory)
    events = samples.train.events
    offered = {
        "seed": config.seed,
        "n_inputs": events.n_units,
        "n_classes": samples.train.n_classes,
        "n_steps": events.n_steps,
        "dt": events.dt,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds.key(config.seed, "module") >> 1)
        try:
            module = function(**_arguments(factory, function, offered))
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            raise _failed(factory, f"{factory.name} must make a module", error) from error
    if not isinstance(module, nn.Module):
        raise must("train", f"what {factory.name} of {factory.path.name} returns", "an nn.Module",
                   module)  # fmt: skip
    return module


def _given(text: str, whole: str) -> dict[str, Any]:
    """Return the arguments in parentheses: numbers, texts, true or false, by name."""
    try:
        call = ast.parse(f"f{text}", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ValueError(text)
        found = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
        plain_values = all(isinstance(value, int | float | str | None) for value in found.values())
        numbers = [value for value in found.values() if isinstance(value, float)]
        if None in (each.arg for each in call.keywords) or not plain_values:
            raise ValueError(text)
        if not all(map(math.isfinite, numbers)):
            raise ValueError(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        hint = "in parentheses are names with numbers or texts"
        raise must(*_WHERE, _ACCEPTED, whole, hint) from None
    return found


def _source(path: Path) -> bytes:
    try:
        return read_bytes(path, _BYTES)
    except OSError as error:
        raise InputError(
            f"train: module must name a file that can be read, got {plain(str(path), 200)}: "
            f"{error.strerror}; paths are from where you are, or from the study's file"
        ) from None


def _digits(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()[:8]


def _function(factory: Factory) -> Any:
    """Return the function of a file, which is run as it is."""
    source = _source(factory.path)
    if _digits(source) != factory.digits:
        raise InputError(
            f"train: module must be the file as these settings have it, of digits "
            f"{factory.digits}, got {plain(str(factory.path), 160)} of {_digits(source)}; put it "
            "back, or name it anew for another run"
        )
    module = ModuleType(f"eccles_own_{factory.digits}")
    module.__file__ = str(factory.path)
    sys.modules[module.__name__] = module  # Dataclasses look for it.
    try:
        exec(compile(source, str(factory.path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise _failed(factory, "the file must run", error) from error
    found = getattr(module, factory.name, None)
    if not callable(found):
        names = [n for n, each in vars(module).items() if callable(each) and not n.startswith("_")]
        raise InputError(
            f"train: module: {factory.path.name} has no function "
            f"{plain(factory.name, 60)!r}{nearest(factory.name, names)}"
        )
    return found


def _arguments(factory: Factory, function: Any, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a function is called with: what it is given, and what it takes of a run."""
    taken = inspect.signature(function).parameters
    there = {**{name: offered[name] for name in offered if name in taken}, **factory.given}
    takes_any = any(each.kind is each.VAR_KEYWORD for each in taken.values())
    for name in factory.given:
        if name not in taken and not takes_any:
            raise InputError(
                f"train: module: {factory.name} of {factory.path.name} has no parameter "
                f"{name!r}{nearest(name, taken)}"
            )
    for name, each in taken.items():
        needed = each.default is each.empty and each.kind in (
            each.POSITIONAL_ONLY,
            each.POSITIONAL_OR_KEYWORD,
            each.KEYWORD_ONLY,
        )
        if needed and name not in there:
            hint = f"a run has {', '.join(offered)}; say others as {factory.name}({name}=...)"
            raise must("train", f"{name} of {factory.name}", "given", "nothing", hint)
    return there


def _failed(factory: Factory, must_be: str, error: BaseException) -> InputError:
    """Return the error for a file or function that raised one, with the line where it did."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(factory.path):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = error.lineno or 0
    said = plain(str(error), 160)
    return InputError(
        f"train: module: {must_be}, got {type(error).__name__}{': ' if said else ''}{said} at "
        f"line {line} of {plain(str(factory.path), 160)}"
    )
