"""A deep network trained end to end, small: the same loop, folder and checkpoint as the others."""

import json
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st
from tests.training.conftest import StopAt, StopError

from eccles import InputError, RunError, dale, train
from eccles.data import FrameDataset, FrameSplits, ImageDataset, ImageSplits, load_images
from eccles.training.config import TrainConfig
from eccles.training.measures.deep import look
from eccles.training.measures.evaluation import evaluate
from eccles.training.measures.layer_spikes import counting
from eccles.training.samples import divide
from eccles.training.tasks.deep import DeepTask, _paying

CIRCUITS = ("ei", "bn", "plain", "dann", "colei", "free", "balanced")


@pytest.fixture(scope="module")
def images():
    whole = load_images("fashion-mnist-sample")
    return ImageSplits(whole.train.take(slice(0, 96)), whole.test.take(slice(0, 40)))


def small(**settings):
    return TrainConfig(**{"model": "mlp8", "width": 0.08, "epochs": 2, "batch_size": 32} | settings)


def weights(result):
    return {name: value.clone() for name, value in result.network.state_dict().items()}


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_every_circuit_trains_within_its_signs(images, circuit):
    result = train(small(circuit=circuit, width=0.2), data=images)
    dale.check(result.network)
    assert len(result.history) == 3
    assert all(np.isfinite(row["loss"]) for row in result.history[1:])
    summary = result.summary()
    assert summary["initial_spikes_per_step"] == result.history[0]["spikes_per_step"]
    assert json.loads(json.dumps(summary)) == summary


def test_an_e_i_network_learns(images):
    result = train(small(epochs=12, width=0.4, lr=0.02, warmup=0), data=images)
    losses = [row["loss"] for row in result.history[1:]]
    assert losses[-1] < losses[0] - 0.25


def test_a_rate_penalty_keeps_layers_from_firing(images):
    """By hand it is the square of the spikes a neuron beyond the target, summed over layers."""
    config = small(model="mlp4", steps=3, rate_penalty=0.5, step_target=0.05, lr=0.02, warmup=0)
    free = train(config.model_copy(update={"rate_penalty": 0.0, "step_target": 0.1}), data=images)
    pressed = train(config, data=images)
    rates = [each.history[-1]["spikes_per_step"] for each in (free, pressed)]
    assert rates[1] < 0.8 * rates[0]
    allowing = train(config.model_copy(update={"step_target": 1.0}), data=images)
    assert [r["loss"] for r in allowing.history] == [r["loss"] for r in free.history]
    task = DeepTask(config, divide(config, images))
    task.begin()
    inputs, _ = images.train.batch(slice(0, 8))
    with _paying(task.network, config) as costs, counting(task.network) as counted:
        task.network(inputs)
    by_hand = [
        0.5 * np.mean(np.maximum(0, each.spikes / each.neurons - 0.05 * 3) ** 2) for each in counted
    ]
    assert [cost.item() for cost in costs] == pytest.approx(by_hand, rel=1e-5)
    assert max(by_hand) > 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"step_target": 0.2}, "step_target must be left out without rate_penalty"),
        ({"rate_penalty": 1, "step_target": 1.5}, "step_target must be"),
        ({"rate_penalty": 1, "compiled": True}, "compiled must be off with rate_penalty"),
        ({"rate_penalty": 1, "rate_target": "5 Hz"}, "rate_target is a setting of a network of"),
    ],
)
def test_rate_penalties_that_mean_nothing_are_told(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        small(**settings)


@pytest.mark.parametrize("model", ["vgg8", "resnet18"])
def test_convolutions_train(images, model):
    few = ImageSplits(images.train.take(slice(0, 16)), images.test.take(slice(0, 8)))
    config = small(model=model, width=0.07, epochs=1, batch_size=8, steps=2, augment=True)
    result = train(config, data=few, measure={"layers": 1, "weights": 1})
    dale.check(result.network)
    layers = result.measures["layers"]
    assert {row["epoch"] for row in layers} == {-1, 0}
    assert all(row["gradient_norm"] >= 0 and 0 <= row["zero_divisors"] <= 1 for row in layers)


@pytest.mark.slow
def test_signs_hold_after_every_step(images):
    """Even where each update would take many weights across zero."""
    task = DeepTask(small(lr=5.0, warmup=0, momentum=0.0), divide(small(), images))
    task.begin()
    step = task.steps(0)
    crossed = 0
    for batch in range(3):
        before = {k: v.clone() for k, v in task.network.named_parameters()}
        step(*images.train.batch(slice(0, 32)), batch)
        dale.check(task.network)
        crossed += sum(
            int(((v == 0) & (before[k] > 0)).sum())
            for k, v in task.network.named_parameters()
            if "bias" not in k
        )
    assert crossed > 100


@pytest.mark.slow
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    circuit=st.sampled_from(["ei", "dann", "colei", "balanced"]),
    lr=st.floats(1e-3, 1),
    momentum=st.floats(0, 0.95),
    switches=st.fixed_dictionaries(
        {},
        optional={
            "gradient_exponent": st.floats(0, 1),
            "inhibitory_spikes": st.floats(0.5, 8),
            "padding": st.booleans(),
        },
    ),
    seed=st.integers(0, 2**31),
)
def test_signs_hold_whatever_the_updates_are(images, circuit, lr, momentum, switches, seed):
    switches = switches if circuit != "colei" else {}
    config = small(
        circuit=circuit,
        optimizer="sgd",
        lr=lr,
        momentum=momentum,
        seed=seed,
        warmup=0,
        steps=2,
        width=0.2,
        **switches,
    )
    task = DeepTask(config, divide(config, images))
    try:
        task.begin()
    except InputError:
        reject()  # So narrow a network may have a silent layer.
    step = task.steps(0)
    dale.check(task.network)
    for batch in range(2):
        step(*images.train.batch(slice(0, 16)), batch)
        if not all(p.isfinite().all() for p in task.network.parameters()):
            reject()  # What isn't a number has no sign; the loop ends such a run.
        dale.check(task.network)


# Of torch's own compiler.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
@pytest.mark.parametrize("circuit", ["ei", "bn"])
def test_compiling_and_half_precision_give_nearly_the_same_losses(images, circuit, monkeypatch):
    """Without code generation, which takes minutes."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    plain = small(circuit=circuit, width=0.1, epochs=1, warmup=0)

    def losses(config):
        task = DeepTask(config, divide(config, images))
        task.begin()
        step = task.steps(0)
        return [step(*images.train.batch(slice(0, 32)), batch) for batch in range(3)]

    wanted = losses(plain)
    assert losses(plain.model_copy(update={"compiled": True})) == pytest.approx(wanted, rel=1e-3)
    half = losses(plain.model_copy(update={"amp": True}))
    assert half != wanted
    assert half == pytest.approx(wanted, rel=0.2)
    by_equations = losses(plain.model_copy(update={"amp": True, "engine": "equations"}))
    assert by_equations[0] == half[0]
    assert by_equations == pytest.approx(half, rel=0.2)


@pytest.mark.parametrize(("circuit", "kept"), [("ei", 3 * 7), ("bn", 2 * 7 + 1)])
def test_gains_and_biases_may_be_left_out_of_the_l2(images, circuit, kept):
    """Of seven layers: g_I, g_E and b_E, or batch norm's two; and the twin's readout's bias."""
    for decays, groups in ((True, 1), (False, 2)):
        config = small(circuit=circuit, decay_gains=decays)
        found = DeepTask(config, divide(config, images)).optimizer.param_groups
        assert len(found) == groups
    assert [group["weight_decay"] > 0 for group in found] == [True, False]
    assert [len(found[1]["params"]), {p.ndim for p in found[1]["params"]}] == [kept, {1}]


@pytest.mark.parametrize("schedule", ["none", "cosine"])
def test_readouts_may_learn_faster(images, schedule):
    def moved(**settings):
        config = small(
            circuit="plain",
            momentum=0.0,
            weight_decay=0.0,
            schedule=schedule,
            **settings,
        )
        task = DeepTask(config, divide(config, images))
        before = [p.detach().clone() for p in task.network.parameters()]
        task.steps(0)(*task.samples.train.batch(slice(0, 32)), 0)
        return [p.detach() - q for p, q in zip(task.network.parameters(), before, strict=True)]

    usual, fast = moved(), moved(readout_lr=8.0)
    assert usual[-1].abs().max() > 0
    for a, b in zip(usual[:-2], fast[:-2], strict=True):
        assert torch.equal(a, b)
    for a, b in zip(usual[-2:], fast[-2:], strict=True):  # Weights and bias of the readouts.
        torch.testing.assert_close(b, 8 * a, rtol=1e-3, atol=1e-6)


def test_the_same_seed_gives_the_same_bits(images):
    first, again = (weights(train(small(), data=images)) for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    other = weights(train(small(seed=1), data=images))
    assert not torch.equal(
        first["readout.input_to_excitatory"], other["readout.input_to_excitatory"]
    )


@pytest.mark.parametrize(
    "settings",
    [{}, {"amp": True}, {"circuit": "balanced", "width": 0.2}],
    ids=["", "amp", "balanced"],
)
def test_a_run_that_was_stopped_goes_on_bit_for_bit(images, tmp_path, settings):
    config = small(**{"epochs": 3, "augment": True} | settings)
    whole = train(config, data=images, out=tmp_path / "whole", measure={"layers": 1})
    with pytest.raises(StopError):
        train(config, data=images, out=tmp_path / "cut", measure={"layers": 1}, watch=StopAt(1, 32))
    rest = train(config, data=images, out=tmp_path / "cut", measure={"layers": 1})
    wanted, got = weights(whole), weights(rest)
    assert all(torch.equal(wanted[name], got[name]) for name in wanted)
    assert rest.measures == whole.measures
    assert [row["loss"] for row in rest.history] == [row["loss"] for row in whole.history]


def test_a_checkpoint_of_another_circuit_is_refused(images, tmp_path):
    train(small(), data=images, out=tmp_path)
    with pytest.raises(InputError, match="--out must be empty or hold this run"):
        train(small(circuit="bn"), data=images, out=tmp_path)


def test_a_divisor_of_zero_is_said(images):
    """Without a stabiliser a black image divides 0 by 0."""
    black = np.zeros_like(images.train.images)
    black[::2] = images.train.images[::2]
    data = ImageDataset("mine", "synthetic", black, images.train.labels, images.train.classes)
    with pytest.raises(
        RunError, match=r"must stay finite, got .* try --stabiliser adaptive.* by 0"
    ):
        train(small(stabiliser="none", width=0.2), data=ImageSplits(data, images.test))


def test_a_silent_step_is_dann_s_end(images):
    """Narrow layers have steps without a spike, whose gradient 1e-8 divides, layer by layer."""
    config = small(circuit="dann", width=0.1, epochs=1)
    with pytest.raises(
        RunError, match=r"try --stabiliser adaptive, .* divided by 1e-08 .* --width"
    ):
        train(config, data=images)
    result = train(config.model_copy(update={"stabiliser": "adaptive"}), data=images)
    assert all(p.isfinite().all() for p in result.network.parameters())


@pytest.mark.parametrize("circuit", ["bn", "ei"])
def test_what_has_no_such_divisor_isn_t_told_of_one(images, circuit):
    config = small(circuit=circuit, width=0.2)
    assert DeepTask(config, divide(config, images)).remedy == "a smaller --lr"


def test_black_images_are_named(images):
    black = ImageDataset(
        "mine", "real", 0 * images.train.images, images.train.labels, images.train.classes
    )
    with pytest.raises(InputError, match=r"the input of layers\.1\.layer must have a spike"):
        train(small(), data=ImageSplits(black, images.test))


def test_evaluation_counts_exactly(images):
    """Whatever the batches are, and as the network's own spikes say."""
    network = train(small(epochs=1), data=images).network
    one, many = (evaluate(network, images.test, n) for n in (1, 64))
    for name in ("samples", "correct", "spikes"):
        assert (getattr(one, name) == getattr(many, name)).all()
    assert one.samples.sum() == 40
    assert one.n_neurons == sum(len(m.bias) for m in network.modules() if hasattr(m, "bias"))
    spikes = []
    hooks = [
        layer.register_forward_hook(lambda _m, _i, s: spikes.append(int(s.sum())))
        for layer in network.layers[1:]
    ]
    with torch.no_grad():
        scores = network.eval()(images.test.batch(slice(0, 40))[0])
    for hook in hooks:
        hook.remove()
    assert sum(spikes) == many.spikes.sum()
    right = scores.argmax(dim=1).numpy() == images.test.labels
    assert many.accuracy == pytest.approx(right.mean())


def test_a_look_leaves_the_network_alone(images):
    network = train(small(circuit="bn", epochs=1), data=images).network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    for k, p in enumerate(network.parameters()):
        p.grad = torch.full_like(p, k) if k % 2 else None
    rows = look(network, *images.train.batch(slice(0, 32)))
    assert all(torch.equal(before[k], v) for k, v in network.state_dict().items())
    for k, p in enumerate(network.parameters()):
        assert (p.grad is None) if k % 2 == 0 else bool((p.grad == k).all())
    assert [row["excitatory_mean"] for row in rows] == [None] * 7
    assert [row["expected_std"] for row in rows] == [None] * 7
    # What batch norm is for.
    assert all(row["integrated_std"] == pytest.approx(1, rel=0.1) for row in rows)
    assert all(0 <= row["spikes_per_step"] <= 1 for row in rows)


def test_no_epochs_leave_the_start(images, tmp_path):
    config = small(epochs=0, width=0.2)
    measure = {"layers": 1, "currents": 1}
    result = train(config, data=images, out=tmp_path, measure=measure)
    assert [row["epoch"] for row in result.history] == [-1]
    task = DeepTask(config, divide(config, images))
    task.begin()
    wanted = task.network.state_dict()
    assert all(torch.equal(wanted[name], value) for name, value in weights(result).items())
    assert result.summary()["loss"] == []
    assert (tmp_path / "result.json").exists()
    again = train(config, data=images, out=tmp_path, measure=measure)
    assert again.measures == result.measures
    assert {row["epoch"] for row in again.measures["currents"]} == {-1}


def test_what_init_expects_of_a_layer(images):
    """By hand, of the first layer, which sees the pixels."""
    task = DeepTask(small(width=0.2), divide(small(), images))
    task.begin()
    inputs, labels = images.train.batch(slice(0, 64))
    row, *_ = look(task.network, inputs, labels)
    x = inputs.flatten(1).double()
    square, variance = x.square().mean(), x.var(dim=0, correction=0).mean()
    n_inhibitory = task.network.layers[1].layer.n_inhibitory
    share = (1 + 1 / n_inhibitory) * square / (square + variance)
    assert row["expected_std"] == pytest.approx(float(share.sqrt()), rel=1e-12)


def test_a_silent_layer_expects_nothing(images):
    network = train(small(epochs=0), data=images).network
    rows = look(network, 0 * images.train.batch(slice(0, 8))[0], torch.zeros(8, dtype=torch.int64))
    assert np.isnan(rows[0]["expected_std"])
    assert rows[0]["zero_divisors"] == 1


@pytest.mark.slow
def test_init_alone_sets_balance_and_spread(images):
    """What E-I Init promises for real images too: balance, and the spread of I_int."""
    task = DeepTask(small(width=1.0, init_samples=96), divide(small(), images))
    task.begin()
    rows = look(task.network, *images.train.batch(slice(0, 96)))
    assert all(0.8 < row["balance"] < 1.25 for row in rows)
    assert all(0.5 < row["integrated_std"] < 1.2 for row in rows)
    assert all(0.02 < row["spikes_per_step"] < 0.5 for row in rows)


@pytest.mark.parametrize("batch_size", [1, 95])
def test_batch_norm_needs_two_samples_in_every_batch(images, batch_size):
    config = small(circuit="bn", batch_size=batch_size, epochs=1)
    with pytest.raises(InputError, match="every batch of bn must be 2 samples or more, got"):
        train(config, data=images)


def test_batch_norm_drops_what_is_one_sample(images):
    result = train(small(circuit="bn", batch_size=5, epochs=1, drop_last=True), data=images)
    assert len(result.history) == 2


def test_recordings_are_not_augmented():
    frames = np.ones((8, 2, 2, 8, 8), np.uint16)
    data = FrameDataset("mine", "synthetic", frames, np.arange(8) % 2, ("a", "b"))
    with pytest.raises(InputError, match="augment must be off for recordings"):
        train(small(steps=2, augment=True), data=FrameSplits(data, data))


@pytest.mark.parametrize("optimizer", ["adam", "rprop", "rmsprop"])
def test_any_optimizer_trains(images, optimizer):
    result = train(small(optimizer=optimizer, epochs=1), data=images)
    assert np.isfinite(result.history[1]["loss"])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"optimizer": "adam", "momentum": 0.9}, "momentum must be 0 for adam, got 0.9"),
        ({"optimizer": "rprop", "weight_decay": 1e-3}, "weight_decay must be 0 for rprop"),
        ({"optimizer": "muon"}, "optimizer must be one that takes all weights, got 'muon'; "),
    ],
)
def test_optimizers_that_can_not_be(images, settings, said):
    if settings["optimizer"] not in map(str.lower, vars(torch.optim)):
        pytest.skip("torch has none of this name")
    with pytest.raises(InputError, match=said) as error:
        train(small(**settings), data=images)
    assert "\n" not in str(error.value)
