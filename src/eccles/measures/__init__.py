"""Measures of networks and of what they do: pure functions on arrays, exact and counted by hand."""

from __future__ import annotations

from eccles.measures.weights import weight_statistics as weight_statistics
