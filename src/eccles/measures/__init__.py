"""Measures of networks and of what they do: pure functions on arrays, exact and counted by hand."""

from __future__ import annotations

from eccles.exports import public as _public
from eccles.measures.activity import Intervals as Intervals
from eccles.measures.activity import active_fraction as active_fraction
from eccles.measures.activity import firing_rate as firing_rate
from eccles.measures.activity import interval_counts as interval_counts
from eccles.measures.activity import intervals as intervals
from eccles.measures.activity import percent_excitatory as percent_excitatory
from eccles.measures.activity import population_rate as population_rate
from eccles.measures.activity import spike_counts as spike_counts
from eccles.measures.activity import synchrony as synchrony
from eccles.measures.distances import category_means as category_means
from eccles.measures.distances import pair_means as pair_means
from eccles.measures.distances import van_rossum as van_rossum
from eccles.measures.distances import van_rossum_each as van_rossum_each
from eccles.measures.spectra import spectral_entropy as spectral_entropy
from eccles.measures.spectra import spectral_radius as spectral_radius
from eccles.measures.weights import weight_histogram as weight_histogram
from eccles.measures.weights import weight_statistics as weight_statistics

__all__ = _public(globals())
