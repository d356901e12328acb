"""Statistics of a study of ratios: tables in, tables out, n always with them.

What the article did (`published`) stands beside what paired values ask for. pandas, and for power
and Holm's correction statsmodels, come with `pip install 'eccles[report]'`.
"""

from __future__ import annotations

from eccles.exports import public as _public
from eccles.stats.categories import CategoryComparison as CategoryComparison
from eccles.stats.categories import compare_categories as compare_categories
from eccles.stats.cells import compare_cells as compare_cells
from eccles.stats.correction import holm as holm
from eccles.stats.intervals import bootstrap_interval as bootstrap_interval
from eccles.stats.intervals import confidence_interval as confidence_interval
from eccles.stats.intervals import interval_method as interval_method
from eccles.stats.intervals import student_interval as student_interval
from eccles.stats.pairs import SignedRank as SignedRank
from eccles.stats.pairs import differences as differences
from eccles.stats.pairs import signed_rank as signed_rank
from eccles.stats.pairs import smallest_p as smallest_p
from eccles.stats.power import seeds_needed as seeds_needed
from eccles.stats.reference import compare_to_reference as compare_to_reference
from eccles.stats.summary import summary as summary
from eccles.stats.tables import category_table as category_table
from eccles.stats.tables import markdown as markdown
from eccles.stats.wording import interval_cell as interval_cell
from eccles.stats.wording import p_cell as p_cell
from eccles.stats.wording import p_text as p_text
from eccles.stats.wording import stars as stars

__all__ = _public(globals())
