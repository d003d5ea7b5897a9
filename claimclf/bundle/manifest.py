"""``manifest.json``: everything about a bundle that is not a weight."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.decision.calibration import Calibration
from claimclf.errors import BundleError, BundleNotFoundError
from claimclf.text import NORMALISER_VERSION

MANIFEST_FILE = "manifest.json"

FORMAT_VERSION = 1
"""Raised when a bundle written by this version could be misread by an older one.

To raise it: keep reading the old format in :meth:`Manifest.from_dict`, and add a bundle of the old format to
``tests/data`` so that it keeps loading.
"""


@dataclass(frozen=True)
class Manifest:
    """What a bundle says about itself.

    Attributes
    ----------
    name : str
        Appears as ``Prediction.model``.
    kind : str
        ``transformer``, ``baseline`` or ``cascade``: which backend runs it.
    labels : tuple of str
        The label order.
    definitions : dict of str to str
        One sentence a label; may be empty for labels without one.
    calibration : Calibration
        From logits to probabilities to decisions.
    model : dict
        What the backend needs besides its files (sequence length, pooling, vectorisers …).
    base : dict
        Hub id and sha256 of the pretrained model; empty without one.
    training : dict
        Data sha256, number of texts, seed, parameters.
    metrics : dict
        Figures of held-out texts, and what they are.
    versions : dict of str to str
        Library versions that it was trained with.
    files : dict of str to str
        sha256 of every other file of the bundle, by name.
    normaliser_version, format_version : int
        Which normaliser and which layout.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    definitions: dict[str, str]
    calibration: Calibration
    model: dict[str, Any]
    base: dict[str, str] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    normaliser_version: int = NORMALISER_VERSION
    format_version: int = FORMAT_VERSION

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, with the calibration spelled out per label."""
        entries = asdict(self)
        del entries["calibration"]
        entries["labels"] = [
            {
                "name": label,
                "definition": self.definitions.get(label, ""),
                "slope": self.calibration.slope[column],
                "intercept": self.calibration.intercept[column],
                "threshold": self.calibration.threshold[column],
            }
            for column, label in enumerate(self.labels)
        ]
        del entries["definitions"]
        if self.calibration.exclusive:
            entries["exclusive"] = True
        return {"format_version": entries.pop("format_version"), **entries}

    @classmethod
    def from_dict(cls, entries: dict[str, Any]) -> Manifest:
        """Check and read what :meth:`to_dict` wrote.

        Parameters
        ----------
        entries : dict
            The content of ``manifest.json``.

        Raises
        ------
        BundleError
            If the format or normaliser version is unknown or an entry is missing or of the wrong type.
        """
        version = entries.get("format_version")
        if version != FORMAT_VERSION:
            raise BundleError(
                f"format version {version!r} is unknown; this claimclf reads {FORMAT_VERSION}: install a newer release"
            )
        if entries.get("normaliser_version") != NORMALISER_VERSION:
            raise BundleError(
                f"normaliser version {entries.get('normaliser_version')!r} is unknown; "
                f"this claimclf has {NORMALISER_VERSION}"
            )
        try:
            values = dict(entries)
            labels, exclusive = values.pop("labels"), bool(values.pop("exclusive", False))
            if not isinstance(values["files"], dict) or not isinstance(values["model"], dict):
                raise TypeError("files and model must be objects")
            return cls(
                **values,
                labels=tuple(str(label["name"]) for label in labels),
                definitions={label["name"]: label["definition"] for label in labels if label["definition"]},
                calibration=Calibration(
                    slope=tuple(float(label["slope"]) for label in labels),
                    intercept=tuple(float(label["intercept"]) for label in labels),
                    threshold=tuple(float(label["threshold"]) for label in labels),
                    exclusive=exclusive,
                ),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BundleError(f"{MANIFEST_FILE}: an entry is missing or wrong ({error})") from error

    def write(self, folder: Path) -> None:
        """Write ``manifest.json``.

        Parameters
        ----------
        folder : Path
            An existing folder.
        """
        text = json.dumps(plain(self.to_dict()), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / MANIFEST_FILE).write_text(text + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read ``manifest.json``.

        Parameters
        ----------
        folder : Path
            The bundle.

        Raises
        ------
        BundleNotFoundError
            If there is none.
        BundleError
            If it is not what :meth:`write` writes.
        """
        path = folder / MANIFEST_FILE
        try:
            entries = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise BundleNotFoundError(f"{folder}: no bundle here ({MANIFEST_FILE} is missing)") from error
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise BundleError(f"{path}: cannot be read ({error})") from error
        if not isinstance(entries, dict):
            raise BundleError(f"{path}: expected a JSON object")
        try:
            return cls.from_dict(entries)
        except BundleError as error:
            raise BundleError(f"{folder}: {error}") from error


def plain(value: Any) -> Any:
    """Make what JSON does not know plain: numbers and arrays of numpy by value; paths, infinity and others by name.

    Parameters
    ----------
    value : object
        Such as the parameters of an estimator.

    Examples
    --------
    >>> plain({"labels": np.array(["tax"]), "C": float("inf"), "seed": np.int64(1), "base": Path("a")})
    {'labels': ['tax'], 'C': 'inf', 'seed': 1, 'base': 'a'}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, (np.generic, np.ndarray)):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    known = value is None or isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value))
    return value if known else str(value)
