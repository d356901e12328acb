"""Pictures of studies from their tables, each with the numbers behind it.

A function takes DataFrames and returns a `Drawing`, which `save` writes as svg, pdf, png and csv.
"""

from __future__ import annotations

from eccles.exports import public as _public
from eccles.figures.accuracy_by_rate import accuracy_by_rate as accuracy_by_rate
from eccles.figures.activity_by_class import activity_by_class as activity_by_class
from eccles.figures.activity_by_epoch import activity_by_epoch as activity_by_epoch
from eccles.figures.animation import Film as Film
from eccles.figures.animation import activity_film as activity_film
from eccles.figures.by_setting import by_setting as by_setting
from eccles.figures.changes import accuracy_by_change as accuracy_by_change
from eccles.figures.currents import currents_film as currents_film
from eccles.figures.distances import distance_violins as distance_violins
from eccles.figures.drawing import Drawing as Drawing
from eccles.figures.fitted_pulses import fitted_pulses as fitted_pulses
from eccles.figures.histograms import update_distributions as update_distributions
from eccles.figures.layers import layer_statistics as layer_statistics
from eccles.figures.learning_curves import learning_curves as learning_curves
from eccles.figures.noise import accuracy_by_noise as accuracy_by_noise
from eccles.figures.noise import accuracy_differences as accuracy_differences
from eccles.figures.portrait import portrait as portrait
from eccles.figures.pulses import pulses as pulses
from eccles.figures.raster import raster as raster
from eccles.figures.run import run_drawings as run_drawings
from eccles.figures.starts import layers_by_start as layers_by_start
from eccles.figures.variants import accuracy_by_variant as accuracy_by_variant
from eccles.figures.wiring import wiring as wiring

__all__ = _public(globals())
