"""Draw what the cochlea makes of two words, from the packaged sample of spoken digits.

python docs/cochleagram.py docs/images/cochleagram.png
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import eccles.data
from eccles.data.audio.cochlea import Cochlea
from eccles.data.spikes.hdf5 import read

SAMPLE = Path(eccles.data.__file__).parent / "samples" / "spoken-digits-sample-train.h5.gz"
WORDS = ("seven", "sieben")


def main(picture):
    """Draw the first recording of each word."""
    recordings = read(SAMPLE)
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="constrained")
    for axis, word in zip(axes, WORDS, strict=True):
        sample = recordings.labels.tolist().index(recordings.keys.index(word))
        own = slice(recordings.offsets[sample], recordings.offsets[sample + 1])
        voice = recordings.info["voice"][recordings.speakers[sample]]
        times, units = recordings.times[own], recordings.units[own]
        axis.plot(times, units, ",", color="black", alpha=0.7)
        axis.set_title(f"“{word}”, voice {voice}, {len(times):,} spikes", fontsize=10)
        axis.set_xlabel("time (s)")
        axis.set_xlim(0, 0.9)
    axes[0].set_ylabel("unit")
    axes[0].set_ylim(699, 0)
    hertz = axes[1].secondary_yaxis("right")
    frequencies = Cochlea().frequencies
    places = range(0, 700, 100)
    hertz.set_yticks(places, [f"{frequencies[place]:,.0f}" for place in places])
    hertz.set_ylabel("centre frequency (Hz)")
    figure.savefig(picture, dpi=130, metadata={"Software": None})


if __name__ == "__main__":
    main(sys.argv[1])
