"""The command line: a file a verb, imported only when that verb is called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from eccles.cli import streams
from eccles.cli.stops import Stops, leave_quietly
from eccles.errors import EcclesError, InputError, nearest
from eccles.memory import collect_seldom

_VERBS = {
    "train": "Train a network of excitatory and inhibitory neurons.",
    "show": "Show a network's wiring: groups, projections, a picture.",
    "sweep": "Do the runs of a study: a grid of settings, resumable, on cores or a cluster.",
    "reproduce": "Do an article's studies, and judge its claims by the results.",
    "results": "Print, filter and export the results of a study.",
    "figures": "Draw the figures of a study, an article or one run, from what is stored.",
    "inspect": "Look into a network before and while it trained: rates, weights, currents.",
    "export": "Write a trained network for other tools, and measure how like it that is.",
    "report": "Write one HTML file of a run, a study or an article: figures, tables, claims.",
    "data": "List, describe, fetch and check data sets; make them of speech and audio.",
    "devices": "List, show, draw and fit memristive devices that can hold the weights.",
    "recommend": "Say which ratio suits a memristive device, by a small study of paired seeds.",
    "bench": "Measure the engines on this machine, with ratios from one run.",
}
"""What each verb does; a verb is the file of its name, whose `run` takes the words after it."""


_STOPPED = "stopped; the same command goes on from the last epoch"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `eccles ARGUMENTS` and return its exit status.

    0 is success, 1 a failure at run time, 2 a request that can't be met, 130 Ctrl-C, 70 a fault of
    Eccles itself. An error is one sentence on stderr; `--debug` shows where it comes from.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    streams.spell_out()
    with Stops(_stop_of(words)) as stops:
        status = _answered(words, debug, stops, program=arguments is None)
    if arguments is None:
        leave_quietly()
    return status


def _answered(words: list[str], debug: bool, stops: Stops, *, program: bool) -> int:
    try:
        if program:
            collect_seldom()
            streams.prepare()
        status = _dispatch(words)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read our output has left.
        streams.silence()
        return 1
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            raise
        if stops.came or isinstance(error, KeyboardInterrupt):
            return _stopped(error, words)
        if isinstance(error, EcclesError):
            print(f"eccles: {error}", file=sys.stderr)
            return error.exit_status
        from eccles.cli import faults

        said, status = faults.sentence(error)
        print(f"eccles: {said}", file=sys.stderr)
        if isinstance(error, OSError):  # It may be standard output that takes nothing more.
            streams.silence()
        return status


def _stop_of(words: list[str]) -> str:
    """Return what is said of a command that was stopped."""
    return (
        _STOPPED if words[:1] in (["train"], ["sweep"], ["reproduce"], ["recommend"]) else "stopped"
    )


def _stopped(error: BaseException, words: list[str]) -> int:
    said = str(error) if isinstance(error, KeyboardInterrupt) else ""
    print(f"eccles: {said or _stop_of(words)}", file=sys.stderr)
    # Python remembers a KeyboardInterrupt within `exec`, such as numpy's import has for its named
    # tuples, and would end by that signal, not with our status. Another `exec` makes it forget.
    exec("")
    return 130


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help"}:
        _print_help()
        return 0 if words else 2
    if words[0] == "--version":
        from eccles import __version__

        print(f"eccles {__version__}")
        return 0
    verb, rest = words[0], words[1:]
    if verb not in _VERBS:
        raise InputError(f"there is no verb {verb!r}{nearest(verb, _VERBS)}; see eccles --help")
    several = {"data": _data, "devices": _devices, "bench": _bench}
    run: Callable[[list[str]], int]
    run = several[verb] if verb in several else import_module(f"eccles.cli.{verb}").run
    return run(rest)


def _data(words: list[str]) -> int:
    from eccles.cli import audio, data, describe

    verbs: dict[str, Callable[..., int | None]] = {
        "list": data.list_,
        "describe": describe.describe,
        "path": data.path,
        "fetch": data.fetch,
        "doctor": data.doctor,
        "make-digits": audio.make_digits,
        "encode-audio": audio.encode_audio,
    }
    return _one_of(verbs, "data", words)


def _devices(words: list[str]) -> int:
    from eccles.cli import devices

    verbs: dict[str, Callable[..., int | None]] = {
        "list": devices.list_,
        "show": devices.show,
        "plot": devices.plot,
        "fit": devices.fit,
    }
    return _one_of(verbs, "devices", words)


def _one_of(verbs: dict[str, Callable[..., int | None]], name: str, words: list[str]) -> int:
    """Run what the first word names."""
    import tyro

    from eccles.cli.flags import deferred, options_of, parsed

    chosen = verbs.get(words[0].replace("_", "-")) if words else None
    if chosen is None and not (words and words[0].startswith("-")):
        got = f"{words[0]!r}{nearest(words[0], verbs)}" if words else "none"
        said = f"what to do must be one of {', '.join(verbs)}, got {got}"
        raise InputError(f"{name}: {said}; see eccles {name} --help")
    later = {each: deferred(verb) for each, verb in verbs.items()}
    call: Callable[[], int | None] = parsed(
        lambda: tyro.extras.subcommand_cli_from_dict(later, prog=f"eccles {name}", args=words),
        name,
        options_of(chosen) if chosen else (),
    )
    return call() or 0


def _bench(words: list[str]) -> int:
    import tyro

    from eccles.cli.bench import bench
    from eccles.cli.flags import deferred, options_of, parsed

    parsed(
        lambda: tyro.cli(deferred(bench), prog="eccles bench", args=words),
        "bench",
        options_of(bench),
    )()
    return 0


def _print_help() -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        "[bold]eccles[/] VERB [OPTIONS]   networks of excitatory and inhibitory neurons\n"
    )
    table = Table(box=None, show_header=False, padding=(0, 2))
    for verb, meaning in _VERBS.items():
        table.add_row(f"[bold]{verb}[/]", meaning)
    console.print(table)
    console.print(
        "\nStart with   [bold]eccles train[/]                   a small real data set, offline\n"
        "then         [bold]eccles train --data fashion-mnist --ei 95:5[/]\n"
        "and          [bold]eccles sweep kilgore2025/fashion-mnist --scale smoke[/]\n"
        "\neccles VERB --help explains a verb, eccles --version names the version, and\n"
        "--debug shows where an error comes from.",
        highlight=False,
    )
