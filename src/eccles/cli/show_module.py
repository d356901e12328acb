"""What `eccles show` says of a run of a module of one's own: no file says its wiring."""

from __future__ import annotations

import json as json_format
from pathlib import Path

from eccles.network.signs import implied
from eccles.training.run.stored import read_run


def print_module(folder: Path, *, json: bool = False) -> None:
    """Print the groups and projections of a run's module, as its record has them.

    Raises InputError and RunError as `read_run` does.
    """
    from eccles.cli.plain_table import print_rows

    found = read_run(folder)
    facts = found.provenance.get("resolved", {})
    sizes, ties = facts.get("group_sizes", {}), facts.get("projections", {})
    if json:
        print(json_format.dumps({"groups": sizes, "projections": ties}))
        return
    print(found.name)
    rows = [(name, f"{n:,}", implied(name) or "free") for name, n in sizes.items()]
    print_rows(("group", "neurons", "sign"), rows)
    # A run of an earlier version has none on record.
    if ties:
        head = ("projection", "shape", "from excitatory", "from inhibitory")
        print_rows(
            head,
            [
                (name, f"{t['n_pre']:,} x {t['n_post']:,}", f"{t['excitatory']:,}",
                 f"{t['inhibitory']:,}")
                for name, t in ties.items()
            ],
        )  # fmt: skip
