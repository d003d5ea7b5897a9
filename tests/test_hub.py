"""Bundles go to a stand-in of the Hugging Face Hub and come back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from traceback import format_exception
from urllib.parse import unquote, urlsplit

import pytest

import claimclf
from claimclf.cli.main import main
from claimclf.errors import BundleError, BundleNotFoundError, HubError, InputError

# Raised between huggingface_hub and httpx, not by our use of them.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

TOKEN = "hf_secret"  # noqa: S105
TEXTS = ["A pact on ports was signed.", "The river rose in spring.", ""]
REPOSITORY, REVISION = r"(?P<repository>[^/]+/[^/]+)", r"(?P<revision>[^/]+)"


class Repository:
    """The commits of a repository, each with all its files, and its branches."""

    def __init__(self, private: bool = False) -> None:
        self.private = private
        self.commits: dict[str, dict[str, bytes]] = {}
        self.branches: dict[str, str] = {}
        self.commit({".gitattributes": b""})

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        sha = hashlib.sha1(str(len(self.commits)).encode(), usedforsecurity=False).hexdigest()
        self.commits[sha] = files
        self.branches[branch] = sha
        return sha

    @property
    def files(self) -> dict[str, bytes]:
        return self.commits[self.branches["main"]]


class Hub(ThreadingHTTPServer):
    """Keeps repositories in memory, and what was asked of it; its user is ``me``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.repositories: dict[str, Repository] = {}
        self.large: dict[str, bytes] = {}
        self.asked: list[str] = []


class Answer(BaseHTTPRequestHandler):
    """Answers as the Hub does, as far as huggingface_hub looks."""

    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        for pattern, answer in ROUTES.items():
            if found := re.fullmatch(pattern, f"{self.command} {path}"):
                return getattr(self, answer)(**found.groupdict())
        return self.reply(404)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def reply(self, status: int = 200, content: object = (), **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content or {}).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def find(self, repository: str, revision: str | None = None) -> tuple[Repository, str] | None:
        found = self.server.repositories.get(repository)
        if not found or (found.private and not self.allowed):
            return self.reply(404 if self.allowed else 401, X_Error_Code="RepoNotFound")
        sha = found.branches.get(revision or "main", revision)
        return (found, sha) if sha in found.commits else self.reply(404, X_Error_Code="RevisionNotFound")

    def info(self, repository: str, revision: str | None = None) -> None:
        if found := self.find(repository, revision):
            files = [{"rfilename": name} for name in found[0].commits[found[1]]]
            self.reply(200, {"id": repository, "sha": found[1], "private": found[0].private, "siblings": files})

    def tree(self, repository: str, revision: str) -> None:
        if found := self.find(repository, revision):
            files = found[0].commits[found[1]].items()
            self.reply(200, [{"type": "file", "path": name, "size": len(f), "oid": git_hash(f)} for name, f in files])

    def resolve(self, repository: str, revision: str, file: str) -> None:
        if found := self.find(repository, revision):
            content = found[0].commits[found[1]].get(file)
            if content is None:
                self.reply(404, X_Error_Code="EntryNotFound", X_Repo_Commit=found[1])
            else:
                self.reply(200, content, ETag=f'"{git_hash(content)}"', X_Repo_Commit=found[1])

    def create(self) -> None:
        asked = json.loads(self.body)
        name = f"{asked['organization']}/{asked['name']}"
        if not self.allowed:
            self.reply(401)
        elif asked["organization"] != "me":
            self.reply(403, X_Error_Message="You don't have the rights to create a model under this namespace")
        else:
            status = 409 if name in self.server.repositories else 200
            private = asked.get("private", False) or asked.get("visibility") == "private"
            self.server.repositories.setdefault(name, Repository(private))
            self.reply(status, {"url": f"{self.server.url}/{name}"})

    def branch(self, repository: str, revision: str) -> None:
        branches = self.server.repositories[repository].branches
        status = 409 if revision in branches else 200
        branches.setdefault(revision, branches["main"])
        self.reply(status, {})

    def validate(self) -> None:
        self.reply(200, {"errors": [], "warnings": []})

    def preupload(self, repository: str, revision: str) -> None:
        found, sha = self.find(repository, revision)
        modes = {}
        for file in json.loads(self.body)["files"]:
            large = file["path"].endswith((".onnx", ".safetensors"))
            old = found.commits[sha].get(file["path"])
            oid = None if old is None else hashlib.sha256(old).hexdigest() if large else git_hash(old)
            modes[file["path"]] = {"uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}
        self.reply(200, {"files": [{"path": name, **mode} for name, mode in modes.items()]})

    def batch(self, repository: str) -> None:
        objects = [
            {**file, "actions": {"upload": {"href": f"{self.server.url}/large/{file['oid']}"}}}
            for file in json.loads(self.body)["objects"]
        ]
        self.reply(200, {"transfer": "basic", "objects": objects})

    def upload(self, oid: str) -> None:
        assert hashlib.sha256(self.body).hexdigest() == oid
        self.server.large[oid] = self.body
        self.reply()

    def commit(self, repository: str, revision: str) -> None:
        found, sha = self.find(repository, revision)
        files = dict(found.commits[sha])
        for line in map(json.loads, self.body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                assert value["parentCommit"] == sha
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.large[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        sha = found.commit(files, revision)
        self.reply(200, {"commitUrl": f"{self.server.url}/{repository}/commit/{sha}", "commitOid": sha})


ROUTES = {
    rf"GET /api/models/{REPOSITORY}": "info",
    rf"GET /api/models/{REPOSITORY}/revision/{REVISION}": "info",
    rf"GET /api/models/{REPOSITORY}/tree/{REVISION}": "tree",
    rf"(GET|HEAD) /{REPOSITORY}/resolve/{REVISION}/(?P<file>.+)": "resolve",
    r"POST /api/repos/create": "create",
    r"POST /api/validate-yaml": "validate",
    rf"POST /api/models/{REPOSITORY}/branch/{REVISION}": "branch",
    rf"POST /api/models/{REPOSITORY}/preupload/{REVISION}": "preupload",
    rf"POST /api/models/{REPOSITORY}/commit/{REVISION}": "commit",
    rf"POST /{REPOSITORY}\.git/info/lfs/objects/batch": "batch",
    r"PUT /large/(?P<oid>.+)": "upload",
}


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants, file_download

    with Hub() as server:
        Thread(target=server.serve_forever, args=[0.01]).start()
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        settings = {
            "ENDPOINT": server.url,
            "HUGGINGFACE_CO_URL_TEMPLATE": template,
            "HF_HUB_CACHE": str(tmp_path / "cache"),
            "HF_HUB_DISABLE_XET": True,
            "HF_TOKEN_PATH": str(tmp_path / "no-token"),
        }
        for name, value in settings.items():
            monkeypatch.setattr(constants, name, value)
        monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        set_offline(monkeypatch, False)
        yield server
        server.shutdown()
    set_offline(monkeypatch, False)


def set_offline(monkeypatch: pytest.MonkeyPatch, offline: bool) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", offline)
    # Before version 1 a session keeps the setting with which it was opened.
    if reopen := getattr(huggingface_hub, "configure_http_backend", None):
        reopen()


def content(bundle: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in bundle.iterdir()}


def test_what_is_pushed_is_what_is_loaded(hub: Hub, bundle: Path) -> None:
    before = claimclf.load(bundle)
    url = before.push_to_hub("me/model")
    repository = hub.repositories["me/model"]
    assert url == f"{hub.url}/me/model/commit/{repository.branches['main']}"
    assert repository.files == {".gitattributes": b"", **content(bundle)}
    after = claimclf.load("me/model")
    assert after.manifest == before.manifest
    assert (after.predict_proba(TEXTS) == before.predict_proba(TEXTS)).all()


def test_an_estimator_is_pushed_as_a_bundle(hub: Hub, tiny_transformer) -> None:
    with pytest.raises(InputError, match="repo_id: expected 'owner/name' or 'owner/name@revision', got None"):
        tiny_transformer.push_to_hub(None)
    tiny_transformer.push_to_hub("me/model", private=True, training={"license": "mit"})
    assert hub.repositories["me/model"].private
    assert b"license: mit\n" in hub.repositories["me/model"].files["README.md"]
    assert [p.model for p in claimclf.predict(TEXTS, model="me/model")] == ["model"] * len(TEXTS)


def test_a_push_replaces_the_older_bundle_in_one_commit(hub: Hub, transformer_bundle, baseline_bundle) -> None:
    claimclf.load(transformer_bundle).push_to_hub("me/model")
    repository = hub.repositories["me/model"]
    repository.commit({**repository.files, "LICENSE": b"mine"})
    n_commits = len(repository.commits)
    url = claimclf.load(baseline_bundle).push_to_hub("me/model")
    assert repository.files == {".gitattributes": b"", "LICENSE": b"mine", **content(baseline_bundle)}
    assert claimclf.load("me/model").manifest["kind"] == "baseline"
    assert claimclf.load(baseline_bundle).push_to_hub("me/model") == url
    assert len(repository.commits) == n_commits + 1


def test_a_revision_is_pushed_and_loaded(hub: Hub, transformer_bundle: Path, baseline_bundle: Path) -> None:
    first = claimclf.load(baseline_bundle).push_to_hub("me/model").rsplit("/", 1)[1]
    claimclf.load(transformer_bundle).push_to_hub("me/model@next")
    kinds = {name: claimclf.load(name).manifest["kind"] for name in ("me/model", "me/model@next", f"me/model@{first}")}
    assert list(kinds.values()) == ["baseline", "transformer", "baseline"]


def test_a_bundle_of_the_hub_is_asked_for_once_and_kept(hub: Hub, baseline_bundle: Path, monkeypatch) -> None:
    claimclf.load(baseline_bundle).push_to_hub("me/kept")
    before = claimclf.predict(TEXTS, model="me/kept")
    hub.asked.clear()
    assert claimclf.predict(TEXTS, model="me/kept") == before
    assert hub.asked == []
    set_offline(monkeypatch, True)
    assert claimclf.load("me/kept").predictions(TEXTS) == before
    with pytest.raises(BundleNotFoundError, match=r"me/other: .*HF_HUB_OFFLINE is set and no copy"):
        claimclf.load("me/other")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("me/none", "me/none: neither a folder here nor .*: there is no such repository, or it is private"),
        ("me/private", "there is no such repository, or it is private: log in"),
        ("me/other", r"the repository has no manifest\.json"),
        ("me/other@v9", "the repository has no such revision"),
    ],
)
def test_what_cannot_be_had_is_explained(hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    hub.repositories = {"me/private": Repository(private=True), "me/other": Repository()}
    hub.repositories["me/other"].commit({"weights.bin": b"of something else"})
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(BundleNotFoundError, match=message):
        claimclf.load(name)
    assert not [asked for asked in hub.asked if "weights" in asked]


def test_a_hub_that_cannot_be_reached_is_named(hub: Hub, baseline_bundle: Path) -> None:
    hub.shutdown()
    hub.server_close()
    with pytest.raises(BundleNotFoundError, match="the Hub cannot be reached and no copy"):
        claimclf.load("me/model")
    with pytest.raises(HubError, match=r"me/model: was not pushed: .*refused"):
        claimclf.load(baseline_bundle).push_to_hub("me/model")


def test_a_changed_file_on_the_hub_is_refused(hub: Hub, bundle: Path) -> None:
    claimclf.load(bundle).push_to_hub("me/model")
    repository = hub.repositories["me/model"]
    repository.commit({**repository.files, "pinned.jsonl": b"{}"})
    with pytest.raises(BundleError, match=r"pinned\.jsonl is not the file that was saved \(its sha256 differs\)"):
        claimclf.load("me/model")


def test_a_changed_bundle_is_not_pushed(hub: Hub, bundle: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(bundle, tmp_path / "copied"))
    clf = claimclf.load(copied)
    (copied / "README.md").write_text("another", "utf-8")
    with pytest.raises(BundleError, match=r"README\.md is not the file that was saved"):
        clf.push_to_hub("me/model")
    assert hub.repositories == {}


def test_a_cascade_is_not_pushed_without_its_second_stage(hub: Hub, baseline_bundle: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(baseline_bundle, tmp_path / "copied"))
    clf = claimclf.load(copied)
    manifest = json.loads((copied / "manifest.json").read_text("utf-8"))
    (copied / "manifest.json").write_text(json.dumps({**manifest, "kind": "cascade"}), "utf-8")
    with pytest.raises(InputError, match="push its second stage instead"):
        clf.push_to_hub("me/model")
    assert hub.repositories == {}


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("model", {}, InputError, "repo_id: expected 'owner/name' or 'owner/name@revision', got 'model'"),
        ("me/model", {"token": f"{TOKEN}\n"}, InputError, "token: expected"),
        ("me/model", {"token": "wrong"}, HubError, "me/model: was not pushed: the Hub refuses the token"),
        ("you/model", {}, HubError, "you/model: was not pushed: the Hub refuses the token"),
        ("me/public", {"private": True}, InputError, "private: me/public exists and is public"),
        ("me/other", {}, InputError, r"repo_id: me/other has a manifest\.json that is not of a bundle"),
    ],
)
def test_a_push_that_cannot_be_is_explained(hub: Hub, baseline_bundle: Path, name, options, error, message) -> None:
    hub.repositories = {"me/public": Repository(), "me/other": Repository()}
    hub.repositories["me/other"].commit({"manifest.json": b"[]"})
    with pytest.raises(error, match=message) as caught:
        claimclf.load(baseline_bundle).push_to_hub(name, **options)
    assert TOKEN not in "".join(format_exception(caught.value))
    assert not any("linear.safetensors" in repository.files for repository in hub.repositories.values())


def test_what_no_bundle_keeps_is_not_pushed(hub: Hub) -> None:
    with pytest.raises(InputError, match="keeps no policy, prior or thresholds"):
        claimclf.load("default").with_policy().push_to_hub("me/model")
    assert hub.asked == []


def test_the_command_line_pushes(hub: Hub, baseline_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", str(baseline_bundle), "me/model", "--private"]) == 0
    repository = hub.repositories["me/model"]
    assert repository.private
    assert capsys.readouterr().out == f"{hub.url}/me/model/commit/{repository.branches['main']}\n"
    assert main(["push", str(baseline_bundle), "you/model"]) == 1
    error = capsys.readouterr().err
    assert "log in with 'hf auth login'" in error
    assert error.count("\n") == 1
