"""Measure how near networks start to the rates that they are asked for, and print a table.

    python docs/rates.py fashion-mnist spoken-digits-sample

It takes some minutes on one core: four rates, three ratios and five seeds for each row.
"""

import sys
import time
from itertools import product

import eccles
from eccles.init import to_rate
from eccles.network import layered
from eccles.training.start import chosen

TARGETS, RATIOS, SEEDS = (0.1, 1.0, 5.0, 20.0), ("50:50", "80:20", "100:0"), range(5)


def start(data, recurrent, target, ratio, seed):
    """Return by which share a rate was missed, and the seconds of a processor that it took."""
    network = layered((100,), ei=ratio, recurrent=recurrent)
    config = eccles.TrainConfig(data=data.name, network=network, seed=seed)
    events = chosen(config, data)
    model = eccles.SpikingNetwork(network, events.n_units, data.n_classes, seed=seed)
    model.respond(events[:1])  # Kernels are compiled.
    began = time.process_time()
    to_rate(model, events, target)
    took = time.process_time() - began
    spikes = model.respond(events).spike_counts.double().mean().item()
    return abs(spikes / (events.n_steps * events.dt) / target - 1), took


def main(names):
    """Print a row for each data set, wiring and rate."""
    print("| data | wiring | rate | missed by at most | search took at most |")
    print("| --- | --- | --- | --- | --- |")
    for name, recurrent in product(names, (False, True)):
        train = eccles.data.load(name).train
        wiring = "recurrent" if recurrent else "feed-forward"
        for target in TARGETS:
            tried = [start(train, recurrent, target, *each) for each in product(RATIOS, SEEDS)]
            missed, took = (max(each) for each in zip(*tried, strict=True))
            print(
                f"| {name} | {wiring} | {target:g} Hz | {missed:.1%} | {took:.2f} s |", flush=True
            )


if __name__ == "__main__":
    main(sys.argv[1:])
