"""Bundles on the Hugging Face Hub: one repository each, its files those of the folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from claimclf.bundle.integrity import verified
from claimclf.bundle.manifest import MANIFEST_FILE, Manifest
from claimclf.errors import BundleError, BundleNotFoundError, ClaimclfError, HubError, InputError

HUB_ID = re.compile(r"(?P<repository>[\w-][\w.-]*/[\w-][\w.-]*)(@(?P<revision>[\w./-]+))?")
"""A repository, and a branch, tag or commit of it: by default the newest commit of its main branch."""


def push(
    folder: Path, hub_id: str, *, token: str | None = None, private: bool | None = None, message: str | None = None
) -> str:
    """Upload a bundle; see :meth:`claimclf.Classifier.push_to_hub`."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    repository, revision = _parsed(hub_id)
    if token is not None and not re.fullmatch(r"[!-~]+", token):  # which an HTTP library would quote in its error
        raise InputError("token: expected letters, digits and signs without spaces or line ends")
    manifest = verified(folder)
    if manifest.kind == "cascade":
        raise InputError(f"{folder}: a cascade needs the bundle beside it to predict; push its second stage instead")
    names = [*manifest.files, MANIFEST_FILE]
    with _explained(f"{hub_id}: was not pushed", HubError):
        api = HfApi(token=token)
        api.create_repo(repository, private=private, exist_ok=True)
        if revision:
            api.create_branch(repository, branch=revision, exist_ok=True)
        before = api.model_info(repository, revision=revision)
        if private is not None and before.private != private:
            raise InputError(
                f"private: {repository} exists and is {'private' if before.private else 'public'}; "
                "change that in its settings on the Hub, or leave the argument out"
            )
        stale = sorted(_held_by_the_bundle(api, repository, before) - set(names))
        additions = [CommitOperationAdd(name, folder / name) for name in names]
        deletions = [CommitOperationDelete(name, is_folder=False) for name in stale]
        commit = api.create_commit(
            repository,
            [*additions, *deletions],
            commit_message=message or f"Push the bundle {manifest.name}",
            revision=revision,
            parent_commit=before.sha,  # what another push has changed meanwhile is not mixed with this one
        )
    return str(commit.commit_url)


def download(hub_id: str) -> Path:
    """Download the files of a bundle, or find those that were downloaded before.

    The manifest comes first, so that nothing else is downloaded of a repository that is no bundle.

    Parameters
    ----------
    hub_id : str
        ``owner/name`` or ``owner/name@revision``.

    Returns
    -------
    Path
        A folder in the Hub's cache. Only the manifest was read; the hashes are not checked.

    Raises
    ------
    BundleNotFoundError
        If there is no such repository, it cannot be reached or holds no bundle.
    """
    from huggingface_hub import snapshot_download

    repository, revision = _parsed(hub_id)
    what = f"{hub_id}: neither a folder here nor a bundle on the Hub"
    with _explained(what, BundleNotFoundError):
        folder = Path(snapshot_download(repository, revision=revision, allow_patterns=MANIFEST_FILE))
        if not (folder / MANIFEST_FILE).is_file():
            raise BundleNotFoundError(f"{what}: the repository has no {MANIFEST_FILE}")
        # The cache names folders after commits: all files are of the manifest's, even if there is a newer one by now.
        snapshot_download(repository, revision=folder.name, allow_patterns=[*Manifest.read(folder).files])
    return folder


def _parsed(hub_id: str) -> tuple[str, str | None]:
    found = HUB_ID.fullmatch(hub_id) if isinstance(hub_id, str) else None
    if not found:
        raise InputError(f"repo_id: expected 'owner/name' or 'owner/name@revision', got {hub_id!r}")
    return found["repository"], found["revision"]


def _held_by_the_bundle(api: Any, repository: str, info: Any) -> set[str]:
    """Return which files of a repository belong to the bundle that is there; none if it holds no bundle."""
    present = {file.rfilename for file in info.siblings or ()}
    if MANIFEST_FILE not in present:
        return set()
    with TemporaryDirectory(prefix="claimclf-") as scratch:
        api.hf_hub_download(repository, MANIFEST_FILE, revision=info.sha, local_dir=scratch)
        try:
            return present & set(Manifest.read(Path(scratch)).files)
        except BundleError as error:
            raise InputError(
                f"repo_id: {repository} has a {MANIFEST_FILE} that is not of a bundle, or of a newer claimclf; "
                "remove it there or give another repository"
            ) from error


@contextmanager
def _explained(what: str, error_class: type[ClaimclfError]) -> Iterator[None]:
    """Turn whatever the Hub's client raises, its own errors and those of its HTTP library, into one of ours."""
    try:
        yield
    except ClaimclfError:
        raise
    except Exception as error:
        raise error_class(f"{what}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    from huggingface_hub import constants, errors

    unreachable = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else "the Hub cannot be reached"
    reasons = {
        errors.GatedRepoError: "access to the repository has to be asked for on its page",
        errors.RepositoryNotFoundError: "there is no such repository, or it is private: log in with 'hf auth login'",
        errors.RevisionNotFoundError: "the repository has no such revision",
        errors.LocalEntryNotFoundError: f"{unreachable} and no copy was downloaded before",
        errors.OfflineModeIsEnabled: unreachable,
    }
    for kind, reason in reasons.items():
        if isinstance(error, kind):
            return reason
    if getattr(getattr(error, "response", None), "status_code", None) in (401, 403):
        return "the Hub refuses the token, or there is none that may do this: log in with 'hf auth login'"
    return " ".join(str(error).split())
