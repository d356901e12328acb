"""What an article claims, and what stored results say about it."""

from eccles.studies.claims.claim import Claim as Claim
from eccles.studies.claims.finding import Finding as Finding
from eccles.studies.claims.finding import Verdict as Verdict
from eccles.studies.claims.page import markdown as markdown
from eccles.studies.claims.page import tally as tally
