"""Studies of the article as if they had been run: real plans and folders, made-up outcomes."""

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from eccles import studies
from eccles.studies.article import Article
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.parquet import write_parquet
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import load

STORED = Path(__file__).parents[3] / "results/kilgore2025"


@pytest.fixture
def stored(tmp_path):
    """Return a function that stores a study with made-up tables, and returns the article.

    `tables` gets a run's settings, and returns {table: rows}; of "runs" one row, to which the
    settings are added; None for a run that hasn't been done.
    """

    def store(study, tables, *sets, scale="full"):
        asked = read_study(studies.find(f"kilgore2025/{study}"), scale, sets)
        made = plan(asked)
        found = {}
        for run in made.runs:
            config = made.config(run).resolved()
            settings = config.model_dump()
            populations = config.populations()
            given = tables(settings)
            for name, rows in (given or {}).items():
                for row in rows:
                    found.setdefault(name, []).append({"run": run.identity, **row})
            if given:
                counts = {
                    "n_excitatory": populations.n_excitatory,
                    "n_inhibitory": populations.n_inhibitory,
                }
                outcome = {"status": "done", "data_kind": "real", **counts, **found["runs"][-1]}
                found["runs"][-1] = {**settings, **outcome}
        folder = StudyFolder(tmp_path / "article" / study)
        folder.write(asked)
        frames = {name: pd.DataFrame(rows) for name, rows in found.items()}
        if frames:
            folder.put(
                {folder.table(name).name: partial(write_parquet, frames[name]) for name in frames}
            )
        return Article("kilgore2025", tmp_path / "article")

    return store


@pytest.fixture
def claim():
    """Return a function that gives a claim by its number."""
    from eccles.studies.kilgore2025.claims import CLAIMS

    return {claim.id: claim for claim in CLAIMS}.__getitem__


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
