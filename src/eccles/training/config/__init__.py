"""What a training run is: one configuration for every network.

`TrainConfig` is the whole. Its settings stand by whom they are for: all runs (`shared`), spiking
networks in time (`timed`, and the `network` itself), deep networks of E-I circuits (`deep`). What
is "auto" is filled in by `auto`.
"""

from eccles.training.config.recipes import recipe as recipe
from eccles.training.config.shared import SHALLOW as SHALLOW
from eccles.training.config.shared import Model as Model
from eccles.training.config.train_config import TrainConfig as TrainConfig
from eccles.training.config.train_config import names_of as names_of
from eccles.training.config.train_config import of_others as of_others
