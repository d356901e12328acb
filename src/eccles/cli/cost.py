"""`eccles inspect --cost`: what a network's answers cost, in NeuroBench's counts."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eccles.interop import Cost, Energies

_WHY = "operations are counted of spikes that pass projections"
_COMPUTE = "of these operations alone: memory, transport and leakage take more"


def print_cost(
    run: Path | None,
    *,
    samples: int,
    data_dir: Path | None,
    energy: str | None,
    as_neurobench: bool,
    json: bool,
) -> None:
    """Print what the answers of a run's network cost.

    Args:
        run: the run's folder.
        samples: of the test set, to count on.
        data_dir: folder of the data set's files; searched for unless given.
        energy: name of a table of energies, for joules.
        as_neurobench: count MACs as NeuroBench does.
        json: print JSON.

    Raises InputError and RunError as `read_trained` does, and for a table that there isn't.
    """
    from eccles.interop import cost
    from eccles.interop.energies import table
    from eccles.training.measures.evaluation import evaluate
    from eccles.training.run.trained import read_trained, some

    energies = None if energy is None else table(energy)
    found = read_trained(run, "inspect", _WHY, data_dir)
    data = some(found.test, samples, "inspect")
    counted = cost(found.network, data.events, as_neurobench=as_neurobench)
    accuracy = evaluate(found.network, data).accuracy
    facts = _facts(counted, accuracy, energies)
    if json:
        told = {"run": str(found.run.folder), "kind": data.kind, "energy": energy}
        rows = {"projections": counted.projections, "groups": counted.groups}
        print(json_format.dumps({**told, **facts, **rows}))
        return
    print(f"{found.run.name}, after {found.epochs} epochs")
    print(f"a sample of {counted.n_steps:,} steps, in the mean of {len(data):,} test samples "
          f"({data.kind}); accuracy on them {accuracy:.2%}")  # fmt: skip
    _print(counted, facts)
    if energies is not None:
        print(
            f"energy    {facts['joules'] * 1e9:,.3g} nJ a sample by {energy} "
            f"({energies.source}), {_COMPUTE}"
        )


def _facts(counted: Cost, accuracy: float, energies: Energies | None) -> dict[str, Any]:
    from eccles.interop import joules

    kinds = ("dense", "acs", "macs")
    facts: dict[str, Any] = {
        "samples": counted.samples,
        "accuracy": accuracy,
        **{kind: counted.total(kind) for kind in kinds},
        "by_sign": {
            sign: {kind: counted.total(kind, sign) for kind in kinds} for sign in counted.signs
        },
        "activation_sparsity": counted.activation_sparsity(),
        "connection_sparsity": counted.connection_sparsity,
        "membrane_updates": sum(row["membrane_updates"] for row in counted.groups),
        "parameters": counted.parameters,
        "footprint": counted.footprint,
    }
    if energies is not None:
        facts["joules"] = joules(facts["macs"], facts["acs"], energies)
    return facts


def _print(counted: Cost, facts: dict[str, Any]) -> None:
    from eccles.cli.plain_table import print_rows

    print_rows(
        ("projection", "from", "events", "dense", "ACs", "MACs", "zeros"),
        [
            (row["projection"], row["from"], f"{row['events']:,.1f}", f"{row['dense']:,}",
             f"{row['acs']:,.0f}", f"{row['macs']:,.0f}", f"{row['connection_sparsity']:.1%}")
            for row in counted.projections
        ]
        + [
            ("all", sign, "", f"{own['dense']:,.0f}", f"{own['acs']:,.0f}", f"{own['macs']:,.0f}",
             "")
            for sign, own in facts["by_sign"].items()
        ]
        + [("all", "all", "", f"{facts['dense']:,.0f}", f"{facts['acs']:,.0f}",
            f"{facts['macs']:,.0f}", f"{facts['connection_sparsity']:.1%}")],
    )  # fmt: skip
    print_rows(
        ("group", "sign", "neurons", "spikes", "activation sparsity", "membrane updates"),
        [
            (row["group"], row["sign"], f"{row['neurons']:,}", f"{row['spikes']:,.1f}",
             f"{row['activation_sparsity']:.2%}", f"{row['membrane_updates']:,.0f}")
            for row in counted.groups
        ],
    )  # fmt: skip
    print(
        f"activation sparsity {facts['activation_sparsity']:.2%}, connection sparsity "
        f"{facts['connection_sparsity']:.2%}, {facts['parameters']:,} parameters, footprint "
        f"{facts['footprint']:,} bytes"
    )
