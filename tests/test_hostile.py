"""Files that are damaged, or made to do harm: read or refused with a reason, soon, and never carried into a report."""

from __future__ import annotations

import faulthandler
import zipfile
import zlib
from collections.abc import Callable, Iterator
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import claimclf
from claimclf.documents import LeftOut
from claimclf.errors import DocumentError

DATA = Path(__file__).parent / "data" / "documents"

pytestmark = pytest.mark.filterwarnings("ignore")


def zipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def word(body: str, head: str = "") -> bytes:
    """The Word document of the other tests with another body."""
    with zipfile.ZipFile(DATA / "brief.docx") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    files["word/document.xml"] = f"{head}<w:document {space}><w:body>{body}</w:body></w:document>".encode()
    return zipped(files)


def pdf(objects: list[bytes]) -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, item) for number, item in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), head, content)


TEXT = (
    "The gates of Sarn\n\nVeldania and Oro signed a five-year memorandum – “at last”.\n\n- Cameras match faces.\n"
    "- Parliament should ban the gates.\n"
).encode()
WHOLE = {
    ".txt": TEXT,
    ".md": b"# The *gates*\n\n" + TEXT + b"\n| a | b |\n|--|--|\n| c | d |\n\n```\ncode\n```\n",
    **{Path(name).suffix: (DATA / name).read_bytes() for name in ("page.html", "brief.pdf", "brief.docx")},
    ".eml": (DATA / "message.eml").read_bytes(),
    ".zip": zipped({"a.txt": TEXT, "b/c.html": (DATA / "page.html").read_bytes()}),
}
"""A document of each format, unharmed."""


def at_random(content: bytes, n_changes: int, seed: int) -> bytes:
    chance = np.random.default_rng(seed)
    changed = bytearray(content)
    for place in chance.integers(len(content), size=n_changes):
        changed[place] = chance.integers(256)
    return bytes(changed)


def part(content: bytes, first: float, last: float) -> bytes:
    return content[int(first * len(content)) : int(last * len(content))]


def noise(content: bytes) -> bytes:
    return np.random.default_rng(len(content)).bytes(1_000)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one byte": lambda content: content[:1],
    "eight bytes": lambda content: content[:8],
    "a tenth": lambda content: part(content, 0, 0.1),
    "a half": lambda content: part(content, 0, 0.5),
    "nine tenths": lambda content: part(content, 0, 0.9),
    "all but a byte": lambda content: content[:-1],
    "the second half": lambda content: part(content, 0.5, 1),
    "without its middle": lambda content: part(content, 0, 0.4) + part(content, 0.6, 1),
    "its middle twice": lambda content: part(content, 0, 0.6) + part(content, 0.4, 1),
    "halves exchanged": lambda content: part(content, 0.5, 1) + part(content, 0, 0.5),
    "backwards": lambda content: content[::-1],
    "twice": lambda content: content * 2,
    "noise instead": noise,
    "noise before": lambda content: noise(content) + content,
    "noise behind": lambda content: content + noise(content),
    "noise within": lambda content: part(content, 0, 0.5) + noise(content) + part(content, 0.5, 1),
    "noise behind its head": lambda content: content[:16] + noise(content),
    "zeros within": lambda content: part(content, 0, 0.3) + bytes(len(content) // 3) + part(content, 0.6, 1),
    "zeros behind": lambda content: content + bytes(5_000),
    "one byte changed": lambda content: at_random(content, 1, 1),
    "ten bytes changed": lambda content: at_random(content, 10, 2),
    "other ten bytes changed": lambda content: at_random(content, 10, 3),
    "hundreds of bytes changed": lambda content: at_random(content, 300, 4),
    "every second byte": lambda content: content[::2],
    "spread over two bytes": lambda content: content.decode("latin-1").encode("utf-16"),
    "newlines exchanged": lambda content: content.replace(b"\n", b"\r\n\r\n"),
}

DEEP = "<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000
LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
HEAD = f"<!DOCTYPE x [{LAUGHS}]>"
KIDS = b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
ROOT = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>"
ONE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
CRAFTED = {
    "deep.html": b"<div>" * 50_000 + b"Oro signed.",
    "paragraphs.html": b"<p>Oro signed." * 5_000,
    "table.html": b"<table><tr><td>" * 2_000 + b"Oro signed.",
    "brackets.html": b"<" * 300_000,
    "attributes.html": b"<p " + b"a=b " * 50_000 + b">Oro signed.</p>",
    "entities.html": f"{HEAD}<html><body><p>Oro signed &e11;.</p></body></html>".encode(),
    "charset.html": b'<meta charset="no-such-thing"><p>Oro signed \xe9.</p>',
    "bytes.html": b"<p>Oro signed.</p>\0\0\0<p>Veldania signed.</p>",
    "quotes.md": b"> " * 5_000 + b"Oro signed.",
    "brackets.md": b"[" * 20_000,
    "stars.md": b"*a **b " * 5_000,
    "lists.md": b"".join(b" " * 2 * n + b"- Oro\n" for n in range(300)),
    "html.md": b"<div>" * 20_000,
    "links.md": b"[a](" * 10_000,
    "quotations.txt": "“Oro ".encode() * 10_000,
    "line.txt": b"Oro signed. " * 30_000,
    "words.txt": b"Oro" * 100_000,
    "dots.txt": b"." * 200_000,
    "surrogates.txt": "Oro signed.".encode("utf-16-le") + b"\x00\xd8" * 20,
    "right-to-left.txt": "\u202eOro signed.\u202c ".encode() * 100,
    "control.txt": b"Oro\x1b[2J\x07 signed.\x00",
    "boundaries.eml": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 10_000,
    "nested.eml": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300)),
    "headers.eml": b"Subject: Oro\n" + b"X-A: b\n" * 20_000 + b"\nOro signed.\n",
    "folded.eml": b"Subject: Oro\n" + b" signed\n" * 5_000 + b"\nOro signed.\n",
    "encoded.eml": b"Subject: =?utf-8?B?////?= =?none?Q?=FF?=\nContent-Transfer-Encoding: base64\n\n!!!!\n",
    "charset.eml": b"Content-Type: text/plain; charset=no-such-thing\n\nOro signed \xe9.\n",
    "bomb.docx": zipped({"word/document.xml": b"0" * 10**7}),
    "deep.docx": word(DEEP),
    "laughs.docx": word("<w:p><w:r><w:t>&e11;</w:t></w:r></w:p>", HEAD),
    "nothing.docx": word(""),
    "no-body.docx": zipped({"[Content_Types].xml": b"<Types/>"}),
    "text.docx": zipped({"word/document.xml": b"not XML"}),
    "bomb.zip": zipped({"a.txt": b"Oro signed. " * 10**6}),
    "nested.zip": zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d.zip": zipped({"a.txt": TEXT})})})})}),
    "outside.zip": zipped({"../../outside.txt": TEXT, "/etc/outside.txt": TEXT, "C:\\outside.txt": TEXT}),
    "many.zip": zipped({f"{number}.png": b"" for number in range(10_001)}),
    "empty.zip": zipped({}),
    "circle.pdf": pdf([ROOT, KIDS]),
    "no-pages.pdf": pdf([ROOT]),
    "itself.pdf": pdf([b"1 0 R"]),
    "count.pdf": pdf([ROOT, b"<< /Type /Pages /Kids [] /Count 2000000000 >>"]),
    "deep.pdf": pdf([ROOT, ONE, PAGE, b"[" * 100_000]),
    "bomb.pdf": pdf([ROOT, ONE, PAGE, stream(zlib.compress(b" " * 10**7), b"/Filter /FlateDecode")]),
    "filters.pdf": pdf([ROOT, ONE, PAGE, stream(b"0" * 999, b"/Filter [" + b"/ASCIIHexDecode " * 200 + b"]")]),
    "script.pdf": pdf([b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", ONE]),
}


def cases() -> Iterator[tuple[str, bytes]]:
    """Names and contents: each format with each damage, each under the ending of each other, and crafted ones."""
    for ending, content in WHOLE.items():
        yield f"empty{ending}", b""
        yield from ((f"{name}{ending}", damage(content)) for name, damage in DAMAGES.items())
        yield from ((f"{other[1:]} as{ending}", WHOLE[other]) for other in WHOLE if other != ending)
    yield from CRAFTED.items()


CASES = dict(cases())


@pytest.fixture(autouse=True)
def _no_file_takes_for_ever() -> Iterator[None]:
    """End the run, saying where it hangs, if a library never comes back."""
    faulthandler.dump_traceback_later(600, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def read_or_refused(path: Path, model: Path) -> None:
    """What is promised of every file."""
    left_out = LeftOut()
    found = 0
    try:
        for document in claimclf.predict.documents(path, model=model, left_out=left_out):
            found += 1
            assert str(document.source).startswith(str(path))
            assert all(document.text[sentence.start : sentence.end] == sentence.text for sentence in document)
            assert len(document)
    except DocumentError:
        assert not found
    assert found or left_out.unreadable
    for error in left_out.unreadable:
        assert str(error).startswith(str(path))
        assert len(str(error)) > len(f"{path}: ")


def test_there_are_two_hundred_different_files() -> None:
    assert len({(Path(name).suffix, content) for name, content in CASES.items()}) == len(CASES) > 250


@pytest.mark.parametrize("name", CASES)
def test_a_damaged_or_hostile_file_is_read_or_refused_soon(tmp_path: Path, baseline_bundle: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(CASES[name])
    read_or_refused(path, baseline_bundle)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".txt", ".md", ".html", ".eml"])
def test_a_line_of_50_megabytes_is_refused(tmp_path: Path, baseline_bundle: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes((b"\n\n" if ending == ".eml" else b"") + b"Oro signed. " * (50 * 2**20 // 12))
    read_or_refused(path, baseline_bundle)
    with pytest.raises(DocumentError, match="expected at most"):
        claimclf.predict.document(path, model=baseline_bundle)


PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)></svg>",
    "<a href='javascript:alert(1)'>Oro signed.</a>",
    "<a href='JaVaScRiPt&#58;alert(1)'>Oro signed.</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>Oro signed.</a>",
    "<iframe src='javascript:alert(1)' srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='x.swf'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://elsewhere.example/'>",
    "<link rel=stylesheet href='https://elsewhere.example/a.css'>",
    "<style>@import 'https://elsewhere.example/a.css';</style></style>",
    "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>Go</button></form>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<math><mtext></p><script>alert(1)</script></mtext></math>",
    "\"><script>alert(1)</script>'><b onclick=alert(1) x='",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ 7 * 7 }}{% raw %}<script>alert(1)</script>",
    "[Oro](javascript:alert(1)) ![Oro](javascript:alert(1)) <javascript:alert(1)>",
    "\u2028</title></style></textarea><script>alert(1)</script>\u202e",
]


class Live(HTMLParser):
    """Counts the elements of a page, and collects whatever in it could act or fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.acting: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            leads_away = name in ("href", "src", "action", "data") and not str(value).startswith("#")
            if name.startswith("on") or name in ("srcdoc", "formaction", "style") or leads_away:
                self.acting.append((name, value))


def pages_and_prose() -> Iterator[tuple[str, bytes]]:
    """A web page for each, for it may swallow what follows; one document of all in other formats."""
    before, after = "Veldania and Oro signed a pact on ports. ", " Congress should repeal the act."
    for number, payload in enumerate(PAYLOADS):
        yield f"{number}.html", f"<html><body><p>{before}</p>{payload}<p>{payload}{after}</p></body></html>".encode()
    prose = "\n\n".join(f"{before}{payload}{after}" for payload in PAYLOADS).encode()
    yield "a.txt", prose
    yield "a.md", prose
    yield "a.eml", f"Subject: {PAYLOADS[0]}\nContent-Type: text/plain; charset=utf-8\n\n".encode() + prose
    yield "a.docx", word("".join(f"<w:p><w:r><w:t>{escape(payload)}{after}</w:t></w:r></w:p>" for payload in PAYLOADS))


@pytest.fixture(scope="module")
def n_own_scripts(baseline_bundle: Path) -> int:
    harmless = claimclf.predict.document(text="Veldania and Oro signed a pact on ports.", model=baseline_bundle)
    return Live(harmless.to_html() or "").counts["script"]


@pytest.mark.parametrize(
    ("name", "content"), list(pages_and_prose()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_no_script_of_a_document_reaches_its_report(
    tmp_path: Path, baseline_bundle: Path, n_own_scripts: int, name, content
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page = Live(claimclf.predict.document(path, model=baseline_bundle).to_html() or "")
    assert page.acting == []
    assert page.counts["script"] == n_own_scripts > 0
    assert not {"img", "iframe", "object", "embed", "base", "link", "math", "animate"} & set(page.counts)
