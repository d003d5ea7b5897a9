"""Bundles: one folder with everything that a decision depends on."""

from claimclf.bundle.classifier import Classifier
from claimclf.bundle.manifest import FORMAT_VERSION, Manifest
from claimclf.bundle.pinned import Verification, verify
from claimclf.bundle.recalibration import recalibrate, recalibrate_from
from claimclf.bundle.store import SHIPPED, copy_without, load, locate, save, shipped_names
from claimclf.bundle.trail import provenance

__all__ = [
    "FORMAT_VERSION",
    "SHIPPED",
    "Classifier",
    "Manifest",
    "Verification",
    "copy_without",
    "load",
    "locate",
    "provenance",
    "recalibrate",
    "recalibrate_from",
    "save",
    "shipped_names",
    "verify",
]
