"""What values of a type are called in a sentence, and how to get one."""

from __future__ import annotations

_CALLED = {
    "Module": "a module of torch",
    "ndarray": "an array of numpy",
    "DataFrame": "a DataFrame of pandas",
    "Tensor": "a tensor of torch",
    "Generator": "a random generator of numpy",
    "Decays": "constants with alpha and beta",
    "Engine": "an engine",
    "PoolEngine": "an engine of any network",
    "Surrogate": "a surrogate's derivative",
    "Watcher": "what has a watcher's methods",
    "SweepWatcher": "what has a watcher's methods",
}
_MADE_BY = {
    "Populations": 'Populations.parse("80:20", 100) makes one',
    "SpikeDataset": 'eccles.data.load("fashion-mnist-sample").train is one',
    "Splits": 'eccles.data.load("fashion-mnist-sample") gives one, to train and to test on',
    "SpikeEvents": "SpikeEvents.from_dense makes one of a raster",
    "TrainConfig": 'TrainConfig(ei="80:20") is one; a module of torch is passed as network=',
    "Module": "a Network is passed as TrainConfig(network=...)",
    "EINetwork": "it is a network of one hidden layer",
    "StudyFolder": "eccles.load(folder) gives the tables of a study",
    "LIFParameters": "LIFParameters() is one",
    "Decays": "LIFParameters() is one",
    "Network": "eccles.network.layered() is one",
    "SoftResetParameters": "SoftResetParameters() is one",
    "Layers": "eccles.nn.circuit_layers makes one",
    "DataFrame": "a study's tables give such, as eccles.load(folder).runs",
    "Binning": "eccles.data.Binning() is one",
    "Engine": "eccles.engines.DenseEngine() is one",
    "Surrogate": "eccles.functional.SuperSpike(100) is one",
    "Neuron": "eccles.functional.LIF() is one",
    "Watcher": "eccles.training.watch says which",
    "SweepWatcher": "eccles.sweeps.watch says which",
    "Tensor": "torch.as_tensor makes one of an array",
    "ndarray": "numpy.asarray makes one of a list",
    "Generator": 'eccles.seeds.stream(0, "mine") is one',
}


def called(kind: type) -> str:
    """Return what a value of a type is called.

    >>> called(int), called(object)
    ('an int', 'an object')
    """
    name = kind.__name__
    return _CALLED.get(name, f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}")


def made_by(kind: type) -> str:
    """Return how to get a value of a type, or an empty text."""
    return _MADE_BY.get(kind.__name__, "")
