import importlib
import inspect
import json
import math
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, get_args, get_origin

import annotated_types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

import eccles
from eccles import InputError, TrainConfig
from eccles.settings import Duration, Settings, read_yaml


class Toy(Settings):
    section: ClassVar[str] = "toy"
    count: int = Field(default=3, ge=1)
    size: float = 0.5
    name: str = "x"
    tau: Duration = 0.01


class More(Toy):
    on: bool = True
    seeds: int | list[int] = 1
    every: dict[str, int] = Field(default_factory=dict)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "toy.yaml"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cuont": 4}, r"^toy: there is no setting 'cuont' \(did you mean 'count'\?\)$"),
        ({"zzz": 4}, "^toy: there is no setting 'zzz'$"),
        ({"count": 0}, "^toy: count must be 1 or more, got 0$"),
        ({"size": float("inf")}, "^toy: size must be a finite number, got inf$"),
        ({"name": 5}, "^toy: name must be a text, got 5$"),
        ({"size": "a"}, "^toy: size must be a number, got 'a'$"),
        ({"size": None}, "^toy: size must be a number, got None$"),
        ({"count": 2.5}, "^toy: count must be a whole number, got 2.5$"),
        ({"on": "x"}, "^toy: on must be true or false, got 'x'$"),
        ({"seeds": 1e30}, "^toy: seeds must be a whole number of fewer digits or a list, got 1e"),
        ({"seeds": [1, "a"]}, "^toy: seeds.1 must be a whole number, got 'a'$"),
        ({"every": 1}, "^toy: every must be names with their values, got 1$"),
        ({"every": {1: 1}}, "^toy: every.1 must be a text, got 1$"),
        # A truth value is no number, though Python and pydantic have it so.
        ({"count": True}, "^toy: count must be a whole number, got True$"),
        ({"size": False}, "^toy: size must be a number, got False$"),
        ({"tau": True}, "^toy: tau must be a number, got True$"),
        ({"seeds": True}, "^toy: seeds must be a whole number, got True$"),
        ({"seeds": [0, True]}, "^toy: seeds must be a whole number, got True$"),
        ({"every": {"a": True}}, "^toy: every must be a whole number, got True$"),
        ({"tau": "5 parsecs"}, "tau must be a time above 0 .* got '5 parsecs'$"),
        ({"tau": -1.0}, "tau must be a time above 0 .* got -1.0$"),
    ],
)
def test_mistakes_are_one_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence):
        More(**values)
    with pytest.raises(InputError, match=sentence):
        More.model_validate(values)


def all_settings() -> list[type[Settings]]:
    """Return every class of settings that there is, where it has fields of its own."""
    for module in pkgutil.walk_packages(eccles.__path__, "eccles."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = [Settings]
    for each in found:
        found += [kind for kind in each.__subclasses__() if kind not in found]
    return [kind for kind in found if kind.__module__.startswith("eccles.") and own_fields(kind)]


def own_fields(kind: type[Settings]) -> dict[str, Any]:
    return {name: kind.model_fields[name] for name in inspect.get_annotations(kind)
            if name in kind.model_fields}  # fmt: skip


OUTSIDE = {
    annotated_types.Ge: ("ge", -1, "{:,} or more"),
    annotated_types.Gt: ("gt", 0, "above {:,}"),
    annotated_types.Le: ("le", 1, "at most {:,}"),
    annotated_types.Lt: ("lt", 0, "below {:,}"),
}
"""What has a bound, how far from it a value is outside, and what must be said of that."""


def outside(annotation: Any, rules: Any = ()) -> Iterator[tuple[Any, str]]:
    """Yield a value outside of each bound of a field, with what must be said of it."""
    for rule in rules:
        if type(rule) in OUTSIDE:
            name, step, words = OUTSIDE[type(rule)]
            bound = getattr(rule, name)
            yield bound + step, words.format(int(bound) if bound == int(bound) else bound)
        yield from outside(Any, getattr(rule, "metadata", ()))
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from outside(parts[0], parts[1:])
    elif get_origin(annotation) is tuple:
        yield from (((value,) * len(parts), said) for value, said in outside(parts[0]))
    else:
        for part in parts:
            yield from outside(part)


@pytest.mark.filterwarnings("ignore:eccles.DeepConfig is now")
def test_bounds_speak_one_dialect():
    checked = []
    for kind in all_settings():
        for name, field in own_fields(kind).items():
            for value, said in outside(field.annotation, field.metadata):
                sentence = rf"^{kind.section}: {name}(\.0)? must be {said}, got "
                with pytest.raises(InputError, match=sentence):
                    kind(**{name: value})
                checked.append(name)
    assert {"epochs", "lr", "probability", "dw_min", "levels", "n_frames", "size"} <= {*checked}


HOSTILE = (-1, 0, 3, 1e300, 10**30, math.nan, "x", "", b"x", None, [], [1], [-1, 1, 2], ["a"],
           {"a": -1}, {1: 1}, True, object)  # fmt: skip


@pytest.mark.filterwarnings("ignore:eccles.DeepConfig is now")
@pytest.mark.parametrize("kind", all_settings(), ids=lambda kind: kind.__name__)
def test_no_sentence_is_of_the_library_that_checks(kind):
    said = []
    for name in own_fields(kind):
        for value in HOSTILE:
            try:
                kind(**{name: value})
            except InputError as error:
                said.append(str(error))
    assert said
    for words in ("Input ", "should ", "than ", "Field required", " valid "):
        assert not [each for each in said if words in each]


def test_values_of_thousands_of_levels_are_refused():
    deep: list = []
    for _ in range(3000):
        deep = [deep]
    for name in TrainConfig.model_fields:
        with pytest.raises(InputError) as caught:
            TrainConfig(**{name: deep})
        said = str(caught.value)
        assert name in said or "network: " in said or "device" in said
        assert len(said) < 500


def test_what_is_no_settings_at_all_is_named():
    with pytest.raises(InputError, match=r"^toy: More must be names with their values, got 3$"):
        More.model_validate(3)


@pytest.mark.parametrize("model", ["shallow", "vgg8"])
def test_no_number_of_a_run_is_a_truth_value(model):
    numbers = [
        name
        for name in TrainConfig(model=model).names()
        if TrainConfig.model_fields[name].annotation in (int, float, int | None, float | None)
    ]
    assert {"epochs", "lr", "seed", "validation"} <= set(numbers)
    for name in numbers:
        with pytest.raises(InputError, match=f"train: {name} must be a (whole )?number, got True"):
            TrainConfig(**{"model": model, name: True})


def test_a_duration_is_in_seconds():
    assert Toy(tau="20 ms").tau == Toy(tau=0.02).tau == 0.02


def test_the_identity_is_of_the_values():
    assert Toy(tau="10 ms").identity() == Toy().identity() == "11903d2cf8a5f379"
    assert Toy(count=4).identity() != Toy().identity()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80:20", "80:20"),
        ("12:30:45", "12:30:45"),
        ("1e-3", 1e-3),
        ("1E3", 1e3),
        (".5", 0.5),
        ("5.", 5.0),
        ("-2", -2),
        ("007", 7),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("10 ms", "10 ms"),
        ("true", True),
        ("null", None),
        ("'80'", "80"),
        (".nan", ".nan"),
        (".inf", ".inf"),
    ],
)
def test_values_of_a_file(path, text, value):
    path.write_text(f"value: {text}\n")
    found = read_yaml(path)["value"]
    assert found == value
    assert type(found) is type(value)


@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text("ab :1", max_size=9),
        max_size=4,
    )
)
def test_json_is_read_as_it_is(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(values))
    assert read_yaml(path) == values


def test_an_empty_file_is_no_settings(path):
    for text in ("", "# nothing\n", "{}"):
        path.write_text(text)
        assert Toy.from_yaml(path) == Toy()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"- 1\n- 2\n", r"must hold 'name: value' lines, got \[1, 2\]"),
        (b"hello", "must hold 'name: value' lines, got 'hello'"),
        (b"count: 1\nsize: [1\n", "must be YAML, got no \\] to close a bracket in line 3"),
        (b"a: b: c", "must be YAML, got a second ': ' in one line, which needs quotes, in line 1"),
        (b"\xff\xfe\x00", "must be YAML in UTF-8, got other bytes"),
        (b"a: \x00", r"must be YAML, got the character U\+0000, which no YAML has, in line 1"),
        (
            b"a: !!python/object:os.system {}",
            "must be YAML, got the tag !!python/object:os.system, .*",
        ),
    ],
)
def test_files_that_are_no_settings(path, content, sentence):
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"^config: {path} {sentence}$"):
        Toy.from_yaml(path)


def test_a_text_is_a_path_too(path):
    path.write_text("count: 7\n")
    assert Toy.from_yaml(str(path)) == Toy.from_yaml(path) == Toy(count=7)
    for wrong, sentence in ((7, "must be a path, got 7"), ("a\0", "null"), ("n" * 300, "255")):
        with pytest.raises(InputError, match=f"^config: .*{sentence}"):
            Toy.from_yaml(wrong)


def test_files_that_are_not_there(path, tmp_path):
    with pytest.raises(InputError, match=f"^config: {path} must be a readable file: No such file"):
        Toy.from_yaml(path)
    with pytest.raises(InputError, match=r"must be a readable file: it is a folder"):
        Toy.from_yaml(tmp_path)


def test_a_mistake_in_a_file_is_one_sentence(path):
    path.write_text("count: many\n")
    with pytest.raises(InputError, match=r"^toy: count must be a whole number, got 'many'$"):
        Toy.from_yaml(path)


@pytest.mark.parametrize("text", ["1: 2\n", "null: 2\n", "80: 20\n"])
def test_names_must_be_texts(path, text):
    path.write_text(f"count: 1\n{text}")
    with pytest.raises(InputError, match=r"got the name \w+; names are text, .* in line 2$"):
        Toy.from_yaml(path)


def test_a_text_of_several_lines_is_yaml_itself(tmp_path):
    for text in ("count: 7\n", '{"count": 7}', "\ncount: 7", "# mine\ncount: 7\n"):
        assert Toy.from_yaml(text) == Toy(count=7)
    with pytest.raises(InputError, match="config: the text must be YAML, got"):
        Toy.from_yaml("count: [\n")
    with pytest.raises(InputError, match="the text must be YAML, got a text of 2,097,152 letters"):
        Toy.from_yaml("#\n" * 2**20)
    with pytest.raises(InputError, match="config: the text must hold 'name: value' lines"):
        Toy.from_yaml("- 7\n")
    # A path is a file's, whatever its letters.
    file = tmp_path / "{count: 7}"
    file.write_text("count: 8\n")
    assert Toy.from_yaml(file) == Toy(count=8)
