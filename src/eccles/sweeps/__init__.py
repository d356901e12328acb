"""Studies: a grid of runs from one file, done on one machine or a cluster, kept in tables."""

from __future__ import annotations

from eccles.sweeps.plan import Plan as Plan
from eccles.sweeps.plan import Planned as Planned
from eccles.sweeps.plan import plan as plan
from eccles.sweeps.study import Study as Study
from eccles.sweeps.study import read_study as read_study
