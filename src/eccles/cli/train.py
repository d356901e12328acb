"""`eccles train`: one run, watched, in a folder of its own."""

from __future__ import annotations

import json as json_format
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import tyro

from eccles.cli.flags import flag, options, read
from eccles.data.own.names import is_path
from eccles.errors import InputError, check_workers, listed, must, not_among
from eccles.network import Network
from eccles.paths import usable
from eccles.settings import read_yaml
from eccles.training.config import Model, TrainConfig, of_others
from eccles.training.config.network import NetworkSettings, check_said
from eccles.training.config.recipes import RECIPES, recipe
from eccles.training.factory import check_made
from eccles.training.own import check_openable, from_record
from eccles.training.prepare import measures_of
from eccles.training.run.described import read_settings


@dataclass(frozen=True)
class Arguments:
    """Train a network of excitatory and inhibitory neurons, and keep what came of it.

    With nothing said it trains an 80:20 network on a small sample of real Fashion-MNIST that ships
    with Eccles, offline. The run leaves a folder with its settings, a tidy history, a checkpoint
    of every epoch and a result. The same command goes on where a run was interrupted.

    Try
        eccles train --ei 95:5 --epochs 10
        eccles train --data fashion-mnist --w1-std 0.005 --threads 2
        eccles train --tau-mem "5 ms" --update-noise 2e-4 --json
        eccles train --groups "E:80,PV:12,SST:8" --recurrent 0.1 --neuron adaptive
        eccles train --hidden 100,60 --schedule cosine --warmup 1
        eccles train --network my-network.yaml --seed 3        # see docs/networks.md
        eccles train --recipe dale --epochs 10
        eccles train --config my-run.yaml --seed 3
        eccles train --module my_models.py:make --epochs 10    # see docs/tutorial-network.md

    Deep networks of E-I circuits have settings of their own:
        eccles train --model vgg8 --help
        eccles train --model mlp8 --epochs 3 --threads 2
        eccles train --model vgg8 --circuit bn --width 0.25 --data fashion-mnist --threads 2
        eccles train --model vgg8 --stabiliser epsilon --straight-through False --seed 3
        eccles train --model vgg19 --width 0.5 --epochs 0 --measure layers    # as it starts
    """

    settings: tyro.conf.OmitArgPrefixes[TrainConfig]

    data_dir: Annotated[Path | None, flag("DIR")] = None
    """Folder with the data set's files (default: search for them)."""

    out: Annotated[Path | None, flag("DIR")] = None
    """Folder of the run (default: runs/DATA-NETWORK-seedN-IDENTITY, and -FILES for own files)."""

    resume: bool = True
    """Go on with what an interrupted run left in the folder, or start over."""

    threads: int = 1
    """Threads of the event engine, up to one for every 128 samples of a batch; or those of a deep
    network, on whose number the last bits of its result depend."""

    measure: Annotated[str | None, flag("NAME[:EPOCHS],...")] = None
    """Measures to take besides, and every how many epochs, such as activity:10,distances;
    each leaves its file in the run's folder."""

    network: Annotated[Path | None, flag("FILE")] = None
    """YAML file of a network of one's own: its populations and projections (docs/networks.md)."""

    config: Annotated[Path | None, flag("FILE")] = None
    """YAML file with any of the settings; flags win over it."""

    recipe: Annotated[str | None, flag("NAME")] = None
    """Settings that go together: "dale" takes away what Dale's principle costs
    (docs/reproduction/mixed-inputs.md); flags win over it."""

    json: bool = False
    """Print one JSON object at the end, and progress on stderr."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles train WORDS`."""
    try:
        arguments, digits = _read(words)
    except InputError as error:
        raise _blaming(error, _value(words, "--recipe")) from None
    check_workers("train", "threads", arguments.threads)
    config = arguments.settings
    if config.module is not None:
        check_made(config.module)
    if arguments.out is None:
        check_openable(config.data)
        _name(config)

    from eccles.cli.display import TrainDisplay, print_result, print_trouble
    from eccles.training.loop import train
    from eccles.training.measures.measures import read_measures

    measure = None
    if arguments.measure is not None:
        measure = read_measures(arguments.measure, measures_of(deep=config.is_deep))
    with TrainDisplay(json=arguments.json) as display:
        result = train(
            config,
            data_dir=arguments.data_dir,
            out=arguments.out or (lambda identity: _default_folder(config, identity)),
            resume=arguments.resume,
            threads=arguments.threads,
            measure=measure,
            watch=display,
            digits=digits,
        )
    if arguments.json:
        print(json_format.dumps(result.summary()))
    else:
        print_result(result)
    print_trouble(result, json=arguments.json)
    return 0


def _read(words: Sequence[str]) -> tuple[Arguments, str]:
    """Return what the words ask for, and the digits of a run's data that a file has."""
    settings, digits = _file_settings(words)
    if _value(words, "--data") is not None:
        digits = ""  # Other data is asked for.
    default = TrainConfig.model_validate(settings | _network(words) | _model(words))
    _check_network(words, default)
    arguments = read(
        Arguments,
        "train",
        words,
        default=Arguments(default),
        config=[tyro.conf.OmitArgPrefixes],
    )
    return arguments, digits


def _blaming(error: InputError, name: str | None) -> InputError:
    """Return an error that names the recipe, where one of its settings is what is wrong."""
    settings: Mapping[str, Any] = RECIPES.get(name or "", {})
    blamed = next((each for each in settings if f" {each} " in str(error)), None)
    if blamed is None:
        return error
    return InputError(f"{error}; --recipe {name} sets {blamed} to {settings[blamed]}")


def _file_settings(words: Sequence[str]) -> tuple[dict[str, Any], str]:
    """Return the settings that --config and --recipe name, which become the flags' defaults.

    A run's own config.json serves as well, and gives the digits of its data besides.
    """
    path, name = (_value(words, flag) for flag in ("--config", "--recipe"))
    if name is not None and path is not None:
        hint = "a file says settings of its own; write those of the recipe into it"
        raise must("train", "--recipe", "left out with --config", name, hint)
    if name is not None:
        return recipe(name), ""
    if path is None:
        return {}, ""
    record = read_settings(usable(path, "train", "--config"))
    if {"grid", "zip"} & record.keys():
        hint = f"eccles sweep {path} does a study"
        raise must("train", "--config", "a file of one run's settings", "a study", hint)
    check_said(record, "train")
    return from_record(record)


def _network(words: Sequence[str]) -> dict[str, Network]:
    """Return the network of the file that --network names."""
    path = _value(words, "--network")
    if path is None:
        return {}
    content = read_yaml(usable(path, "train", "--network"), "network")
    if "network" in content and len(content) > 1:
        got = listed((name for name in content if name != "network"), 60)
        hint = f"eccles train --config {path} takes other settings too"
        raise must("train", "--network", "a file of a network alone", f"{got} beside it", hint)
    return {"network": Network.of(content)}


def _model(words: Sequence[str]) -> dict[str, str]:
    """Return the model that --model names, which decides what settings there are."""
    model = _value(words, "--model")
    known = get_args(Model)
    if model is not None and model not in known:
        raise not_among("train", "--model", known, model)
    return {} if model is None else {"model": model}


def _check_network(words: Sequence[str], default: TrainConfig) -> None:
    """Raise InputError for an option that the network of some settings hasn't, or says itself."""
    names = [name for name in TrainConfig.model_fields if name not in default.names()]
    for option, name in options(words, names).items():
        said = str(of_others(name, deep=default.is_deep, called="an option"))
        how = "" if default.is_deep else "--model vgg8 "
        raise InputError(f"train: {said.replace(name, option, 1)}; see eccles train {how}--help")
    if default.network is not None:
        for option in options(words, NetworkSettings.model_fields.keys() - {"network"}):
            raise InputError(f"train: {option} must be left out with network, which says it")


def _value(words: Sequence[str], flag: str) -> str | None:
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(flag, dest="value", nargs="?")
    value: str | None = parser.parse_known_args(words)[0].value
    return value


def _default_folder(config: TrainConfig, identity: str) -> Path:
    """Return the folder of a run that is known by its identity, own files' digits included."""
    from eccles.training.run.folder import stored_identity

    settings, dash, files = identity.partition("-")
    folder = Path("runs") / f"{_name(config)}-{settings[:8]}"
    # Version 0.1.0 left the digits out of the name: such a run goes on where it is.
    if stored_identity(folder) == identity:
        return folder
    return folder.with_name(f"{folder.name}{dash}{files}")


def _name(config: TrainConfig) -> str:
    """Return the first part of a folder's name, which people read."""
    if config.is_deep:
        kind = f"{config.model}-{config.circuit}"
    else:
        kind = "unbounded" if config.unbounded else str(config.resolved().ei).replace(":", "-")
        if config.module is not None:
            kind = check_made(config.module).name
        elif not config.plain:
            kind = f"network-{config.network_of().n_neurons}"
    data = config.data
    if is_path(data) or (config.is_deep and Path(data).is_dir()):
        path = Path(data).resolve()  # Of one's own.
        data = path.name if config.is_deep else path.name.partition(".")[0]
    return f"{data}-{kind}-seed{config.seed}"
