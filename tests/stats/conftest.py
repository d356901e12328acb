from pathlib import Path

import pytest

import eccles

STORED = Path(__file__).parents[2] / "results" / "kilgore2025" / "fashion-mnist"


@pytest.fixture(scope="session")
def stored():
    """608 real runs: four ratios, 19 initial scales, 8 seeds."""
    return eccles.load(STORED)
