"""What is special to Liu et al. 2026, arXiv 2509.23253: deep networks of E-I circuits."""

from eccles.studies.article_contents import Contents

CONTENTS = Contents(
    "liu2026",
    "Deep networks without normalisation: the claims of Liu et al. 2026",
    "Liu, Ding and Yu train deep spiking networks whose layers are circuits of excitatory and "
    "inhibitory units, without any normalisation: Training Deep Normalization-Free Spiking Neural "
    "Networks with Lateral Inhibition, ICLR 2026, arXiv 2509.23253. Here are this project's own "
    "runs, on Fashion-MNIST and with budgets that fit a laptop, and what they say of each claim.",
)
