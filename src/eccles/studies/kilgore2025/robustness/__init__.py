"""Which of the article's conclusions survive choices that it didn't vary."""

from __future__ import annotations

from eccles.studies.kilgore2025.robustness.page import markdown as markdown
from eccles.studies.kilgore2025.robustness.page import spelt as spelt
from eccles.studies.kilgore2025.robustness.survival import RULES as RULES
from eccles.studies.kilgore2025.robustness.survival import conclusions as conclusions
from eccles.studies.kilgore2025.robustness.survival import results as results
from eccles.studies.kilgore2025.robustness.survival import survival as survival
from eccles.studies.kilgore2025.robustness.variants import choices as choices
from eccles.studies.kilgore2025.robustness.variants import variants as variants
from eccles.studies.kilgore2025.robustness.variants import w2_scales as w2_scales
