"""Write bundles atomically, read them only if every byte is as it was written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from uuid import uuid4

from claimclf.backends import BACKENDS
from claimclf.bundle.card import CARD_FILE, model_card
from claimclf.bundle.classifier import Classifier
from claimclf.bundle.hub import HUB_ID, download
from claimclf.bundle.integrity import hash_file, hash_files, verified
from claimclf.bundle.manifest import MANIFEST_FILE, Manifest
from claimclf.bundle.pinned import write_pinned
from claimclf.errors import BundleError, BundleNotFoundError, InputTypeError
from claimclf.numbers import check_count

SHIPPED = Path(__file__).parent.parent / "shipped"
"""Where the bundles that come with the package are."""

_LIBRARIES = ("claimclf", "numpy", "onnxruntime", "scikit-learn", "tokenizers", "torch", "transformers")


def save(manifest: Manifest, write_model: Callable[[Path], dict[str, Any]], path: str | Path) -> Path:
    """Write a bundle; a killed save leaves the old bundle or none.

    Parameters
    ----------
    manifest : Manifest
        What is known before the files are written.
    write_model : callable
        Writes the model's files into the folder it is given and returns the settings for the manifest's ``model``.
    path : str or Path
        Where to; an existing bundle is replaced, anything else is not.

    Returns
    -------
    Path
        Where the bundle is.

    Raises
    ------
    BundleError
        If there is something at `path` that is no bundle.
    """
    path = Path(path)
    with replacing(path) as folder:
        settings = write_model(folder)
        manifest = replace(manifest, model={**manifest.model, **settings}, versions=versions())
        _seal(folder, manifest)
    return path


def rewrite(source: Classifier, path: str | Path, manifest: Manifest, change: Callable[[Path], None]) -> Classifier:
    """Write a copy of a bundle in which something is different.

    Parameters
    ----------
    source : Classifier
        The bundle, loaded.
    path : str or Path
        Where the copy goes; may be the folder of the bundle itself.
    manifest : Manifest
        What the copy says about itself; hashes are taken anew.
    change : callable
        Changes files in the folder that it is given, which holds all those of the bundle.

    Returns
    -------
    Classifier
        The copy, loaded.

    Raises
    ------
    BundleError
        If there is something at `path` that is no bundle.
    """
    with replacing(Path(path)) as folder:
        for file in source.parsed_manifest.files:
            shutil.copyfile(source.path / file, folder / file)
        change(folder)
        _seal(folder, manifest)
    return load(Path(path))


def copy_without(source: str | Path, path: str | Path, dropped: tuple[str, ...], name: str) -> Path:
    """Copy a bundle without some of its files: what is shipped needs no weights for torch.

    Parameters
    ----------
    source, path : str or Path
        From where to where.
    dropped : tuple of str
        Names of files to leave out.
    name : str
        The name of the copy.

    Returns
    -------
    Path
        Where the copy is.
    """
    source, path = Path(source), Path(path)
    manifest = verified(source)
    kept = {file: digest for file, digest in manifest.files.items() if file not in dropped}
    with replacing(path) as folder:
        for file in kept:
            shutil.copyfile(source / file, folder / file)
        manifest = replace(manifest, name=name)
        (folder / CARD_FILE).write_text(model_card(manifest), "utf-8")
        replace(manifest, files={**kept, CARD_FILE: hash_file(folder / CARD_FILE)}).write(folder)
    return path


def load(bundle: str | Path = "default", *, threads: int | None = None) -> Classifier:
    """Load a bundle.

    Parameters
    ----------
    bundle : str or Path, default "default"
        The name of a shipped bundle, a folder, or the id of a repository on the Hugging Face Hub: ``owner/name``, or
        ``owner/name@revision`` for a branch, tag or commit of it. A bundle on the Hub is downloaded (nothing else ever
        is) and kept, so that it loads without network too; for a private one, log in (``hf auth login``).
    threads : int, optional
        Threads to compute with, by default one per core.

    Returns
    -------
    Classifier
        Ready to predict.

    Raises
    ------
    BundleNotFoundError
        If there is no such bundle.
    BundleError
        If a file is missing or changed, or the format is unknown.
    InputError
        If `bundle` is no name, or there are less than one of `threads`.

    Examples
    --------
    >>> load("baseline").manifest["kind"]
    'baseline'
    """
    if threads is not None:
        check_count("threads", threads)
    folder = locate(bundle)
    return open_bundle(folder, verified(folder), threads=threads)


def locate(bundle: str | Path) -> Path:
    """Find the folder of a bundle, downloading it if a hub id is given.

    Parameters
    ----------
    bundle : str or Path
        As in :func:`load`.

    Raises
    ------
    BundleNotFoundError
        If there is no such bundle.
    """
    if not isinstance(bundle, (str, Path)):
        raise InputTypeError(f"bundle: expected a name or a path, got {type(bundle).__name__}")
    if bundle in shipped_names():
        return SHIPPED / bundle
    folder = Path(bundle)
    with suppress(OSError, ValueError):  # a name that no file system takes is no folder's
        if folder.exists():
            return folder
    if isinstance(bundle, str) and HUB_ID.fullmatch(bundle):
        return download(bundle)
    raise BundleNotFoundError(
        f"{bundle}: no such bundle; expected a folder, a hub id 'owner/name' or one of: {', '.join(shipped_names())}"
    )


def shipped_names() -> list[str]:
    """Return the names of the bundles that come with the package."""
    names = (manifest.parent.name for manifest in SHIPPED.glob(f"*/{MANIFEST_FILE}"))
    return sorted(name for name in names if not name.startswith("."))


def open_bundle(folder: Path, manifest: Manifest, *, threads: int | None = None) -> Classifier:
    """Make a classifier of a folder whose manifest is known; its hashes are not checked."""
    if manifest.kind not in BACKENDS:
        raise BundleError(f"{folder}: kind {manifest.kind!r} is unknown; expected one of {', '.join(BACKENDS)}")
    try:
        backend = BACKENDS[manifest.kind].load(folder, manifest.model, threads=threads)
    except KeyError as error:
        raise BundleError(f"{folder}: {MANIFEST_FILE} lacks {error}") from error
    return Classifier(folder, manifest, backend)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` to write into that takes its place if all goes well."""
    if path.exists() and not (path / MANIFEST_FILE).is_file():
        raise BundleError(f"{path}: exists and is no bundle; give another path or remove it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
    old = path.with_name(f"{folder.name}.old")
    folder.mkdir()
    try:
        yield folder
        for file in folder.iterdir():
            with file.open("r+b") as written:  # Windows flushes only what may be written
                os.fsync(written.fileno())
        replaced = path.exists()
        if replaced:
            path.rename(old)
        try:
            folder.rename(path)
        except OSError:
            if replaced:
                old.rename(path)
            raise
    finally:
        for rest in (folder, old):
            shutil.rmtree(rest, ignore_errors=True)


def _seal(folder: Path, manifest: Manifest) -> None:
    """Pin texts with their decisions, write the card, and name every file with its hash in the manifest."""
    write_pinned(open_bundle(folder, manifest), folder)
    (folder / CARD_FILE).write_text(model_card(manifest), "utf-8")
    replace(manifest, files=hash_files(folder)).write(folder)


def versions() -> dict[str, str]:
    """Return the versions of the libraries that a bundle's decisions may depend on, as far as they are installed."""
    found = {}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
