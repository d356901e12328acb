import hashlib
import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from eccles import Populations, RunError
from eccles.nn import EINetwork
from eccles.training.run import checkpoint

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, 0.1),
    "amsgrad": lambda p: torch.optim.AdamW(p, 0.1, amsgrad=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.1, momentum=0.9, centered=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
    "asgd": lambda p: torch.optim.ASGD(p, 0.1),
    "rprop": lambda p: torch.optim.Rprop(p, 0.1),
    "nadam": lambda p: torch.optim.NAdam(p, 0.1),
}


def network(seed=0, hidden=4):
    return EINetwork(3, Populations(hidden, 1), 2, w1_std=0.3, seed=seed)


def step(net, optimizer, k):
    optimizer.zero_grad()
    sum((k + 1) * (w - 0.1 * k).square().sum() for w in net.parameters()).backward()
    optimizer.step()


def save(path, net, optimizer, identity="me", next_epoch=3):
    checkpoint.save(
        path, net, optimizer, identity=identity, next_epoch=next_epoch, streams={"order": [0, 3]}
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_going_on_is_as_if_never_stopped(tmp_path, name):
    path = tmp_path / "c.safetensors"
    net = network()
    optimizer = OPTIMIZERS[name](net.parameters())
    for k in range(3):
        step(net, optimizer, k)
    save(path, net, optimizer)
    other = network(seed=1)
    its_optimizer = OPTIMIZERS[name](other.parameters())
    assert checkpoint.load(path, other, its_optimizer, identity="me", epochs=3) == 3
    for k in range(3, 6):
        step(net, optimizer, k)
        step(other, its_optimizer, k)
    assert all(map(torch.equal, net.parameters(), other.parameters()))
    assert [file.name for file in tmp_path.iterdir()] == ["c.safetensors"]


def test_who_may_read_other_files_may_read_a_checkpoint(tmp_path):
    path, other = tmp_path / "c.safetensors", tmp_path / "other"
    net = network()
    save(path, net, OPTIMIZERS["sgd"](net.parameters()))
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_what_is_written_can_be_read_without_eccles(tmp_path):
    path = tmp_path / "c.safetensors"
    net = network()
    save(path, net, torch.optim.SGD(net.parameters(), 0.1))
    tensors = load_file(path)
    assert tensors.keys() == {"network.input_to_hidden", "network.hidden_to_output"}
    assert torch.equal(tensors["network.input_to_hidden"], net.input_to_hidden)
    header, again = checkpoint.read(path)
    assert again.keys() == tensors.keys()
    assert (header["format"], header["identity"], header["next_epoch"]) == (2, "me", 3)
    assert header["streams"] == {"order": [0, 3]}


def unfit(tmp_path, sentence):
    """Assert that loading fails in one sentence and changes nothing."""
    path = tmp_path / "c.safetensors"
    net = network(seed=1)
    optimizer = torch.optim.Adam(net.parameters())
    step(net, optimizer, 1)
    before = [w.clone() for w in net.parameters()]
    state = json.dumps(optimizer.state_dict(), default=lambda tensor: tensor.tolist())
    with pytest.raises(RunError, match=sentence) as caught:
        checkpoint.load(path, net, optimizer, identity="me", epochs=3)
    assert str(caught.value).startswith(f"checkpoint: {path} must be ")
    assert "\n" not in str(caught.value)
    assert all(map(torch.equal, before, net.parameters()))
    assert json.dumps(optimizer.state_dict(), default=lambda tensor: tensor.tolist()) == state


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_file_cut_short(tmp_path, share):
    path = tmp_path / "c.safetensors"
    net = network()
    save(path, net, torch.optim.SGD(net.parameters(), 0.1))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    unfit(tmp_path, "a whole checkpoint")


@pytest.mark.parametrize("content", [b"x", b"\0" * 100, b"\xff" * 100, b"PK\3\4" * 50])
def test_a_file_of_something_else(tmp_path, content):
    (tmp_path / "c.safetensors").write_bytes(content)
    unfit(tmp_path, "a whole checkpoint")


def test_no_file(tmp_path):
    unfit(tmp_path, "a whole checkpoint")


def test_another_run(tmp_path):
    net = network()
    save(tmp_path / "c.safetensors", net, torch.optim.SGD(net.parameters(), 0.1), identity="you")
    unfit(tmp_path, "of run me, got run you")


def test_other_shapes(tmp_path):
    net = network(hidden=5)
    save(tmp_path / "c.safetensors", net, torch.optim.SGD(net.parameters(), 0.1))
    unfit(tmp_path, "of this network's shapes")


@pytest.mark.parametrize("header", [None, "{}", '{"format": 3}', '{"format": 1'])
def test_another_format(tmp_path, header):
    save_file(
        {f"network.{name}": w.detach() for name, w in network().named_parameters()},
        tmp_path / "c.safetensors",
        header and {"eccles": header},
    )
    unfit(tmp_path, "a checkpoint of format 1 or 2|a whole checkpoint")


@pytest.mark.parametrize("header", ['{"format": 1}', '{"format": 1, "identity": "me"}', "[]"])
def test_a_header_that_lacks_something(tmp_path, header):
    save_file(
        {f"network.{name}": w.detach() for name, w in network().named_parameters()},
        tmp_path / "c.safetensors",
        {"eccles": header},
    )
    unfit(tmp_path, "checkpoint")


def of_format_1(path, net, optimizer, changes=None):
    """Write a checkpoint as version 0.1.0 did: its checksum is of names and numbers alone."""
    tensors = {f"network.{name}": w.detach() for name, w in net.state_dict().items()}
    numbers = {}
    for index, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            kind = tensors if isinstance(value, torch.Tensor) else numbers
            kind[f"optimizer.{index}.{name}"] = value
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    header = {
        "format": 1,
        "identity": "me",
        "next_epoch": 3,
        "streams": {"order": [0, 3], "noise": [0, 3]},
        "optimizer": numbers,
        "sha256": digest.hexdigest(),
    }
    save_file(tensors, path, {"eccles": json.dumps({**header, **(changes or {})})})


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_checkpoints_of_version_0_1_0_are_read(tmp_path, name):
    path = tmp_path / "c.safetensors"
    net = network()
    optimizer = OPTIMIZERS[name](net.parameters())
    step(net, optimizer, 0)
    of_format_1(path, net, optimizer)
    other = network(seed=1)
    its_optimizer = OPTIMIZERS[name](other.parameters())
    assert checkpoint.load(path, other, its_optimizer, identity="me", epochs=3) == 3
    for each in ((net, optimizer), (other, its_optimizer)):
        step(*each, 1)
    assert all(map(torch.equal, net.parameters(), other.parameters()))


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


WRONG = {
    "next_epoch": [-1, -5, True, False, None, [], "3", 3.0, 4, 10**20, nested(400)],
    "optimizer": [
        None,
        [],
        "x",
        3,
        {"x": 1},
        {"optimizer": 1},
        {"optimizer.0": 1},
        {"optimizer.9.step": 1},
        {"optimizer.-1.step": 1},
        {"optimizer.0.exp_avg": [1]},
        {"optimizer.0.exp_avg": "x"},
        {"optimizer.0.exp_avg": nested(400)},
        {"optimizer.99999999999999999999.step": 1},
    ],
    "streams": [None, [], {"order": 3}, {"order": []}, {"order": [0, 2]}],
    "identity": [None, [], 3, "you", nested(400)],
    "format": [None, [], True, 1.5, "1", 10**20, nested(400)],
    "sha256": [None, [], "x"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]]
)
def test_headers_that_cannot_be_are_one_sentence(tmp_path, name, value):
    """Of format 1, where the checksum doesn't tell."""
    net = network()
    optimizer = torch.optim.Adam(net.parameters())
    changes = {name: value}
    if name == "next_epoch":
        changes["streams"] = {"order": [0, value]}
    of_format_1(tmp_path / "c.safetensors", net, optimizer, changes)
    unfit(tmp_path, "must be")


@pytest.mark.parametrize("text", ['{"a":' * 100_000, "[" * 3_000, "1" * 5_000, "NaN", '"\\ud800"'])
def test_headers_that_do_not_parse_are_one_sentence(tmp_path, text):
    tensors = {"network.x": torch.zeros(2)}
    save_file(tensors, tmp_path / "c.safetensors", {"eccles": text})
    unfit(tmp_path, "must be")


def test_tensors_of_another_type_or_shape_are_told(tmp_path):
    """Of format 1, whose checksum is of the same bytes."""
    path = tmp_path / "c.safetensors"
    net = network()
    optimizer = torch.optim.Adam(net.parameters())
    step(net, optimizer, 0)
    of_format_1(path, net, optimizer)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"F32"', b'"I32"'))
    unfit(tmp_path, "of this network's shapes and types")
    path.write_bytes(whole.replace(b"[3,5]", b"[5,3]"))
    unfit(tmp_path, "of this network's shapes and types")
    marker = b'"optimizer.0.exp_avg":{"dtype":"F32","shape":['
    assert marker in whole
    path.write_bytes(whole.replace(marker + b"3,5]", marker + b"5,3]"))
    unfit(tmp_path, "of this optimizer")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "c.safetensors"
    net = network()
    optimizer = torch.optim.Adam(net.parameters())
    step(net, optimizer, 0)
    save(path, net, optimizer)
    return path


@settings(max_examples=500, deadline=None)
@given(place=st.integers(0), byte=st.integers(0, 255), cut=st.sampled_from([False, False, True]))
def test_any_byte_that_changes_is_found(stored, place, byte, cut):
    content = bytearray(stored.read_bytes())
    header, tensors = checkpoint.read(stored)
    place %= len(content)
    if cut:
        del content[place:]
    else:
        content[place] = byte
    path = stored.with_name("changed")
    path.write_bytes(content)
    try:
        found, again = checkpoint.read(path)
    except RunError as error:
        found, said = None, str(error)
    if found is None:
        assert len(said) < 500
        assert "\n" not in said
        return
    # A blank may have become another blank.
    assert found == header
    assert again.keys() == tensors.keys()
    assert all(torch.equal(again[name], tensors[name]) for name in tensors)
    assert all(again[name].dtype == tensors[name].dtype for name in tensors)
