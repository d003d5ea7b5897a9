"""Check a labelled corpus for what makes a model look better than it is."""

from claimclf.checks.corpus import check_corpus
from claimclf.checks.findings import Finding, Status

__all__ = ["Finding", "Status", "check_corpus"]
