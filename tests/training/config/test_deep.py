import pytest
from pydantic import ValidationError

import eccles
from eccles import InputError, TrainConfig


def deep(**settings):
    return TrainConfig(**{"model": "vgg8", **settings})


def test_what_auto_becomes():
    config = deep().resolved()
    assert (config.model, config.circuit, config.lr, config.weight_decay) == (
        "vgg8",
        "ei",
        2e-3,
        5e-4,
    )
    assert (config.init, config.stabiliser, config.straight_through) == (
        "measured",
        "adaptive",
        True,
    )
    assert (config.warmup, config.augment, config.gradient_exponent) == (1.0, False, 1.0)
    assert deep(model="vgg19").resolved().lr == 1e-3
    assert deep(data="cifar10").resolved().augment
    assert not deep(data="cifar10-dvs").resolved().augment
    dann = deep(circuit="dann").resolved()
    assert (dann.init, dann.stabiliser, dann.straight_through) == ("dann", "epsilon", False)
    twin = deep(circuit="bn").resolved()
    assert (twin.lr, twin.weight_decay, twin.warmup, twin.init) == (0.1, 1e-4, 0, None)


def test_no_epochs_is_a_look_at_the_start():
    config = deep(epochs=0).resolved()
    assert (config.epochs, config.warmup) == (0, 0)
    with pytest.raises(InputError, match=r"epochs must be 0 or more, got -1"):
        deep(epochs=-1)


@pytest.mark.parametrize(
    ("optimizer", "momentum", "decay"),
    [("sgd", 0.9, 5e-4), ("rmsprop", 0.9, 5e-4), ("adam", 0, 5e-4), ("rprop", 0, 0)],
)
def test_momentum_and_l2_of_optimizers_that_have_them(optimizer, momentum, decay):
    config = deep(optimizer=optimizer).resolved()
    assert (config.momentum, config.weight_decay) == (momentum, decay)


@pytest.mark.parametrize(("data", "steps"), [("cifar10-dvs", 10), ("dvs-gesture", 16)])
def test_recordings_have_a_recipe_of_their_own(data, steps):
    """Liu et al. 2026: T, batch and learning rate; `docs/deep.md` has the table."""
    config = deep(data=data).resolved()
    assert (config.steps, config.batch_size, config.lr) == (steps, 32, 0.001)
    assert not config.augment
    twin = deep(data=data, circuit="bn").resolved()
    assert (twin.steps, twin.batch_size, twin.lr) == (steps, 32, 0.1)
    assert deep(data=data, steps=4).n_steps == 4
    assert (
        deep().n_steps,
        deep(data="folder").n_steps,
    ) == (4, 4)
    assert deep(steps=4).identity() == deep().identity()


def test_what_was_said_stays():
    config = deep(lr=0.5, warmup=0, init="prior", augment=True).resolved()
    assert (config.lr, config.warmup, config.init, config.augment) == (0.5, 0, "prior", True)


def test_an_identity_says_its_model():
    """A deep run with all defaults isn't the shallow run with all defaults."""
    assert deep().identity() != TrainConfig().identity()
    assert deep().identity() != deep(model="vgg11").identity()
    assert deep().identity() == deep(lr=2e-3, init="measured").identity()
    assert deep().identity() == deep(momentum=0.9).identity()
    # Of a run stored by an earlier version, whose momentum had to be said.
    adam = deep(optimizer="adam")
    assert adam.identity() == deep(optimizer="adam", momentum=0).identity()
    assert deep(stabiliser="none").identity() != deep().identity()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"circuit": "bn", "stabiliser": "none"}, "stabiliser must be left alone with bn"),
        ({"circuit": "plain", "init": "prior"}, "init must be left alone with plain"),
        ({"warmup": 11}, "warmup must be at most 10 epochs, got 11"),
        ({"circuits": "ei"}, "there is no setting 'circuits' (did you mean 'circuit'?)"),
        ({"model": "vgg9"}, "model must be"),
        ({"width": 0}, "width must be"),
        ({"ei": "80:20"}, "ei is a setting of a network of spiking neurons in time, which a deep"),
        ({"steps": 1001}, "steps must be from 1 to 1,000, got 1001"),
        ({"engine": "event"}, "engine must be one of auto, fused, equations, got 'event'"),
        ({"engine": "fused", "surrogate": "arctan"}, "engine must be auto or equations with"),
        ({"engine": "fused", "compiled": True}, "engine must be auto or equations with"),
    ],
)
def test_what_no_run_accepts(settings, said):
    with pytest.raises(InputError) as error:
        deep(**settings)
    assert str(error.value).startswith("train: ")
    assert said in str(error.value)


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        deep().epochs = 3


def test_the_former_name_works_and_says_the_new_one():
    with pytest.warns(DeprecationWarning, match=r"now eccles.TrainConfig\(model="):
        former = eccles.DeepConfig(width=0.5)
    assert former.identity() == deep(width=0.5).identity()
    assert former.model_dump() == deep(width=0.5).model_dump()


def test_circuits_that_keep_their_balance_have_a_recipe_of_their_own():
    config = deep(circuit="balanced").resolved()
    assert (config.optimizer, config.lr, config.momentum, config.weight_decay) == (
        "adam",
        0.003,
        0,
        0,
    )
    assert (config.tonic, config.balance, config.warmup) == (0.75, 0.2, deep().epochs / 30)
    assert (config.least_weight, config.readout_lr) == (0.05, 10.0)
    assert (deep().resolved().least_weight, deep().resolved().readout_lr) == (None, 1.0)
    assert deep(circuit="balanced", optimizer="sgd").resolved().momentum == 0.9
    assert (deep().resolved().tonic, deep().resolved().balance) == (None, None)
    for settings in ({"circuit": "balanced"}, {"balance": 0.2}):
        with pytest.raises(
            InputError, match=r"device_model must be left out with layers that keep"
        ):
            deep(device_model="ecram", **settings)
