"""What is special to Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7."""

from eccles.studies.article_contents import Contents

CONTENTS = Contents(
    "kilgore2025",
    "Excitatory to inhibitory ratio: the claims of Kilgore et al. 2025",
    "Kilgore, Kopsick, Ascoli and Adam asked which ratio of excitatory to inhibitory neurons lets "
    "a spiking network learn, from which initial firing rate, and under which update noise: "
    "Scientific Reports 15:24798 (2025), doi 10.1038/s41598-025-03408-7. Here are this project's "
    "own runs of those studies, and what they say about each claim.",
    {"spoken-digits": "shd", "spoken-digits-unbounded": "shd"},
)
