"""The app: its page, its endpoints, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.request import urlopen

import pytest

import claimclf
from claimclf.bundle import load
from claimclf.cli.main import main

anyio = pytest.importorskip("anyio")
pytest.importorskip("fastapi")
httpx2 = pytest.importorskip("httpx2")
testclient = pytest.importorskip("starlette.testclient")

from claimclf.app import make_app  # noqa: E402
from claimclf.app.server import MOST_WAITING  # noqa: E402

TEXT = "The pact on ports was signed again. She studied hydrology.\n\nCongress should repeal the act.\n"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> Congress should repeal the act."
JSON = {"Content-Type": "application/json"}
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def client(baseline_bundle: Path) -> Iterator[testclient.TestClient]:
    app = make_app(load(baseline_bundle), largest=10_000)
    with testclient.TestClient(app, base_url=HERE) as client:
        yield client


def test_texts_are_labelled_as_in_python(client, baseline_bundle: Path) -> None:
    texts = ["The pact on ports was signed again.", "", "Half a character: \ud83d"]
    answer = client.post("/predict", content=json.dumps({"texts": texts}), headers=JSON).json()
    assert answer["predictions"] == [one.to_dict() for one in claimclf.predict(texts, model=baseline_bundle)]
    assert answer["provenance"]["bundle"] == "baseline"


def test_a_document_is_labelled_as_in_python(client, baseline_bundle: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a b.md").write_text("# Cameras\n\nCongress should repeal the act.\n", "utf-8")
    expected = claimclf.predict.document("a b.md", model=baseline_bundle)
    answer = client.post("/document", params={"name": "a b.md"}, content=Path("a b.md").read_bytes()).json()
    assert answer["sentences"] == [sentence.to_dict() for sentence in expected]
    assert (answer["source"], answer["sha256"], answer["text"]) == ("a b.md", expected.sha256, expected.text)
    pasted = client.post("/document", json={"text": TEXT}).json()
    assert pasted["sha256"] == claimclf.predict.document(text=TEXT, model=baseline_bundle).sha256
    assert [TEXT[one["start"] : one["end"]] for one in pasted["sentences"]] == [
        one["text"] for one in pasted["sentences"]
    ]
    unnamed = client.post("/document", content=b"<!doctype html><p>Congress should repeal the act.</p>").json()
    assert unnamed["text"] == "Congress should repeal the act."


def test_exports_are_those_of_a_document(client, baseline_bundle: Path) -> None:
    expected = claimclf.predict.document(text=TEXT, model=baseline_bundle)
    for form, written in [("jsonl", expected.to_jsonl()), ("csv", expected.to_csv())]:
        answer = client.post("/document", params={"format": form}, json={"text": TEXT})
        assert answer.text == written
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''text.{form}"
    assert next(iter(csv.DictReader(io.StringIO(answer.text))))["labels"] == "agreement"
    answer = client.post("/document", params={"format": "xml"}, json={"text": TEXT})
    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (422, "query.format")
    parquet = pytest.importorskip("pyarrow.parquet")
    answer = client.post("/document", params={"format": "parquet"}, json={"text": TEXT})
    assert parquet.read_table(io.BytesIO(answer.content)).to_pylist()[0]["text"] == expected[0].text


def test_words_are_looked_for_only_when_asked(client) -> None:
    def words(**asked: object) -> dict[str, object]:
        page = client.post("/document", params={"format": "html", **asked}, json={"text": TEXT}).text
        return json.loads(re.search(r'id="words">(.*?)</script>', page)[1])

    assert words() == {}
    assert words(words=True)["2"]["policy_advice"]


def test_a_policy_refers_here_too(baseline_bundle: Path) -> None:
    guarded = load("default").with_policy(precision=0.85)
    with testclient.TestClient(make_app(guarded), base_url=HERE) as client:
        answer = client.post("/predict", json={"texts": [TEXT]}).json()
        assert json.loads(answer["provenance"]["policy"])["precision"] == 0.85
        assert str(guarded.policy) in unescape(client.get("/").text)


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("a.odt", b"PK", 415, "a.odt: cannot read this kind of file; expected one of .txt"),
        ("a.zip", b"PK", 415, "a.zip: cannot read this kind of file"),
        ("a.txt", b"", 422, "a.txt: an empty file"),
        ("a.docx", b"PK\x03\x04 cut off", 422, "a.docx: "),
        ("a.txt", b"x" * 10_001, 413, "more than 0.00953674 MB; split it"),
        ("a.txt", b"I am. " * 4000, 413, "MB; split it"),
        ("x" * 300, b"x", 422, "query.name: "),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(client, name, content, status, said) -> None:
    if name.endswith(".docx"):
        pytest.importorskip("docx")
    answer = client.post("/document", params={"name": name}, content=content)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True)


def test_what_is_no_text_is_refused_and_not_repeated(client) -> None:
    for path, content, said in [
        ("/predict", '{"texts": ["a", 5]}', "body.texts.1: Input should be a valid string"),
        ("/predict", '{"texts": "a"}', "body.texts: "),
        ("/predict", "{", "JSON decode error"),
        ("/document", '{"txt": "a"}', 'expected {"text": "…"} in JSON'),
    ]:
        answer = client.post(path, content=content, headers=JSON)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text
    answer = client.post("/document", files={"file": ("a.txt", b"A form.")})
    assert (answer.status_code, "send the document itself" in answer.json()["detail"]) == (415, True)


@pytest.mark.parametrize("path", ["/document", "/predict"])
def test_reading_stops_at_the_limit(baseline_bundle: Path, path: str) -> None:
    sent = []

    async def endless() -> AsyncIterator[bytes]:
        while len(sent) < 1000:
            sent.append(1000)
            yield b"x" * 1000

    async def ask() -> int:
        transport = httpx2.ASGITransport(make_app(load(baseline_bundle), largest=10_000))
        async with httpx2.AsyncClient(transport=transport, base_url=HERE) as client:
            answer = await client.post(path, content=endless(), headers=JSON if path == "/predict" else {})
            return answer.status_code

    assert anyio.run(ask) == 413
    assert len(sent) == 11


def test_more_texts_than_fit_are_refused(baseline_bundle: Path) -> None:
    with testclient.TestClient(make_app(load(baseline_bundle)), base_url=HERE) as client:
        answer = client.post("/predict", json={"texts": [""] * 20_001})
    assert (answer.status_code, "at most 20000" in answer.json()["detail"]) == (422, True)


def test_more_sentences_than_fit_are_refused(client, monkeypatch) -> None:
    monkeypatch.setattr("claimclf.app.uploads.MOST", 2)
    answer = client.post("/document", json={"text": TEXT})
    assert (answer.status_code, "more than 2 sentences" in answer.json()["detail"]) == (422, True)


def test_other_sites_are_kept_out(client) -> None:
    for headers, status in [
        ({"Host": "evil.example"}, 400),
        ({"Host": "evil.example:8000"}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8000"}, 200),
    ]:
        answer = client.post("/document", json={"text": TEXT}, headers=headers)
        assert answer.status_code == status, headers
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.options("/document", headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_busy_server_says_so_and_then_goes_on(baseline_bundle: Path, monkeypatch) -> None:
    refused, statuses = threading.Event(), []

    def slow(*_: object, **__: object) -> list[object]:
        assert refused.wait(30)
        return []

    async def ask(client: httpx2.AsyncClient) -> None:
        answer = await client.post("/predict", json={"texts": []})
        statuses.append(answer.status_code)
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
            refused.set()

    async def ask_all() -> None:
        transport = httpx2.ASGITransport(make_app(load(baseline_bundle)))
        async with httpx2.AsyncClient(transport=transport, base_url=HERE) as client, anyio.create_task_group() as group:
            for _ in range(MOST_WAITING + 2):  # one runs, the others wait
                group.start_soon(ask, client)

    monkeypatch.setattr("claimclf.app.server.predict", slow)
    anyio.run(ask_all)
    assert statuses == [503] + [200] * (MOST_WAITING + 1)


def test_the_page_and_the_description_load_nothing_from_elsewhere(client) -> None:
    answer = client.get("/")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', answer.text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert not re.search(r"https?://", answer.text)
    assert client.get("/").text != answer.text  # another nonce
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-store"
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404
    described = client.get("/openapi.json").json()
    assert {"application/json", "application/octet-stream"} == set(
        described["paths"]["/document"]["post"]["requestBody"]["content"]
    )
    assert {"403", "413", "415", "422", "503"} < set(described["paths"]["/predict"]["post"]["responses"])
    for name in ("HTTPValidationError", "ValidationError"):
        assert name not in described["components"]["schemas"]


def test_scripts_in_texts_and_names_stay_text(client) -> None:
    name = f"{HOSTILE}\r\nX-Evil: 1.txt"
    for form in ("html", "json"):
        answer = client.post("/document", params={"name": name, "format": form}, content=HOSTILE.encode())
        assert answer.status_code == 200
        assert "x-evil" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        if form == "html":
            assert "<script>alert" not in answer.text
            assert "<img" not in answer.text
            assert answer.headers["content-disposition"].startswith("attachment; ")
        else:
            assert answer.headers["content-type"] == "application/json"


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "claimclf", "app", "--port", "0", "--model", "baseline", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stderr.readline()
            yield re.match(r"http://127\.0\.0\.1:\d+/", said)[0]
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
    assert (process.returncode, rest) == (130, "")


def test_the_command_serves_this_machine_until_it_is_interrupted() -> None:
    with running() as address, urlopen(address) as answer:  # noqa: S310 - ours
        assert b"claimclf" in answer.read()


def test_the_command_refuses_what_it_cannot_do(capsys) -> None:
    for arguments, said in [
        (["--host", "0.0.0.0"], "--allowed-host"),  # noqa: S104 - refused
        (["--host", "192.0.2.1", "--port", "0"], "192.0.2.1: open to other machines"),
        (["--port", "70000"], "--port 70000: "),
        (["--largest", "0"], "--largest 0.0: expected a positive number of MB"),
        (["--largest", "inf"], "--largest inf: expected a positive number of MB"),
        (["--confidence", "0.9"], "ask for one with --precision"),
    ]:
        assert main(["app", "--model", "baseline", *arguments]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_runs_the_app_and_axe_finds_nothing(tmp_path: Path, scheme) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium here")
    document = tmp_path / "report.md"
    document.write_text(
        f"# Ports\n\nTehran and Moscow signed an agreement on information security. {HOSTILE}\n", "utf-8"
    )
    with running() as address, playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(color_scheme=scheme)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on(
            "request",
            lambda request: None if request.url.startswith((address, f"blob:{address}")) else said.append(request.url),
        )

        def answered(words: str) -> None:
            page.locator("#status", has_text=words).wait_for()

        page.goto(address)
        page.focus("#ask button")
        page.keyboard.press("Enter")
        answered("Paste a text or choose a document first")
        page.fill("#text", TEXT)
        page.focus("#ask button")
        page.keyboard.press("Enter")
        answered("3 sentences")
        page.set_input_files("#file", document)
        page.click("#ask button")
        answered("sentences, ")
        page.locator("#name", has_text="report.md").wait_for()
        report = page.frame_locator("#report")
        report.locator(".s").first.wait_for()
        assert report.locator("b").count() == 0
        assert "deg" in report.locator("mark").first.evaluate("element => getComputedStyle(element).backgroundImage")
        page.click("#words")
        answered("bold in the text")
        report.locator(".s b").first.wait_for()
        report.locator(".skip").press("Enter")
        assert report.locator("#text").evaluate("element => document.activeElement === element")
        report.locator("[data-start][tabindex='0']").press("ArrowUp")
        assert "asserted" in report.locator("#said").inner_text()
        report.locator("[name=only][value='1']").check()
        assert "found" in report.locator("#found").inner_text()
        page.select_option("#which", "all")
        n_all = page.locator("#rows tr").count()
        page.select_option("#which", label="agreement")
        assert 0 < page.locator("#rows tr").count() < n_all
        assert page.locator("#rows img").count() == 0
        for form in ("jsonl", "html"):
            with page.expect_download() as download:
                page.click(f".download[value={form}]")
            assert download.value.suggested_filename == f"report.{form}"
            assert document.name in Path(download.value.path()).read_text("utf-8")
        assert axe.Axe().run(page).response["violations"] == []
        assert said == []
        page.evaluate("""() => {
            const dataTransfer = new DataTransfer();
            for (const name of ["a.txt", "b.txt"]) dataTransfer.items.add(new File(["x"], name));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""")
        answered("One document at a time")
        page.set_input_files("#file", {"name": "a.xyz", "mimeType": "", "buffer": b"x"})
        page.click("#ask button")
        answered("a.xyz: cannot read this kind of file")
        browser.close()


def test_half_a_character_is_text(client) -> None:
    assert client.post("/document", content='{"text": "A pact \\ud83d was signed."}', headers=JSON).status_code == 200
