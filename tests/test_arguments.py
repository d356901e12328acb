"""Whatever a public function is given, the answer is what it does or one sentence."""

import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import Any, Literal, get_args

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike
from pydantic import BaseModel

import eccles
import eccles.seeds
from eccles.annotations import named
from eccles.arguments import kinds_of, typed
from eccles.engines import DenseEngine
from eccles.engines.event.engine import EventEngine
from eccles.errors import EcclesError, InputError
from eccles.functional import LIFParameters, SuperSpike

JUNK = [None, 3, -1, "x", "", object(), [], b"x", {}, 1e308, float("nan"), True, "n" * 300, "a\0b"]


def modules() -> Iterator[types.ModuleType]:
    for name in eccles.__all__:
        if isinstance(found := getattr(eccles, name), types.ModuleType):
            yield found


def public() -> dict[str, Callable[..., Any]]:
    """Every function and class that Eccles gives a user, by name: a new one is fed without more."""
    found: dict[int, tuple[str, Any]] = {}
    for home in (eccles, *modules()):
        names = getattr(home, "__all__", None) or {*vars(home), *getattr(home, "_HOME", {})}
        for name in sorted(names):
            each = getattr(home, name)
            of = getattr(each, "__module__", None) or ""
            # Some are in a module only for it to use: what words errors, and kernels.
            is_own = home is eccles or of not in ("eccles.errors", "eccles.arguments")
            is_own = is_own and home.__name__ != "eccles.noise" and name[0] != "_"
            if is_own and of.startswith("eccles") and callable(each):
                found.setdefault(id(each), (f"{home.__name__}.{name}", each))
    return dict(found.values())


FOUND = public()


def required(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # An exception's.
        return []
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [p for p in parameters if p.default is p.empty and p.kind not in kinds]


def test_all_that_is_public_is_found():
    assert {"eccles.train", "eccles.load", "eccles.nn.EICircuit", "eccles.stats.holm"} <= set(FOUND)
    assert len(FOUND) > 120


def answered(function: Callable[..., Any], *given: Any, **named: Any) -> None:
    """Call a function, and let nothing but a sentence of Eccles' come of what is wrong."""
    try:
        function(*given, **named)
    except EcclesError as error:
        said = str(error)
        assert len(said) < 500, said
        assert said.isprintable(), said


@pytest.mark.parametrize("name", [name for name in FOUND if required(FOUND[name])])
@pytest.mark.filterwarnings("error")
def test_things_of_any_kind_in_every_place_are_answered_in_a_sentence(name):
    for junk in JUNK:
        parameters = required(FOUND[name])
        by_place = [junk for each in parameters if each.kind is not each.KEYWORD_ONLY]
        named = {each.name: junk for each in parameters if each.kind is each.KEYWORD_ONLY}
        try:
            answered(FOUND[name], *by_place, **named)
        except Exception as error:
            raise AssertionError(f"{name}({junk!r:.40}): {error!r:.300}") from error


FUNCTIONS = {name: each for name, each in FOUND.items() if inspect.isfunction(each)}
PARAMETERS = [(name, each) for name in FUNCTIONS for each in kinds_of(FUNCTIONS[name])]


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_one_thing_of_another_kind_is_named(name, parameter):
    kind = kinds_of(FUNCTIONS[name])[parameter]
    assert kind.words != "anything" or (name, parameter) in OPEN
    for junk in JUNK:
        if not kind.fits(junk) and not (kind.is_path and isinstance(junk, str)):
            # Nothing else is given: kinds are looked at before anything is done.
            with pytest.raises(InputError, match=rf": {parameter} must be "):
                FUNCTIONS[name](**{parameter: junk})


def entries() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function, class and method that a user may call, but settings, which check themselves.

    An instance's methods take anything for one here: what they are given is looked at before.
    """
    for name, each in FOUND.items():
        if inspect.isfunction(each):
            yield name, each
        elif not issubclass(each, BaseException | BaseModel) and not is_protocol(each):
            yield name, each
            for own, value in vars(each).items():
                if own[0] != "_" and isinstance(value, classmethod | staticmethod | FunctionType):
                    yield f"{name}.{own}", getattr(each, own)


def is_protocol(kind: type) -> bool:
    return getattr(kind, "_is_protocol", False)


def types_of(annotation: Any) -> set[type]:
    inner = set().union(*map(types_of, get_args(annotation)))
    return inner | ({annotation} if isinstance(annotation, type) else set())


def of_ours() -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Every parameter that takes an object of a type of Eccles' own."""
    for name, function in entries():
        for each in inspect.signature(function).parameters.values():
            if each.annotation is not each.empty:
                kinds = types_of(named(each.annotation, function.__module__))
                if any(kind.__module__.startswith("eccles") for kind in kinds):
                    yield name, function, each.name


def outcome(function: Callable[..., Any], parameter: str, junk: object) -> str:
    try:
        function(**{parameter: junk})
    except (InputError, TypeError) as error:  # Where others are missing, it is looked at later.
        return str(error)
    return "taken"


def test_every_object_of_ours_is_looked_at_before_anything_is_done():
    """By every public function, constructor and method, in every place: a new one is fed too."""
    held, otherwise = 0, set()
    for name, function, parameter in of_ours():
        kind = kinds_of(function).get(parameter)
        for junk in (object(), "event", 3, SuperSpike):
            if kind is not None and not kind.fits(junk):
                said = outcome(function, parameter, junk)
                held += f": {parameter} must be " in said
                if f": {parameter} must be " not in said:
                    otherwise.add(name)
    assert held > 200
    assert otherwise == {
        *("eccles.SpikeDataset", "eccles.functional.LIFParameters"),
        "eccles.functional.SoftResetParameters",  # See the next tests.
        *(f"eccles.engines.DenseEngine.{each}" for each in ("loss", "respond", "spikes")),
        *(f"eccles.data.{kind}Splits" for kind in ("", "Image", "Frame")),  # Where they are taken.
        # What Eccles makes, and takes nowhere or as it has made it.
        *("eccles.TrainResult", "eccles.bench.Benchmark", "eccles.devices.Candidate"),
        *("eccles.interop.Exported", "eccles.interop.Model"),
        *(f"eccles.functional.{each}.step" for each in ("AdaptiveLIF", "Izhikevich")),
        *(f"eccles.nn.EICircuit.{each}" for each in ("forward", "initialise", "spikes")),
    }


def test_what_a_named_tuple_is_made_of_is_looked_at_where_it_is_taken():
    layer = eccles.Populations(4, 1)
    for field, wrong in [("surrogate", "steep"), ("surrogate", SuperSpike), ("tau_mem", "10 ms")]:
        neuron = LIFParameters()._replace(**{field: wrong})
        for _ in range(2):
            with pytest.raises(InputError, match=f"network: neuron.{field} must be a .*, got "):
                eccles.EINetwork(3, layer, 2, neuron=neuron)
            with pytest.raises(InputError, match=f"functional: p.{field} must be a .*, got "):
                eccles.functional.lif(torch.zeros(2, 1, 1), neuron)
    dataset = eccles.data.load("fashion-mnist-sample").test
    with pytest.raises(InputError, match="dataset: events must be a SpikeEvents, got 'mine'"):
        replace(dataset, events="mine")


def test_engines_say_what_they_are_given_that_is_none():
    events, labels = eccles.SpikeEvents.from_dense(torch.ones(3, 2, 4)), [0, 1]
    for engine in (DenseEngine(), EventEngine()):
        network = eccles.EINetwork(4, eccles.Populations(2, 1), 2, engine=engine)
        sound = {"weights": network.weights, "events": events, "neuron": network.neuron}
        feed(engine, sound, {"labels": labels})
    for name in ("event", "dense"):
        made = eccles.SpikingNetwork(eccles.network.kilgore2025("2:1", 3), 4, 2, engine=name)
        feed(made.engine, {"weights": made.weights, "events": events}, {"labels": labels})


def feed(engine, sound, labels):
    """Call what an engine does with one wrong thing at a time, and with none."""
    for method, given in (("loss", sound | labels), ("respond", sound), ("spikes", sound)):
        getattr(engine, method)(**given)
        for parameter in sound:
            for junk in (object(), "event", None, [1, 2]):
                with pytest.raises(InputError, match=f"(the|events) .*{parameter}.* must be"):
                    getattr(engine, method)(**given | {parameter: junk})


def test_a_protocol_is_of_the_methods_that_it_names():
    """A class has them too, and is no engine; what lacks one is none either."""
    layer = eccles.Populations(4, 1)

    class Half:
        name = "half"

        def loss(self):
            """Do nothing."""

    for wrong in ("event", DenseEngine, Half()):
        with pytest.raises(InputError, match=r"engine must be an engine, got .*DenseEngine.. is"):
            eccles.EINetwork(3, layer, 2, engine=wrong)
    assert eccles.EINetwork(3, layer, 2, engine=DenseEngine()).engine.name == "dense"


OPEN: set[tuple[str, str]] = set()
"""Parameters that take anything at all."""


PATHS = [(name, each) for name, each in PARAMETERS if kinds_of(FUNCTIONS[name])[each].is_path]


@pytest.mark.parametrize(("name", "parameter"), PATHS)
@pytest.mark.parametrize("path", ["n" * 300, "a\0b", "/".join(["n" * 200] * 30), "\ud800"])
def test_a_path_that_none_can_be_is_named(name, parameter, path):
    for spelt in (path, Path(path)):
        with pytest.raises(InputError, match=rf": {parameter} must be a path (with|in)") as caught:
            FUNCTIONS[name](**{parameter: spelt})
        assert len(str(caught.value)) < 500


@typed("here")
def example(
    number: float,
    path: Path,
    either: Path | str | None = None,
    names: Sequence[str] = (),
    table: Mapping[str, int] | None = None,
    both: tuple[int, str] = (1, "a"),
    *,
    kind: Literal["a", "b"] = "a",
    sure: bool = False,
    call: Callable[[int], int] = abs,
    values: ArrayLike = (),
) -> tuple[Any, ...]:
    return number, path, either


def test_what_is_of_a_kind_comes_through_as_it_is():
    number = np.float32(0.5)
    assert example(number, Path("x"))[0] is number
    assert example(1, "x", "y") == (1, Path("x"), "y")
    assert example(1.5, path="x", either=Path("y")) == (1.5, Path("x"), Path("y"))
    example(1, "x", None, ["a"], {"a": np.int64(3)}, (1, "b"), sure=np.bool_(True), call=len)
    example(1, "x", values=[1, 2], names=np.array(["a"]))
    with pytest.raises(TypeError, match="missing"):
        example(1)
    with pytest.raises(TypeError, match="unexpected"):
        example(1, "x", another=3)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({"number": True}, "here: number must be a number, got True"),
        ({"number": 10**400}, "here: number must be a number, got 1000"),
        ({"path": 3}, "here: path must be a path, got 3"),
        ({"path": None}, "here: path must be a path, got None"),
        ({"either": 3}, "here: either must be a path or text, got 3"),
        ({"names": "abc"}, "here: names must be a list (text each), got 'abc'"),
        ({"names": ["a", 3]}, "here: names must be a list (text each), got ['a', 3]"),
        ({"table": {"a": "b"}}, "here: table must be a mapping (text: a whole number)"),
        ({"both": (1,)}, "here: both must be a tuple of 2 (a whole number, text), got (1,)"),
        ({"kind": 3}, "here: kind must be text, got 3"),
        ({"sure": 1}, "here: sure must be True or False, got 1"),
        ({"call": 3}, "here: call must be a function, got 3"),
        ({"values": "x"}, "here: values must be numbers, got 'x'"),
        ({"values": [[1], [1, 2]]}, "here: values must be numbers, got [[1], [1, 2]]"),
    ],
)
def test_what_is_not_is_said_in_words(named, sentence):
    with pytest.raises(InputError) as caught:
        example(**named)
    assert str(caught.value).startswith(sentence)


def test_how_to_make_one_is_said():
    with pytest.raises(InputError, match=r"got '80:20'; Populations.parse\(\"80:20\", 100\)"):
        eccles.EINetwork(784, "80:20", 10)
    network = eccles.EINetwork(4, eccles.Populations(2, 1), 3)
    with pytest.raises(InputError, match="train: config must be a TrainConfig"):
        eccles.train(network)
    layers = eccles.nn.circuit_layers("ei", eccles.seeds.stream(0, "x"))
    deep = eccles.nn.deep_network("mlp8", layers, (1, 4, 4), 3)
    with pytest.raises(InputError, match="a deep network takes images or frames"):
        eccles.evaluate(deep, eccles.data.load("fashion-mnist-sample").test)


def test_what_torch_compiles_is_one_graph_without_the_checks():
    """At a function's first call too, when what its arguments may be isn't known yet."""
    seen = []

    @typed("here")
    def doubled(x: torch.Tensor, times: int = 2) -> torch.Tensor:
        return times * x

    def keep(graph, _inputs):
        seen.append([str(node.target) for node in graph.graph.nodes if node.op == "call_function"])
        return graph.forward

    compiled = torch.compile(lambda x: doubled(doubled(x), times=3), backend=keep, fullgraph=True)
    assert compiled(torch.ones(2)).tolist() == [6, 6]
    assert [len(names) for names in seen] == [2]
    with pytest.raises(InputError, match="times must be a whole number"):
        doubled(torch.ones(2), 0.5)


def test_kinds_that_were_taken_before_let_no_other_through():
    """The quick way is one for the kinds of values that were all right, place by place."""

    @typed("here")
    def given(x: float, name: str | None = None) -> tuple[float, str | None]:
        return x, name

    for _ in range(2):
        assert given(1.5, "a") == (1.5, "a")
        assert given(1) == (1, None)
        for wrong in [("a", "a"), (1.5, 1.5), (True, "a"), ([1], None)]:
            with pytest.raises(InputError, match="here: "):
                given(*wrong)
