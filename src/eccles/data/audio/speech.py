"""Speech from text, by the program espeak-ng."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, RunError

PROGRAM = "espeak-ng"
_HEADER = 44


def available() -> bool:
    """Return whether espeak-ng is on this machine."""
    return shutil.which(PROGRAM) is not None


@cache
def version() -> str:
    """Return the version of espeak-ng, such as "1.51"; raise RunError where it is absent."""
    return _run("--version").decode(errors="replace").partition(":")[2].split()[0]


def speak(
    text: str, voice: str = "en-us", speed: int = 100, pitch: int = 50
) -> tuple[NDArray[np.float32], int]:
    """Return spoken text as samples in [-1, 1), and samples a second.

    Args:
        text: what to say.
        voice: a language of espeak-ng, with a variant after a plus sign if wanted: "de+f2".
        speed: words a minute.
        pitch: from 0 to 99.

    Raises RunError without espeak-ng, InputError for a voice that it doesn't have.
    """
    # "-b 1" says that the text is UTF-8, whatever the locale.
    words = ("-b", "1", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", "--", text)
    wave = _run(*words)
    rate = int.from_bytes(wave[24:28], "little")
    # It writes to a pipe before it knows how long it will be: the header's lengths are no lengths.
    samples = np.frombuffer(wave[_HEADER:], "<i2", count=(len(wave) - _HEADER) // 2)
    return samples.astype(np.float32) / np.float32(32_768), rate


def _run(*words: str) -> bytes:
    try:
        command: list[str | bytes] = [PROGRAM, *(word.encode() for word in words)]
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise RunError(
            f"speech: the program {PROGRAM} must be on this machine, got none; install Debian's "
            "package espeak-ng, or the one of that name on your system"
        ) from None
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode or len(done.stdout) < (_HEADER if "--stdout" in words else 1):
        raise InputError(
            f"speech: {PROGRAM} must be able to say this, got {said or 'no sound'!r} for "
            f"{' '.join(words)}; {PROGRAM} --voices lists its voices"
        )
    return done.stdout
