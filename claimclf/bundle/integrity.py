"""Is every byte of a bundle as it was written?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from claimclf.bundle.manifest import MANIFEST_FILE, Manifest
from claimclf.errors import BundleError

_READ = (".json", ".jsonl", ".onnx", ".safetensors")
"""Endings of files that decisions may depend on."""


def verified(folder: Path) -> Manifest:
    """Read the manifest of a bundle and check the files that it names.

    Parameters
    ----------
    folder : Path
        The bundle.

    Returns
    -------
    Manifest
        What the bundle says about itself.

    Raises
    ------
    BundleNotFoundError
        If there is no manifest.
    BundleError
        If a file is missing, changed or not named, or the manifest cannot be read.
    """
    manifest = Manifest.read(folder)
    for name, digest in manifest.files.items():
        file = folder / name
        if Path(name).name != name:
            raise BundleError(f"{folder}: {MANIFEST_FILE} names a file outside the bundle: {name!r}")
        if not file.is_file():
            raise BundleError(f"{folder}: {name} is missing; get the bundle again")
        if hash_file(file) != digest:
            raise BundleError(f"{folder}: {name} is not the file that was saved (its sha256 differs)")
    for file in folder.iterdir():
        if file.suffix in _READ and file.name not in (MANIFEST_FILE, *manifest.files):
            raise BundleError(
                f"{folder}: {MANIFEST_FILE} does not name {file.name}; get the bundle again, or remove it"
            )
    return manifest


def hash_files(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file in a folder, by name."""
    return {file.name: hash_file(file) for file in sorted(folder.iterdir())}


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
