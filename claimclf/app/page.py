"""The page of the app."""

from __future__ import annotations

import secrets
from importlib.util import find_spec

from claimclf import pages
from claimclf.bundle import Classifier, provenance
from claimclf.documents import READERS


def app_page(classifier: Classifier, largest: int) -> str:
    """Write the page.

    Parameters
    ----------
    classifier : Classifier
        What predicts.
    largest : int
        Bytes of a document, at most.

    Returns
    -------
    str
        HTML. Its Content-Security-Policy, which the report shown in it inherits, also allows the script of reports and,
        by a number used once, the style of the one that is shown.
    """
    formats = ["html", "jsonl", "csv", *(["parquet"] if find_spec("pyarrow") else [])]
    values = {
        "settings": {"nonce": secrets.token_urlsafe(16), "largest": largest},
        "formats": formats,
        "endings": list(READERS),
        "labels": classifier.labels,
        "policy": classifier.policy,
        "provenance": provenance(classifier),
        "report_script_hash": pages.script_hash("document"),
    }
    return pages.render("app", values, feature="The app", extra="app")
