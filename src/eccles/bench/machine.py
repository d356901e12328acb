"""Where a benchmark ran: without this its seconds say nothing."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import eccles

_PACKAGES = ("torch", "numpy", "numba", "snntorch", "jax")


@dataclass(frozen=True)
class Machine:
    """A machine and its software; what can't be found out is None.

    Attributes:
        processor: its name.
        cores: those that this process may use.
        load: how many processes wanted to run on average in the last minute, before the run.
        system: operating system and architecture.
        python: version of Python.
        versions: of the packages that matter, None where one isn't installed.
    """

    processor: str | None
    cores: int | None
    load: float | None
    system: str
    python: str
    versions: dict[str, str | None]


def this_machine() -> Machine:
    """Return what this machine says of itself."""
    return Machine(
        processor=_processor(),
        cores=_cores(),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        versions={
            "eccles": eccles.__version__,
            **{name: _version(name) for name in _PACKAGES},
        },
    )


def _processor() -> str | None:
    # Linux leaves `platform.processor` empty, or has the architecture there.
    with suppress(OSError):
        processors = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        for line in processors.splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or None


def _cores() -> int | None:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _version(package: str) -> str | None:
    with suppress(PackageNotFoundError):
        return version(package)
    return None
