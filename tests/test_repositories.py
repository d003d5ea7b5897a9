"""Texts are rebuilt from git repositories made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from claimclf.data.references import text_hash
from claimclf.data.repositories import fetch_texts
from claimclf.errors import DataError
from claimclf.records import Reference

TRAINING = Path(__file__).parent.parent / "training"
FILES = {
    "a.md": "# Title\n\nThe  two\nministries signed. Cameras watch.\n",
    "deep/folder/ünï [x]*!#.txt": "«Ça»: they denied it.\r\nNext.\n",
    "not-wanted.bin": "x" * 1000,
}


def git(folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        **{f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, env=environment, check=True)
    return done.stdout.strip()


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder that serves ``owner/name``, whose second commit has changed the first's text."""
    folder = tmp_path / "host" / "owner" / "name"
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    for option in ("allowFilter", "allowAnySHA1InWant"):  # as public hosts do
        git(folder, "config", f"uploadpack.{option}", "true")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode())
    (folder / "link.md").symlink_to("/etc/hostname")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    git(folder, "tag", "first")
    (folder / "a.md").write_text("Another text altogether, long enough to be cut at the same place.\n")
    git(folder, "commit", "-qam", "second")
    return tmp_path / "host"


def reference(host: Path, name: str, file: str, sentence: str, **changes: object) -> Reference:
    content = FILES.get(file, sentence)
    start = content.index(sentence)
    fields = {
        "id": name,
        "repo": "owner/name",
        "commit": git(host / "owner" / "name", "rev-parse", "first"),
        "path": file,
        "start": start,
        "end": start + len(sentence),
        "sha256": text_hash(sentence),
        "license": "CC0-1.0",
        "labels": (),
        "group": "owner/name",
    }
    return Reference(**{**fields, **changes})


def test_texts_come_from_the_named_commit(host: Path) -> None:
    wanted = [
        reference(host, "r1", "a.md", "The  two\nministries signed."),
        reference(host, "r2", "a.md", "Cameras watch."),
        reference(host, "r3", "deep/folder/ünï [x]*!#.txt", "«Ça»: they denied it."),
    ]
    (found,) = fetch_texts(wanted, host=host.as_uri())
    assert sorted(found.texts.values()) == ["Cameras watch.", "The two ministries signed.", "«Ça»: they denied it."]
    assert found.vanished == {}


def test_only_the_files_that_are_needed_are_fetched(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    original = shutil.rmtree

    def look(path, *arguments, **options) -> None:
        seen.append([str(p.relative_to(path)) for p in Path(path).rglob("*") if ".git" not in p.parts and p.is_file()])
        original(path, *arguments, **options)

    monkeypatch.setattr("tempfile._shutil.rmtree", look, raising=True)
    list(fetch_texts([reference(host, "r1", "a.md", "Cameras watch.")], host=host.as_uri()))
    assert seen == [["a.md"]]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"path": "gone.md"}, "no file gone.md in commit"),
        ({"path": "link.md"}, "link.md holds another text"),
        ({"path": "../outside"}, "no file ../outside"),
        ({"path": ".git/config"}, "no file .git/config"),
        ({"commit": "second"}, "a.md holds another text at"),
        ({"commit": "b" * 40}, "git fetch of commit bbbbbbbbbb failed"),
        ({"repo": "owner/none"}, "git fetch of commit"),
    ],
)
def test_what_has_vanished_is_accounted_for(host: Path, changes: dict, reason: str) -> None:
    if changes.get("commit") == "second":
        changes = {"commit": git(host / "owner" / "name", "rev-parse", "HEAD")}
    wanted = [
        reference(host, "r1", "a.md", "Cameras watch.", **changes),
        reference(host, "r2", "a.md", "Cameras watch."),
    ]
    found = list(fetch_texts(wanted, host=host.as_uri()))
    assert reason in next(one.vanished["r1"] for one in found if "r1" in one.vanished)
    assert {text for one in found for text in one.texts.values()} == {"Cameras watch."}


def test_without_git_the_remedy_is_named(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [reference(host, "r1", "a.md", "Cameras watch.")]
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DataError, match="git: not found; install it, or take the texts from local files"):
        list(fetch_texts(wanted, host=host.as_uri()))


def test_the_script_goes_on_where_it_stopped(host: Path, tmp_path: Path) -> None:
    def run(*wanted: Reference) -> subprocess.CompletedProcess[str]:
        rows = [{**vars(one), "labels": []} for one in wanted]
        (tmp_path / "refs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        command = [TRAINING / "materialise.py", tmp_path / "refs.jsonl", "--cache", tmp_path / "texts.jsonl"]
        return subprocess.run(
            [sys.executable, *map(str, command), "--host", host.as_uri()], capture_output=True, text=True
        )

    kept = reference(host, "r1", "a.md", "Cameras watch.")
    gone = reference(host, "r2", "gone.md", "It has gone.")
    first = run(kept, gone)
    assert first.returncode == 1
    assert "1 of 2 texts are now in" in first.stdout
    assert "not found: r2 (owner/name@" in first.stderr
    assert "owner/name: 1 texts missing" in first.stderr
    shutil.rmtree(host / "owner")
    second = run(kept)
    assert second.returncode == 0, second.stderr
    assert "1 of 1 texts are now in" in second.stdout
