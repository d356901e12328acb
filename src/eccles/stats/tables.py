"""Tables for people: categories by group and state, and Markdown of any table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.stats.categories import compare_categories
from eccles.stats.frames import known_rows
from eccles.stats.wording import p_cell

if TYPE_CHECKING:
    import pandas as pd


@typed("stats")
def category_table(
    values: pd.DataFrame,
    *,
    group: str = "ei",
    state: str = "state",
    subject: str = "run",
    category: str = "pair",
    value: str = "discrete",
    order: Sequence[str] = ("E-E", "E-I", "I-I"),
) -> pd.DataFrame:
    """Return medians and tests of categories, a row a group and state, in the order they come.

    Columns: group, state; n, the subjects with a value in any category; the categories' medians;
    h and p_kruskal, as published; chi2, p_friedman and kendall_w, which keep a subject's values
    together; note. `compare_categories` says what they are.

    Args:
        values: a row a subject, state and category.
        group: column of groups, such as ratios.
        state: column of states, such as initial, successful and failed; a subject may be in
            several.
        subject: column whose values belong together.
        category: column of categories.
        value: column that is compared.
        order: the categories, which become columns.
    """
    rows = known_rows(values, [group, state, subject, category], value)
    import pandas as pd

    found: list[dict[str, Any]] = []
    for (name, of), chosen in rows.groupby([group, state], sort=False):
        chosen = chosen[chosen[category].isin(list(order))]
        result = compare_categories(
            chosen, subject=subject, category=category, value=value, order=order
        )
        found.append(
            {group: name, state: of, "n": chosen[subject].nunique()}
            | dict(zip(order, result.categories["median"], strict=True))
            | {"h": result.h, "p_kruskal": result.p_kruskal}
            | {"chi2": result.chi2, "p_friedman": result.p_friedman}
            | {"kendall_w": result.kendall_w, "note": result.note}
        )
    columns = [group, state, "n", *order, "h", "p_kruskal", "chi2", "p_friedman", "kendall_w"]
    return pd.DataFrame(found, columns=[*columns, "note"])


@typed("stats")
def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown: p values (columns p_...) as everywhere, other numbers to four
    digits, "-" for what isn't there.
    """
    names = [str(name) for name in table.columns]
    rows = table.itertuples(index=False, name=None)
    cells = ([_cell(name, x) for name, x in zip(names, row, strict=True)] for row in rows)
    return pipe_table(names, cells) + "\n"


def pipe_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return texts as a table of Markdown.

    >>> print(pipe_table(["ei", "n"], [["80:20", "8"]]))
    | ei | n |
    | --- | --- |
    | 80:20 | 8 |
    """
    names = list(head)
    return "\n".join(f"| {' | '.join(line)} |" for line in [names, ["---"] * len(names), *rows])


def fill_tables(page: str, table: Callable[[str], str]) -> str:
    """Return a page of Markdown with its tables written anew.

    A table stands between two lines, `<!-- table NAME -->` and `<!-- end -->`.

    Args:
        page: the page's text.
        table: what stands between them, by name.

    >>> print(fill_tables("<!-- table x -->\\nold\\n<!-- end -->", str.upper))
    <!-- table x -->
    X
    <!-- end -->
    """
    return _BETWEEN.sub(lambda found: f"{found[1]}{table(found[2])}\n{found[3]}", page)


_BETWEEN = re.compile(r"(<!-- table (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def _cell(name: str, value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return "-"
    if isinstance(value, float):
        if name.startswith("p_"):
            return p_cell(value)
        return str(int(value)) if value.is_integer() else f"{value:.4g}"
    return str(value).replace("|", "\\|")
