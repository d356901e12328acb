"""The scripts of a page: charts, their data, and the libraries that draw them."""

from __future__ import annotations

import json
from pathlib import Path

from eccles.report.explorer import Explorer
from eccles.report.extra import check_installed

_HOME = Path(__file__).parent


def scripts(explorer: Explorer) -> str:
    """Return elements that draw the explorer: data as JSON, Vega, and what starts it.

    Charts are compiled from Vega-Lite to Vega here, which every opening of the page would do again.

    Raises InputError where the report's packages aren't installed.
    """
    check_installed()
    import vl_convert

    charts = {
        "wide": vl_convert.vegalite_to_vega(explorer.wide),
        "narrow": vl_convert.vegalite_to_vega(explorer.narrow),
        "datasets": explorer.datasets,
    }
    # A text in the data mustn't end the element that holds it.
    data = json.dumps(charts, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    # The type stub lacks the parameter's default.
    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    bundle = bundle.replace("</script", "<\\/script")
    page = (_HOME / "page.js").read_text(encoding="utf-8")
    return (
        f'<script type="application/json" id="explorer-data">{data}</script>\n'
        "<!-- Vega, Vega-Lite, Vega-Embed and Vega-Tooltip: University of Washington Interactive "
        "Data Lab and contributors, BSD 3-clause licence -->\n"
        f"<script>{bundle}</script>\n<script>{page}</script>\n"
    )
