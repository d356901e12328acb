"""What each claim is about, in a few words: for a table with a line a claim."""

from __future__ import annotations

SHORT = {
    "1": "over 80 % on Fashion-MNIST",
    "2": "best from a biological rate",
    "3": "50:50 only at low activity",
    "4": "100:0 learns from above 50 Hz",
    "5": "45 % on SHD, 100:0 worse",
    "6": "low ratios drop first under noise",
    "7": "inhibition helps under noise",
    "8": "excitatory share rises, then falls",
    "9": "one spike a neuron and sample",
    "10": "distances E-E < E-I < I-I",
    "11": "distances above 1.5 on SHD alone",
}
"""A name for each claim, by its number."""
