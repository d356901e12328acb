"""Studies of the article as if they had been run: real plans and folders, made-up outcomes."""

import pandas as pd
import pytest

from eccles import studies
from eccles.studies.article import Article
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import write_parquet


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
        for name, rows in found.items():
            write_parquet(pd.DataFrame(rows), folder.table(name))
        return Article("kilgore2025", tmp_path / "article")

    return store


@pytest.fixture
def claim():
    """Return a function that gives a claim by its number."""
    from eccles.studies.kilgore2025.claims import CLAIMS

    return {claim.id: claim for claim in CLAIMS}.__getitem__
