"""Spikes: labelled events, recordings at times, how they are binned, and the mapped cache."""
