"""Findings as a person reads them: a Markdown table, and a line that counts them."""

from __future__ import annotations

from collections.abc import Sequence

from eccles.studies.claims.claim import Claim
from eccles.studies.claims.finding import Finding, Verdict

Judged = Sequence[tuple[Claim, Finding]]


def tally(judged: Judged) -> str:
    """Return how many claims got which verdict."""
    verdicts = [finding.verdict for _, finding in judged]
    return ", ".join(f"{verdicts.count(each)} {each}" for each in Verdict)


def markdown(judged: Judged) -> str:
    """Return a Markdown table with a row a claim, and the verdicts' rules below it."""
    lines = [
        "| | the article says | verdict | here | as published |",
        "| --- | --- | --- | --- | --- |",
    ]
    for claim, finding in judged:
        published = finding.as_published or "the same"
        if finding.verdict_as_published is not None:
            published = f"*{finding.verdict_as_published}*: {published}"
        elif not finding.ours:
            published = ""
        here = ". ".join(filter(None, [finding.ours, finding.note.removesuffix(".")]))
        cells = (claim.id, claim.statement, f"**{finding.verdict}**", here, published)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += [
        "",
        f"{tally(judged)}. A claim counts as reproduced by these rules, "
        "in which a cell is all seeds of a ratio at one initial scale or noise:",
        "",
    ]
    lines += [f"- {claim.id}: {claim.rule}" for claim, _ in judged]
    return "\n".join(lines)
