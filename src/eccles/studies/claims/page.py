"""Findings as a person reads them: a Markdown page, and a line that counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eccles.studies.claims.claim import Claim
from eccles.studies.claims.finding import Finding, Verdict

Judged = Sequence[tuple[Claim, Finding]]


def tally(judged: Judged) -> str:
    """Return how many claims got which verdict."""
    verdicts = [finding.verdict for _, finding in judged]
    return ", ".join(f"{verdicts.count(each)} {each}" for each in Verdict)


def markdown(judged: Judged, pictures: Mapping[str, str] | None = None) -> str:
    """Return Markdown: a table with a line a claim, what it counts to, and a section a claim.

    What the article's own rule gives has a column where any claim has such a rule.

    Args:
        judged: claims with what was found.
        pictures: paths of pictures by the names of figures (default: a page without).
    """
    shown: dict[str, str] = {}
    both = any(finding.verdict_as_published for _, finding in judged)
    lines = [
        "| | the claim in short | verdict | in a number | parts that hold |"
        + " as published |" * both,
        "| --- | --- | --- | --- | --- |" + " --- |" * both,
    ]
    for claim, finding in judged:
        told = finding.parts and finding.verdict != Verdict.NOT_TESTABLE
        parts = f"{finding.held} of {finding.parts}" if told else ""
        number = finding.number if told else ""
        published = finding.verdict_as_published or ""
        short = f"[{_cell(claim.short)}](#claim-{claim.id})"
        cells = (claim.id, short, f"**{finding.verdict}**", number, parts, published)
        lines.append(f"| {' | '.join(cells if both else cells[:-1])} |")
    lines += ["", f"{tally(judged)}."]
    for claim, finding in judged:
        lines += ["", f"## Claim {claim.id}", "", f"{claim.statement} **{finding.verdict}**"]
        published = finding.as_published or ""
        if finding.verdict_as_published is not None:
            published = f"*{finding.verdict_as_published}*: {published}"
        path = (pictures or {}).get(claim.figure, "")
        earlier = shown.get(path)
        if path and earlier is None:
            shown[path] = claim.id
            lines += ["", f"![{_cell(claim.short)}]({path})"]
        said = {
            "Here": finding.ours,
            "As published": published,
            "Rule": claim.rule,
            "Note": finding.note,
            "Figure": f"that of [claim {earlier}](#claim-{earlier})" if earlier else "",
        }
        lines += ["", *(f"- {name}: {text}" for name, text in said.items() if text)]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
