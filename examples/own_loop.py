"""The same parts in a training loop of one's own, in the way that PyTorch users know."""

import torch

import eccles
from eccles.engines import engine

train, test = eccles.data.load("fashion-mnist-sample")
hidden = eccles.Populations.parse("80:20", 100)
network = eccles.EINetwork(train.events.n_units, hidden, train.n_classes, seed=0)
network.engine = engine("auto", neuron=network.neuron, density=train.events.density)
optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
loader = torch.utils.data.DataLoader(
    train,
    batch_size=256,
    shuffle=True,
    generator=torch.Generator().manual_seed(0),
    collate_fn=eccles.SpikeDataset.collate,
)

for epoch in range(2):
    for events, labels in loader:
        optimizer.zero_grad()
        loss = network.loss(events, labels)
        loss.backward()
        optimizer.step()
        network.project()
    print(f"epoch {epoch}: accuracy {eccles.evaluate(network, test).accuracy:.3f}")
