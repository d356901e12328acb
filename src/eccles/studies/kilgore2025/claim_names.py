"""What each claim is about, in a few words: for a table with a line a claim."""

from __future__ import annotations

SHORT = {
    "1": "over 80 % on Fashion-MNIST",
    "2": "best from a biological rate",
    "3": "50:50 only at low activity",
    "4": "100:0 over 80 % above 50 Hz",
    "5": "45 % on SHD, 100:0 worse",
    "6": "60 % at noise 0.3, 70 % at 0.2",
    "7": "best ratio at noise 0.2 to 0.6",
    "8": "E share: up in epoch 1, down",
    "9": "one spike, Pullover 10 x Sandal",
    "10": "distances E-E < E-I < I-I",
    "11": "distances above 1.5 on SHD alone",
}
"""A name for each claim, by its number: what it puts a number to, for the verdict is on that."""
