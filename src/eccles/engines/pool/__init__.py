"""Engines of networks of any wiring: the plain equations, and the event kernels."""
