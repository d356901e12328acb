"""Stored results of the article, and distances made by hand beside them."""

import json
from pathlib import Path

import pandas as pd
import pytest

from eccles.studies.article import Article
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.tables import load, write_parquet

STORED = Path(__file__).parents[3] / "results/kilgore2025"


@pytest.fixture(scope="session")
def with_distances(tmp_path_factory):
    """Return the article with distances made by hand beside real runs: I-I is always largest."""
    source, target = load(STORED / "fashion-mnist"), tmp_path_factory.mktemp("distances") / "main"
    target.mkdir()
    described = json.loads((source.folder / "study.json").read_text())
    described["study"]["measure"] = {"weights": 30, "distances": 30}
    (target / "study.json").write_text(json.dumps(described))
    # With another measure they are other runs, in the same order.
    planned = [run.identity for run in plan(StudyFolder(target).read()).runs]
    write_parquet(source.runs.assign(run=planned), target / "runs.parquet")
    rows = [
        {"run": run, "epoch": epoch, "pair": pair, "tau": 0.001, "samples": "all"}
        | {"discrete": size + k / 1000}
        for k, run in enumerate(planned)
        for epoch in (-1, 29)
        for pair, size in (("E-E", 1.0), ("E-I", 2.0), ("I-I", 3.0))
    ]
    write_parquet(pd.DataFrame(rows), target / "distances.parquet")
    return Article("kilgore2025", target.parent)
