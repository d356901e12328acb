"""Train an 80:20 network on the sample that ships with Eccles, and look at what came of it."""

import eccles

config = eccles.TrainConfig(ei="80:20", tau_mem="10 ms", epochs=3, seed=1)
result = eccles.train(config)
print("accuracy before training and after each epoch:", result.accuracy)
print("last row of the history:", result.history[-1])
print(result.network.hidden, "neurons; all signs kept:", eccles.dale.check(result.network) is None)
