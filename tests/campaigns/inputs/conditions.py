"""Conditions of `--where`: one expression over columns, and nothing else."""

from __future__ import annotations

from pathlib import Path
from random import Random

from judge import Wrong
from mutate import edited, word

from inputs.kind import Input

_GOOD = (
    "ei = '80:20' AND seed < 1", "peak_accuracy < 0.2", "seed IN (0, 1)", "epoch BETWEEN 1 AND 3",
    "status = 'done' OR error IS NULL", "accuracy > 0.5 AND NOT (epoch = -1)", "true",
    "round(final_accuracy, 1) >= 0.5", "ei LIKE '8%'", "1", "seed % 2 = 0",
)  # fmt: skip
_HARM = (
    "true; COPY (SELECT 1) TO 'harm.txt'", "true; DROP TABLE runs", "true; ATTACH 'harm.db' AS h",
    "read_text('secret.txt') IS NOT NULL", "EXISTS (FROM read_csv('secret.txt'))", "1=1 UNION "
    "SELECT * FROM read_text('secret.txt')", "true; INSTALL httpfs", "true; LOAD httpfs",
    "true; SET enable_external_access = true", "true; PRAGMA database_list", "getenv('HOME') = ''",
    "true; EXPORT DATABASE 'harm'", "(SELECT count(*) FROM range(1000000000000)) > 0", "true --",
    "seed IN (SELECT unnest(range(10)))", "true) OR (true", "run = (SELECT content FROM "
    "read_text('secret.txt'))", "true; CALL pragma_version()", "FROM 'secret.txt'", "true; "
    "CREATE TABLE x AS SELECT 1", "regexp_matches(ei, '(a+)+$')", "repeat('a', 10000000000) = ei",
    "list_sum(range(100000000)) > 0", "current_setting('memory_limit') = ''",
)  # fmt: skip


class Conditions:
    """`--where`."""

    name = "conditions"

    def __init__(self, home: Path) -> None:
        from eccles import load

        self._tables = load(home / "studies" / "whole")
        self._secret = "a word that no result has"
        Path("secret.txt").write_text(self._secret, encoding="utf-8")
        self._sound = {p: p.read_bytes() for p in (home / "studies" / "whole").glob("*.[jp]*")}
        self._all = {
            name: {
                tuple(map(repr, row)) for row in self._tables.table(name).itertuples(index=False)
            }
            for name in ("runs", "epochs")
        }

    def draw(self, rng: Random) -> Input:
        kind = rng.random()
        if kind < 0.5:
            text = edited(rng, rng.choice(_GOOD))
        elif kind < 0.75:
            text = rng.choice(_HARM) if rng.random() < 0.4 else edited(rng, rng.choice(_HARM))
        elif kind < 0.9:
            joint = rng.choice((" AND ", " OR ", "; ", " ", ") OR (", ", "))
            text = joint.join(rng.choice((*_GOOD, *_HARM)) for _ in range(2))
        else:
            text = word(rng)
        table = rng.choice(("runs", "epochs"))

        def call() -> None:
            before = set(Path.cwd().iterdir())
            try:
                frame = self._tables.table(table, where=text)
                rows = {tuple(map(repr, row)) for row in frame.itertuples(index=False)}
                if not rows <= self._all[table]:
                    raise Wrong("a condition gives rows that the table hasn't")
            finally:
                made = set(Path.cwd().iterdir()) - before
                for path in made:
                    path.unlink()
                if made:
                    raise Wrong("a condition writes a file")
            if any(path.read_bytes() != data for path, data in self._sound.items()):
                raise Wrong("a condition changes a study")

        return Input(f"load(STUDY).table({table!r}, where={text!r})"[:3000], call)
