"""Reports: one HTML file with claims, figures, tables and an explorer, which opens offline.

`page` puts plain parts together; `explorer` makes charts of runs that a reader filters and follows.
"""

from __future__ import annotations

from eccles.exports import public as _public
from eccles.report.cells import cells as cells
from eccles.report.explorer import Explorer as Explorer
from eccles.report.explorer import explorer as explorer
from eccles.report.extra import check_installed as check_installed
from eccles.report.page import Claim as Claim
from eccles.report.page import Picture as Picture
from eccles.report.page import Table as Table
from eccles.report.page import page as page

__all__ = _public(globals())
