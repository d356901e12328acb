"""The whole model of Kilgore et al. 2025 in plain PyTorch, to read and to check Eccles against.

Only the data comes from Eccles. The test of this example holds every number that it prints to
what `eccles.train` gives for the same weights and batches.
"""

import math

import torch

import eccles

T, INPUTS, HIDDEN, EXCITATORY, CLASSES = 100, 784, 100, 80, 10
ALPHA, BETA = math.exp(-1 / 5), math.exp(-1 / 10)  # tau_syn 5 ms, tau_mem 10 ms, steps of 1 ms


class Spike(torch.autograd.Function):
    """A step forward, the SuperSpike surrogate backward."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).float()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad / (100 * x.abs() + 1) ** 2


def loss_of(x, labels, w1, w2):
    """Max-over-time cross-entropy of input spikes x [T, B, 784]."""
    batch = x.shape[1]
    i, v = torch.zeros(batch, HIDDEN), torch.zeros(batch, HIDDEN)
    j, o = torch.zeros(batch, CLASSES), torch.zeros(batch, CLASSES)
    potentials = [o]
    for t in range(T):
        s = Spike.apply(v - 1)
        v = (BETA * v + i) * (1 - s.detach())  # the old current, then a hard reset
        i = ALPHA * i + x[t] @ w1
        o = BETA * o + j
        j = ALPHA * j + s @ w2
        potentials.append(o)
    peaks = torch.stack(potentials).max(dim=0).values
    return torch.nn.functional.cross_entropy(peaks, labels)


def main(steps=3, batch_size=64):
    """Take a few training steps and return their losses."""
    train = eccles.data.load("fashion-mnist-sample").train
    start = eccles.EINetwork(INPUTS, eccles.Populations(EXCITATORY, HIDDEN - EXCITATORY), CLASSES)
    w1, w2 = (w.detach().clone().requires_grad_() for w in start.weights)
    losses = []
    for step in range(steps):
        events, labels = train.batch(slice(step * batch_size, (step + 1) * batch_size))
        loss = loss_of(events.to_dense(), labels, w1, w2)
        loss.backward()
        with torch.no_grad():
            for w in (w1, w2):
                w -= 0.01 * w.grad
                w.grad = None
            w1.clamp_(min=0)  # all inputs excite
            w2[:EXCITATORY].clamp_(min=0)
            w2[EXCITATORY:].clamp_(max=0)
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    print(main())
