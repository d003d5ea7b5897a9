"""What a loaded bundle leaves on the predictions that it makes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from claimclf import __version__
from claimclf.bundle.classifier import Classifier
from claimclf.records import Provenance


def provenance(classifier: Classifier) -> Provenance:
    """Say which bundle decides, and how.

    Parameters
    ----------
    classifier : Classifier
        A loaded bundle, perhaps with a policy or a prior.

    Returns
    -------
    Provenance
        Names, levels and hashes.
    """
    changes = {"prior": classifier.prior, "thresholds": classifier.thresholds}
    asked: dict[str, Any] = {name: change for name, change in changes.items() if change}
    outcome: dict[str, Any] = asdict(classifier.calibration) if asked else {}
    if classifier.policy:
        outcome = asdict(classifier.policy)
        asked = {level: outcome[level] for level in ("precision", "omission", "confidence")}
    return Provenance(
        bundle=classifier.parsed_manifest.name,
        bundle_sha256=classifier.manifest_sha256,
        policy=json.dumps(asked, sort_keys=True) if asked else None,
        policy_sha256=_sha256(outcome) if asked else None,
        version=__version__,
    )


def _sha256(value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
