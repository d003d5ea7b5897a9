from __future__ import annotations

import itertools
import json
import socket
import sys
import zipfile
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claimclf.benchmark.segmentation import marked, score
from claimclf.documents import (
    Extracted,
    LeftOut,
    find,
    kind_of,
    places,
    read,
    read_all,
    read_bytes,
    read_text,
    segmenting,
)
from claimclf.documents.archives import Allowance
from claimclf.documents.extracted import Composer
from claimclf.documents.segmenting import sentences
from claimclf.errors import DocumentError, MissingExtraError

DATA = Path(__file__).parent / "data" / "documents"
MARKED = [json.loads(line)["marked"] for line in (DATA.parent / "sentences.jsonl").read_text("utf-8").splitlines()]


def texts(extracted: Extracted, kind: str | None = None) -> list[str]:
    """Sentences on one line each."""
    found = [place for place in places(extracted) if kind in (None, place.kind)]
    return [" ".join(extracted.text[place.start : place.end].split()) for place in found]


def zipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def without_space(text: str) -> str:
    return "".join(text.split())


# Sentences


def test_sentences_end_where_a_person_ends_them() -> None:
    found = score(lambda text: [text[start:end] for start, end in sentences(text)], map(marked, MARKED))
    assert found.precision > 0.98
    assert found.recall > 0.96


@given(st.text(st.characters(), max_size=300))
@example("Half a character: \ud800. Then more.")
@example("- ")
@example("“a " * 3000)
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    spans = sentences(text)
    assert without_space("".join(text[start:end] for start, end in spans)) == without_space(text)
    assert all(first.end <= second.start for first, second in itertools.pairwise(spans))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


@given(st.text(st.characters(codec="utf-8"), max_size=300) | st.text("aB1.\n\r \t-*#“”", max_size=300))
@example("Ports\n=====\n\n* * *\n\nOro signed.")
def test_every_letter_of_a_plain_text_is_in_one_sentence(text: str) -> None:
    extracted = read_text(text).extracted
    assert extracted.text == text
    covered = list(places(extracted))
    assert all(first.end <= second.start for first, second in itertools.pairwise(covered))
    rest = list(text)
    for place in covered:
        rest[place.start : place.end] = " " * (place.end - place.start)
    assert not any(map(str.isalnum, rest))


@given(st.text("aB1.\n \t-*#_`[](){}<>!|~:+=“", max_size=200))
def test_markdown_of_any_kind_has_exact_offsets(text: str) -> None:
    extracted = read_bytes("a.md", f"Oro signed.\n\n{text}".encode()).extracted
    assert texts(extracted)[0].startswith("Oro signed.")
    assert all(extracted.text[place.start : place.end].strip() for place in places(extracted))


# Formats


def test_a_plain_text_has_headings_lists_and_captions() -> None:
    text = (
        "1.2. Ports\n\nA pact was signed\nin May.\n- Oro pays.\n- It owes.\n\nFigure 2: A gate.\n\nFigure 2 shows it."
    )
    extracted = read_bytes("a.txt", text.encode()).extracted
    assert extracted.text == text
    assert [(place.kind, place.heading) for place in places(extracted)] == [
        ("heading", None),
        *[("text", "1.2. Ports")] * 3,
        ("caption", "1.2. Ports"),
        ("text", "1.2. Ports"),
    ]


def test_markdown_loses_its_markup() -> None:
    source = (
        "---\ntitle: x\n---\n# The *ports*\n\nOro **signed** the [pact](http://x.example/a_b)\nin May. ![](a.png)\n\n"
        "**What is next**\n\n1. A vote.\n2. A ban.\n\n```\ncode()\n```\n\n{{< figure src=x >}}\n\n| Port | Sarn |\n"
        "|--|--|\n| Gates | Twelve |\n\nLine one<br>Line two\n\n<div>Inside &amp; out.</div>\n"
    )
    extracted = read_bytes("a.md", source.encode()).extracted
    assert texts(extracted, "heading") == ["The ports", "What is next"]
    assert texts(extracted, "text") == [
        "Oro signed the pact in May.",
        *["A vote.", "A ban.", "Port", "Sarn", "Gates", "Twelve", "Line one", "Line two", "Inside & out."],
    ]


@pytest.mark.parametrize("begin", ["\n# Weekly\n\n", "\nNote: ", "", "# Weekly\n\n"])
def test_prose_between_two_rules_is_no_front_matter(begin: str) -> None:
    source = f"---\n{begin}Oro signed the pact.\n\n---\n\nThe river rose.\n"
    assert "Oro signed the pact." in read_bytes("a.md", source.encode()).extracted.text


def test_front_matter_may_begin_with_a_comment() -> None:
    source = "+++\n# of the site\ntitle = 'x'\n\nyear = 1\n+++\nOro signed the pact.\n"
    assert read_bytes("a.md", source.encode()).extracted.text == "Oro signed the pact."


def test_titles_of_markdown_editors_are_headings() -> None:
    source = "**II.** **The gates**\n\n1. _**Who pays**_Oro pays.\n2. **_Who builds_**Veldania builds **_two_** gates."
    extracted = read_bytes("a.md", source.encode()).extracted
    assert texts(extracted, "heading") == ["II. The gates", "Who pays", "Who builds"]
    assert texts(extracted, "text") == ["Oro pays.", "Veldania builds two gates."]


def test_a_web_page_is_its_article(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_, **__: pytest.fail("something was fetched"))
    extracted = read(DATA / "page.html").extracted
    assert texts(extracted, "heading") == ["Sarn gates read every face", "Who keeps the pictures?", "What comes next"]
    assert texts(extracted, "caption") == ["A gate at terminal two.", "Photo: M. Ilves"]
    assert texts(extracted, "text") == [
        "The port of Sarn will match every passenger with a list of wanted persons from June.",
        "Veldania and Oro signed the memorandum on Monday.",
        "The supplier says that pictures are deleted after a day.",
        "Nobody outside the ministry has been able to check this.",
        "340 cameras were bought.",
        "Twelve never worked.",
        "“We were not asked,” said the mayor.",
        *["Port", "Cameras", "Sarn", "340"],
        "Parliament should ban the gates until a court has looked at them, the ombudsman wrote.",
        "A vote is due in July.",
    ]


def test_a_pdf_has_columns_pages_headings_and_no_furniture() -> None:
    extracted = read(DATA / "brief.pdf").extracted
    found = [(place.page, extracted.text[place.start : place.end]) for place in places(extracted)]
    assert [(page, text[-45:]) for page, text in found[2:5]] == [
        (1, "signed a five-year memorandum on cross-border policing."[-45:]),
        (1, "list of wanted persons and a long-term exchange of officers."[-45:]),
        (1, "an investigating magistrate on demand, under Art. 5 of the act."[-45:]),
    ]
    assert texts(extracted, "heading") == ["The gates of Sarn", "What was signed", "What followed", "Accounts"]
    assert texts(extracted, "caption") == ["Figure 1: Cameras at terminal two."]
    # A paragraph that runs on over a page is finished before the footnotes of the first.
    assert [(page, text[:45]) for page, text in found[-9:-4]] == [
        (1, "Parliament should prohibit the automatic comparison of faces"[:45]),
        (2, "We recommend that the two governments:"),
        (1, "The text is kept in the archive of the ministry."[:45]),
        (1, "Nobody has published it."),
        (2, "1. publish the memorandum and its annexes;"),
    ]
    assert "Lake Region Desk" not in extracted.text
    assert not any(text.strip(" /0123456789") == "" for text in texts(extracted))


def test_columns_that_are_drawn_row_by_row_are_read_one_after_the_other() -> None:
    assert texts(read(DATA / "rows.pdf").extracted) == [
        "Two columns, drawn row by row",
        "The port authority bought the gates in May and paid for them with a loan.",
        "Its board did not ask the town council.",
        "The council has asked for the file and waits for an answer from the minister.",
        "The second gate reads passports as well.",
        "It was delivered by a firm from the capital, which also keeps the register.",
        "Nobody has checked what the firm stores and where it stores it until today.",
        "The ministry, which was asked for a comment twice, said that it would not speak of contracts under way.",
    ]


WRITTEN = ["libreoffice.docx", "libreoffice.html", "libreoffice.pdf", "libreoffice.txt", "chromium.pdf", "pandoc.md"]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_word_processors_and_browsers_write_is_read_as_it_was_written(name: str) -> None:
    extracted = read(DATA / "tools" / name).extracted
    written = (DATA / "tools" / "sentences.txt").read_text("utf-8").split("\n")
    assert texts(extracted) == [line.removeprefix("# ") for line in written if line]
    assert texts(extracted, "heading") == [line.removeprefix("# ") for line in written if line.startswith("# ")]
    pages = [place.page for place in places(extracted)]
    assert sorted(set(pages))[:2] == [1, 2] if name.endswith("pdf") else pages == [None] * len(pages)


def test_an_archive_of_a_zip_program_is_read_file_by_file() -> None:
    archive = DATA / "tools" / "infozip.zip"
    readings = list(read_all(archive))
    assert [reading.source for reading in readings] == [f"{archive}/libreoffice.docx", f"{archive}/pandoc.md"]
    assert texts(readings[0].extracted) == texts(readings[1].extracted)


def test_what_a_mail_program_sends_is_read_with_its_attachment() -> None:
    message, minutes = read_all(DATA / "tools" / "mutt.eml")
    written = (DATA / "tools" / "sentences.txt").read_text("utf-8").split("\n")
    assert texts(message.extracted) == [
        "The harbour of Tessel – minutes",
        *[line for line in written[:9] if line and not line.startswith("# ")],
    ]
    assert texts(minutes.extracted) == ["The board should publish the contract."]


def test_a_page_of_a_word_processor_is_kept_whole() -> None:
    page = (
        "<body><div><h1>The gates</h1><p>Oro and Veldania signed a pact on the gates in <a href='x'>May</a>.</p>"
        "<ul><li>Oro pays.</li></ul><h2>Who builds</h2><p>Veldania builds them, as the pact says.</p></div></body>"
    )
    extracted = read_bytes("gates.html", page.encode()).extracted
    assert texts(extracted, "heading") == ["The gates", "Who builds"]
    assert texts(extracted, "text") == [
        "Oro and Veldania signed a pact on the gates in May.",
        "Oro pays.",
        "Veldania builds them, as the pact says.",
    ]


def test_lines_are_paragraphs_in_a_text_that_nobody_wrapped() -> None:
    long = (
        "The ministry said that the cameras at the port had been bought without a tender, " * 3 + "and left it at that."
    )
    found = read_bytes("a.txt", f"The ports\n{long}\nOro pays\nNobody\nasked.".encode()).extracted
    assert texts(found, "heading") == ["The ports", "Oro pays", "Nobody"]
    assert texts(found, "text") == [long, "asked."]


def test_a_word_document_is_read_as_its_author_sees_it() -> None:
    extracted = read(DATA / "brief.docx").extracted
    assert texts(extracted, "heading") == ["The gates of Sarn", "What was signed", "Who keeps the pictures"]
    assert texts(extracted, "caption") == ["Figure 1: Cameras at terminal two."]
    assert texts(extracted, "text") == [
        "Veldania and Oro signed a five-year memorandum.",
        "The supplier does.",
        "Nobody has checked it.",
        "340 cameras were bought.",
        "Port of Sarn",
        "Twelve cameras never worked.",
        "Parliament should ban the gates.",
        "The text was never published.",
    ]


def test_a_message_is_its_subject_and_body_and_its_attachments_are_documents() -> None:
    message, note = read_all(DATA / "message.eml")
    assert texts(message.extracted) == [
        "The gates of Sarn",
        "Oro has signed – the minister’s office confirmed it this morning.",
        "Did they sign the memorandum or not?",
    ]
    assert note.source == f"{DATA / 'message.eml'}/note.txt"
    assert read(DATA / "message.eml") == message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_encodings_are_found_out(encoding: str, name: str) -> None:
    text = "<p>" * name.endswith("html") + "The ministry in Besançon signed – “at last”.\n"
    assert texts(read_bytes(name, text.encode(encoding)).extracted) == ["The ministry in Besançon signed – “at last”."]


def test_what_a_page_says_about_its_encoding_holds() -> None:
    page = (
        '<html><head><meta charset="windows-1251"></head><body><p>Министерство подписало соглашение.</p></body></html>'
    )
    assert texts(read_bytes("a.html", page.encode("cp1251")).extracted) == ["Министерство подписало соглашение."]


def test_documents_without_a_name_are_told_by_their_content() -> None:
    named = ["brief.pdf", "brief.docx", "page.html"]
    assert [kind_of((DATA / name).read_bytes()) for name in named] == [".pdf", ".docx", ".html"]
    assert kind_of(b"Oro signed.") == ".txt"


# What goes wrong


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("locked.pdf", None, "locked.pdf: encrypted; remove the password first"),
        ("picture.pdf", None, "no text layer, the pages are pictures; recognise the text first"),
        ("brief.typ", None, "cannot read this kind of file; expected one of .txt, .*.zip"),
        ("none.pdf", None, "No such file or directory"),
        ("a.pdf", b"%PDF-1.7 and nothing more", "a damaged PDF"),
        ("a.docx", b"PK\x03\x04 and nothing more", "damaged"),
        ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1"), "encrypted, or in the old .doc format; save it as .docx"),
        ("a.docx", zipped({"word/document.xml": b"0" * 10**7}), "unpacks to more than 200 times its size"),
        ("a.zip", b"PK\x03\x04 and nothing more", "a damaged archive"),
        ("a.zip", zipped({"a.png": b""}), "no document in it; expected .txt"),
        ("a.zip", zipped({"a.txt": b"A.", "b.txt": b"B."}), "more than one document; read them with predict.documents"),
        ("a.txt", b"", "an empty file"),
        ("a.md", b" \n---\n", "there is no text in it"),
        ("a.html", b"<html><body></body></html>", "no article found in this web page"),
        ("a.txt", b"\x00\x01\x02\xff" * 20, "no encoding fits; this is not text"),
        ("a.txt", b"a" * (10**7 + 1), "a line of 10000001 characters"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name, content, message) -> None:
    path = DATA / name if content is None else tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DocumentError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_run_goes_on_and_says_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("b/deep/two.md", ".git/hidden.txt", "one.txt"):
        (tmp_path / name).write_text("Oro signed.", "utf-8")
    (tmp_path / "photo.png").write_bytes(b"")
    (tmp_path / "a.zip").write_bytes(
        zipped({"x/three.txt": b"Oro paid.", "locked.pdf": (DATA / "locked.pdf").read_bytes()})
    )
    (tmp_path / "c.pdf").write_bytes(b"%PDF")
    left_out = LeftOut()
    found = [reading.source for reading in read_all(tmp_path, left_out)]
    assert found == [str(tmp_path / name) for name in ("a.zip/x/three.txt", "b/deep/two.md", "one.txt")]
    assert [str(error).split(":")[0] for error in left_out.unreadable] == [
        str(tmp_path / name) for name in ("a.zip/locked.pdf", "c.pdf")
    ]
    assert left_out.other_kinds == [str(tmp_path / "photo.png")]


def test_pages_without_text_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claimclf.documents import pdf

    pages = pdf._pages
    monkeypatch.setattr(pdf, "_pages", lambda document: [*pages(document), pdf.Page(3, 0, 800, [])])
    assert read(DATA / "brief.pdf").extracted.notes == ("1 of 3 pages hold no text, perhaps pictures of it: 3",)


def nested(depth: int) -> bytes:
    content = zipped({"a.txt": b"Oro signed."})
    for _ in range(depth):
        content = zipped({"inner.zip": content})
    return content


def test_archives_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(nested(3))
    assert len(list(read_all(path))) == 1
    path.write_bytes(nested(4))
    with pytest.raises(DocumentError, match="more than 3 archives within each other"):
        list(read_all(path))
    path.write_bytes(zipped({"a.txt": b"a " * 10**7}))
    with pytest.raises(DocumentError, match="unpacks to more than 200 times its size"):
        list(read_all(path))
    for limits, message in (
        ({"files": 3}, "an archive of more than"),
        ({"size": 30}, "an archive that unpacks to more"),
    ):
        monkeypatch.setattr("claimclf.documents.files.Allowance", lambda limits=limits: Allowance(**limits))
        path.write_bytes(
            zipped({"b.zip": zipped({"a.txt": b"Oro. " * 9, "b.txt": b"Oro."}), "c.txt": b"Oro.", "d.txt": b""})
        )
        with pytest.raises(DocumentError, match=message):
            list(read_all(path))


def test_entities_from_elsewhere_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET", "utf-8")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    with zipfile.ZipFile(DATA / "brief.docx") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    body = files["word/document.xml"].replace(b"The supplier does.", b"The supplier &e; does.")
    files["word/document.xml"] = body.replace(b"?>", b"?>" + entity.encode(), 1)
    assert "SECRET" not in read_bytes("a.docx", zipped(files)).extracted.text
    assert "SECRET" not in read_bytes("a.html", f"{entity}<html><body><p>Oro &e; signed.</p>".encode()).extracted.text


@pytest.mark.parametrize(
    ("name", "package"),
    [("page.html", "trafilatura"), ("brief.pdf", "pypdfium2"), ("brief.docx", "docx")],
)
def test_formats_name_the_extra_that_they_need(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"needs the extra 'documents': pip install 'claimclf\[documents\]'"):
        read(DATA / name)


def test_text_markdown_and_messages_need_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("trafilatura", "pypdfium2", "docx", "charset_normalizer", "lxml"):
        monkeypatch.setitem(sys.modules, package, None)
    for name in ("a.txt", "a.md"):
        assert texts(read_bytes(name, "Oro signed – at last.".encode("cp1252")).extracted) == ["Oro signed – at last."]
    assert len(list(read_all(DATA / "message.eml"))) == 2


@pytest.mark.parametrize("text", ["“Oro " * 6_000, "“a " * 9_000, "Oro signed. " * 2_500])
def test_the_splitter_gets_a_window_at_a_time(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    split, given = segmenting._split, []
    monkeypatch.setattr(segmenting, "_split", lambda flat: given.append(len(flat)) or split(flat))
    sentences(text)
    assert max(given) <= segmenting._WINDOW
    assert sum(given) <= 3 * len(text), "the time must not grow with the square of the length"


def test_a_message_in_html_is_read_and_so_is_one_that_it_forwards(tmp_path: Path) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"], outer["Subject"] = "The gates", "Fw: The gates"
    inner.set_content("Oro signed.\n")
    outer.set_content("<html><body><p>Veldania signed, as the minister says.</p></body></html>", subtype="html")
    outer.add_attachment(inner)
    (tmp_path / "a.eml").write_bytes(outer.as_bytes())
    first, second = read_all(tmp_path / "a.eml")
    assert texts(first.extracted) == ["Fw: The gates", "Veldania signed, as the minister says."]
    assert second.source == f"{tmp_path / 'a.eml'}/message.eml"
    assert texts(second.extracted) == ["The gates", "Oro signed."]


def turned_pdf(quarters: int) -> bytes:
    """Two lines on each of two pages, written upwards (1), upside down (2) or downwards (3)."""
    matrix = {1: "0 1 -1 0 {} 60", 2: "-1 0 0 -1 560 {}", 3: "0 -1 1 0 {} 760"}[quarters]
    starts = {1: (150, 164), 2: (150, 164), 3: (450, 436)}[quarters]

    def page(*lines: str) -> bytes:
        shown = [
            f"BT /F 12 Tf {matrix.format(start)} Tm ({line}) Tj ET" for start, line in zip(starts, lines, strict=True)
        ]
        content = "\n".join(shown).encode()
        return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)

    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    fonts = b"/Resources << /Font << /F 5 0 R >> >>"
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] " + fonts + b" /Contents %d 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        leaf % 6,
        leaf % 7,
        font,
        page("The first page begins with the cost of the gates,", "and we saw that it was 5 million."),
        page("The second page says what others paid for theirs,", "and that it was 7 million."),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % entry for entry in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R >>"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_pages_that_are_turned_are_read_as_they_are_written(quarters: int) -> None:
    extracted = read_bytes("a.pdf", turned_pdf(quarters)).extracted
    assert texts(extracted) == [
        "The first page begins with the cost of the gates, and we saw that it was 5 million.",
        "The second page says what others paid for theirs, and that it was 7 million.",
    ]


def test_a_paragraph_may_go_on_after_a_page_without_text() -> None:
    composer = Composer()
    composer.add("The pact", page=3)
    composer.extend("was signed.", page=5)
    (block,) = composer.extracted().blocks
    assert [block.page_at(place) for place in (0, len("The pact") + 1)] == [3, 5]


@pytest.mark.parametrize("name", ["The ministry signed the pact. " * 20, "a\0b.txt"])
def test_a_text_in_the_place_of_a_path_is_told(name: str) -> None:
    with pytest.raises(DocumentError, match="give a text as text=…"):
        read(name)
    with pytest.raises(DocumentError, match="give a text as text=…"):
        find(name)
    with pytest.raises(DocumentError, match="give a text as text=…"):
        list(read_all(name))


def test_the_body_of_a_message_in_html_has_the_encoding_that_the_message_says(tmp_path: Path) -> None:
    body = "<html><body><p>Wałęsa signed in Gdańsk.</p></body></html>".encode("iso-8859-2")
    head = b"Subject: Ports\nContent-Type: text/html; charset=iso-8859-2\nContent-Transfer-Encoding: 8bit\n\n"
    assert texts(read_bytes("a.eml", head + body).extracted) == ["Ports", "Wałęsa signed in Gdańsk."]


def test_what_a_browser_does_not_show_of_markdown_is_not_read() -> None:
    hidden = (
        "<!-- a > b -->\n\n<script>\nvar x = 'The senate should ban it.';\n</script>\n\n<style>\np > a {}\n</style>"
    )
    assert texts(read_bytes("a.md", f"Oro signed.\n\n{hidden}\n".encode()).extracted) == ["Oro signed."]


def test_a_document_in_an_archive_is_found_without_reading_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.pdf": b"damaged", "b.txt": b"Oro signed."}))
    assert texts(find(f"{tmp_path / 'a.zip'}/b.txt").extracted) == ["Oro signed."]
