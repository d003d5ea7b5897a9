"""Fetch the files that references point to from their public repositories, and no more than those files.

Each repository is fetched at the named commit only: one commit deep (``--depth 1``), without file contents
(``--filter=blob:none``), and only the files that are needed are then checked out, in one batch
(``git sparse-checkout``).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from claimclf.data.references import text_hash
from claimclf.errors import DataError
from claimclf.records import Reference

DEFAULT_HOST = "https://github.com"

_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",  # a repository that has become private would otherwise wait for a password
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
}
_SAFE = ("-c", "core.symlinks=false", "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false")


class Found(NamedTuple):
    """What one repository gave.

    Attributes
    ----------
    repo : str
        ``owner/name``.
    texts : dict of str to str
        Text by sha256.
    vanished : dict of str to str
        Why, by id of the reference, for those whose text is no longer there.
    """

    repo: str
    texts: dict[str, str]
    vanished: dict[str, str]


def fetch_texts(
    references: Sequence[Reference], *, host: str = DEFAULT_HOST, timeout: float = 600, progress: bool = False
) -> Iterator[Found]:
    """Rebuild texts from public repositories, one repository and commit after the other.

    Parameters
    ----------
    references : sequence of Reference
        What to look up.
    host : str, default "https://github.com"
        What stands before ``/owner/name`` in a repository's address; a folder of repositories serves as well.
    timeout : float, default 600
        Seconds that one git command may take.
    progress : bool, default False
        Show a progress bar over repositories.

    Yields
    ------
    Found
        A text is only taken where its sha256 is the reference's: a changed text has vanished rather than being wrong.
        A repository that cannot be fetched is reported the same way and does not end the run.

    Raises
    ------
    DataError
        If git is not installed.
    """
    ordered = sorted(references, key=_place)
    places = [(place, list(members)) for place, members in groupby(ordered, key=_place)]
    for (repo, commit), members in tqdm(places, unit=" repositories", disable=not progress):
        with tempfile.TemporaryDirectory(prefix="claimclf-") as folder:
            failure = _check_out(Path(folder), f"{host}/{repo}", commit, {m.path for m in members}, timeout)
            yield _read(Path(folder), repo, members, failure)


def _place(reference: Reference) -> tuple[str, str]:
    return reference.repo, reference.commit


def _check_out(folder: Path, address: str, commit: str, paths: set[str], timeout: float) -> str | None:
    """Put the files into the folder; return what went wrong, if anything did."""
    git = shutil.which("git")
    if git is None:
        raise DataError("git: not found; install it, or take the texts from local files")
    patterns = "".join(f"/{_literal(path)}\n" for path in sorted(paths))
    for arguments, given in (
        (["init", "--quiet"], ""),
        (["fetch", "--quiet", "--depth=1", "--filter=blob:none", address, commit], ""),
        (["config", "remote.origin.url", address], ""),
        (["config", "remote.origin.promisor", "true"], ""),
        (["sparse-checkout", "set", "--no-cone", "--stdin"], patterns),
        (["checkout", "--quiet", "--detach", commit], ""),
    ):
        step = f"git {arguments[0]} of commit {commit[:10]}"
        try:
            done = subprocess.run(
                [git, *_SAFE, *arguments],
                cwd=folder,
                env={**os.environ, **_ENVIRONMENT},
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            return f"{step} took more than {timeout:g} seconds"
        if done.returncode:
            return f"{step} failed ({(done.stderr.strip().splitlines() or ['git says nothing'])[-1]})"
    return None


def _literal(path: str) -> str:
    """Escape what a sparse-checkout pattern, which reads like a line of .gitignore, would not take literally."""
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", path)


def _read(folder: Path, repo: str, members: Sequence[Reference], failure: str | None) -> Found:
    found = Found(repo, {}, {})
    for path, inside in groupby(sorted(members, key=lambda m: m.path), key=lambda m: m.path):
        file = folder / path
        within = ".git" not in Path(path).parts and file.resolve().is_relative_to(folder.resolve())
        content = file.read_bytes().decode("utf-8", "replace") if within and file.is_file() else None
        for reference in inside:
            if content is None:
                found.vanished[reference.id] = failure or f"no file {path} in commit {reference.commit[:10]}"
                continue
            text = " ".join(content[reference.start : reference.end].split())
            if text_hash(text) == reference.sha256:
                found.texts[reference.sha256] = text
            else:
                found.vanished[reference.id] = f"{path} holds another text at {reference.start}-{reference.end}"
    return found
