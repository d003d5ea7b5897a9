"""Reports of documents in HTML: whole, safe to open, readable; and replaying an export."""

from __future__ import annotations

import base64
import codecs
import csv
import hashlib
import json
import pickle
import re
import shutil
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from io import BufferedReader, BytesIO, TextIOWrapper
from pathlib import Path

import numpy as np
import pytest

import claimclf
from claimclf.cli.main import main
from claimclf.data import load_examples
from claimclf.documents import Document, LeftOut, read_trail
from claimclf.documents.report import Overview
from claimclf.documents.report.occlusion import decisive_words
from claimclf.errors import DataError, DocumentError
from claimclf.records import Neighbour, Sentence
from claimclf.replay import replay

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \"quoted\" & 'single'"
TEXT = f"Findings\n\nA pact was signed. {HOSTILE}\n- javascript:alert(1) is no link.\n\n* * *\n\nFaces are matched.\n"
VOID = {"meta", "input", "wbr", "br", "rect"}


class Page(HTMLParser):
    """A page as a browser would see it: elements with attributes, and the text of the sentences."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.content: dict[str, str] = {}
        self.sentences: dict[str, str] = {}
        self.bold: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for tag, attributes in self._open:
            if "data-start" in attributes:
                self.sentences[attributes["id"]] = self.sentences.get(attributes["id"], "") + data
            if tag in ("style", "script"):
                self.content[attributes.get("id", tag)] = self.content.get(attributes.get("id", tag), "") + data
            if tag == "b":
                self.bold.append(data)

    def named(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def document(text: str = TEXT, labels: tuple[str, ...] = ("a", "<b>'\"&")) -> Document:
    """A document whose sentences carry no label, the first, both, or the second only as referred, in turn."""
    found = claimclf.predict.document(text=text, model="baseline")
    patterns = [((), ()), (labels[:1], ()), (labels, ()), ((), labels[1:])]
    sentences = [
        Sentence(
            **{
                **vars(sentence),
                "scores": dict.fromkeys(labels, 0.25 * (number % 4)),
                "labels": said,
                "referred": doubt,
            }
        )
        for number, sentence in enumerate(found)
        for said, doubt in [patterns[number % 4]]
    ]
    return replace(found, sentences=tuple(sentences), labels=labels, scorer=None)


def test_every_sentence_is_there_once_with_its_offsets_and_what_the_filters_need() -> None:
    given = document()
    page = Page(given.to_html())
    assert list(page.sentences.values()) == [sentence.text for sentence in given]
    shown = [attributes for _, attributes in page.elements if "data-start" in attributes]
    for attributes, sentence in zip(shown, given, strict=True):
        assert given.text[int(attributes["data-start"]) : int(attributes["data-end"])] == sentence.text
        assert [given.labels[int(n)] for n in attributes["data-asserted"].split()] == list(sentence.labels)
        assert [given.labels[int(n)] for n in attributes["data-referred"].split()] == list(sentence.referred)
        assert list(map(float, attributes["data-scores"].split())) == list(sentence.scores.values())
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in page.named("a")} - {"#text"} <= {f"#{name}" for name in page.sentences}
    assert [tag for tag, _ in page.elements].count("h3") == 1


def test_hostile_text_labels_and_names_stay_text() -> None:
    plain = Page(document("One. Two.", labels=("a", "b")).to_html())
    hostile = Page(replace(document(), source=f"x/{HOSTILE}\u202e\udcff.txt", notes=(HOSTILE,)).to_html())
    assert len(hostile.named("script")) == len(plain.named("script"))
    assert not hostile.named("img")
    assert not any(name.startswith("on") for _, attributes in hostile.elements for name in attributes)
    assert json.loads(hostile.content["trail"])["source"].startswith(f"x/{HOSTILE}")
    replace(document(), source="\udcff").to_html().encode()


def test_the_page_loads_nothing_and_says_so_to_the_browser() -> None:
    page = Page(document().to_html())
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {"src", "srcset", "style", "action", "xlink:href"} & set(attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import", page.content["style"])
    (policy,) = [meta["content"] for meta in page.named("meta") if "http-equiv" in meta]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3
    for element in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.content[element].encode()).digest()).decode()
        assert rules[f"{element}-src"] == f"'sha256-{digest}'"


def test_several_labels_of_a_sentence_look_different_from_one() -> None:
    page = Page(document().to_html())
    looks = {attributes["class"] for tag, attributes in page.elements if tag == "mark"}
    assert len(looks) == 3
    for look in looks:
        assert f".{look.split()[1]} {{" in page.content["style"]


def test_words_are_those_that_the_score_falls_without() -> None:
    calls = []

    def scores(texts: list[str]) -> np.ndarray:
        calls.append(len(texts))
        return np.array([[0.9 if "pact" in text else 0.2, 0.5] for text in texts])

    sentence = Sentence("Oro signed a pact, it says.", ("a",), {"a": 0.9, "b": 0.5}, referred=("b",))
    silent = Sentence("A pact.", (), {"a": 0.1, "b": 0.1})
    found = decisive_words([silent, sentence], ["a", "b"], scores)
    assert [(word.text, word.without) for word in found[1]["a"]] == [("pact", 0.2)]
    assert found[1]["a"][0].difference == pytest.approx(np.log(9) - np.log(0.25))
    assert sentence.text[found[1]["a"][0].start : found[1]["a"][0].end] == "pact"
    assert found[1]["b"] == []
    assert (found[0], calls) == ({}, [7])
    assert decisive_words([replace(sentence, labels=()), sentence], ["a", "b"], scores, most=7)[0] is None
    assert max(calls) == 7


def test_the_report_marks_the_words_of_a_trained_bundle(baseline_bundle: Path) -> None:
    text = "The river rose in spring. Congress should repeal the act."
    labelled = claimclf.predict.document(text=text, model=baseline_bundle)
    assert labelled[1].labels == ("policy_advice",)
    page = Page(labelled.to_html())
    assert "should" in page.bold or "repeal" in page.bold
    assert "river" not in page.bold
    assert json.loads(page.content["words"])["1"]["policy_advice"]
    kept = pickle.loads(pickle.dumps(labelled))  # noqa: S301 - made here
    assert kept == labelled
    assert json.loads(Page(kept.to_html()).content["words"]) == {}


def test_the_report_shows_what_the_bundle_sees_as_alike(bundle_with_examples: Path, transformer_bundle: Path) -> None:
    text = "The river rose in spring. Congress should repeal the act."
    page = Page(claimclf.predict.document(text=text, model=bundle_with_examples).to_html())
    found = json.loads(page.content["neighbours"])
    assert found.keys() == {"1"}
    nearest, *others = found["1"]
    assert (nearest["text"], nearest["labels"]) == ("Congress should repeal the act.", ["policy_advice"])
    assert len(others) == 2
    assert 0.9 < nearest["similarity"] <= 1
    assert "alike" in [attributes.get("id") for _, attributes in page.elements]
    without = Page(claimclf.predict.document(text=text, model=transformer_bundle).to_html())
    assert json.loads(without.content["neighbours"]) == {}
    assert "alike" not in [attributes.get("id") for _, attributes in without.elements]


class Alike:
    """A scorer that finds hostile neighbours."""

    keeps_examples = True

    def predict_proba(self, texts: list[str]) -> np.ndarray:
        return np.full((len(texts), 2), 0.5)

    def nearest(self, texts: list[str]) -> list[list[Neighbour]]:
        return [[Neighbour(HOSTILE, HOSTILE, ("<b>'\"&",), 0.914), Neighbour("2", "Plain.", (), 0.5)] for _ in texts]


def test_hostile_neighbours_stay_text() -> None:
    plain = Page(document().to_html())
    hostile = Page(replace(document(), scorer=Alike()).to_html())
    assert len(hostile.named("script")) == len(plain.named("script"))
    assert not hostile.named("img")
    assert {found[0]["text"] for found in json.loads(hostile.content["neighbours"]).values()} == {HOSTILE}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "a<b>&'x.txt").write_text("The pact on ports was signed again. She studied hydrology.", "utf-8")
    (folder / "b.md").write_text("# Cameras\n\nCongress should repeal the act.\n", "utf-8")
    (folder / "empty.txt").write_text("", "utf-8")
    (folder / "data.xyz").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def test_an_overview_leads_to_the_report_of_each_document(folder: Path, baseline_bundle, capsys) -> None:
    model = ["--model", str(baseline_bundle)]
    assert main(["predict", "reports", "--out", "overview.html", *model]) == 1  # one file is empty
    text = Path("overview.html").read_text("utf-8")
    page = Page(text)
    links = [link["href"] for link in page.named("a") if not link["href"].startswith("#")]
    assert len(links) == 2
    for link in links:
        assert re.fullmatch(r"\./overview_files/[\w-]+\.html", link)
        assert Page(Path(link).read_text("utf-8")).sentences
    assert len(page.named("svg")) == 2 * 4
    assert "empty.txt: an empty file" in text
    assert "data.xyz" in text
    assert main(["predict", "reports", "--out", "reports/overview.html", *model]) == 2
    assert "the next run would take it for a document" in capsys.readouterr().err
    assert main(["predict", "reports", "--format", "html", *model]) == 2
    assert "say --out" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["jsonl", "csv", "html"])
def test_replay_finds_no_difference_until_there_is_one(folder: Path, baseline_bundle, capsys, ending) -> None:
    (folder / "b.md").rename("b.md")
    predict = ["predict", "b.md", "--model", str(baseline_bundle), "--out"]
    assert main([*predict, f"out.{ending}"]) == 0
    replay = ["replay", f"out.{ending}", "--model", str(baseline_bundle)]
    assert main(replay) == 0
    assert "equal: 2 sentences of 1 document," in capsys.readouterr().out
    assert main(["replay", f"out.{ending}", "--model", "baseline"]) == 1
    assert "another bundle: " in capsys.readouterr().out
    before = Path("b.md").read_bytes()
    Path("b.md").write_bytes(before + b"One more.")
    assert main(replay) == 1
    assert "b.md: the document has changed: sha256 " in capsys.readouterr().out
    Path("b.md").unlink()
    assert main(replay) == 1
    assert "b.md: the document cannot be read" in capsys.readouterr().out


def test_replay_names_sentences_that_differ_by_more_than_the_tolerance(folder: Path, baseline_bundle, capsys) -> None:
    (folder / "b.md").rename("b.md")
    model = ["--model", str(baseline_bundle)]
    assert main(["predict", "b.md", "--out", "out.jsonl", *model]) == 0
    heading, sentence = read_trail("out.jsonl")
    score = sentence["scores"]["agreement"]
    moved = sentence | {"scores": sentence["scores"] | {"agreement": score + 0.02}}
    for rows, options, said in [
        ([heading, moved], [], "score of agreement"),
        ([heading, moved], ["--tolerance", "0.1"], "equal"),
        ([heading, sentence | {"labels": ["disinformation"]}], [], "]: disinformation, now policy_advice"),
        ([heading, sentence | {"end": 20}], [], "no longer a sentence"),
        ([heading], [], "not in the export, now policy_advice"),
        ([heading, sentence | {"in_scope": False}], [], "]: in_scope False, now True"),
        ([heading, sentence | {"truncated": True}], [], "]: truncated True, now False"),
        ([heading, sentence | {"page": 3}], [], "]: page 3, now None"),
        ([heading, sentence | {"heading": "Ports"}], [], "]: heading Ports, now Cameras"),
        ([heading | {"kind": "text"}, sentence], [], "]: kind text, now heading"),
        ([heading, sentence | {"model": "fast"}], [], "]: model fast, now baseline"),
    ]:
        Path("out.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        assert main(["replay", "out.jsonl", *options, *model]) == (said != "equal")
        assert said in capsys.readouterr().out


def test_what_cannot_be_replayed_is_refused(tmp_path: Path) -> None:
    for name, content, said in [
        ("a.txt", "x", "expected one of .jsonl, .csv, .html"),
        ("a.jsonl", '{"text": "x"}\n', "sentence 1: no source"),
        ("a.jsonl", "[1]\n", "no export of claimclf"),
        ("a.csv", "text\nx\n", "no export of claimclf"),
        ("a.html", "<p>A page.</p>", "there is no sentence in it"),
    ]:
        (tmp_path / name).write_text(content, "utf-8")
        with pytest.raises(DataError, match=re.escape(said)):
            read_trail(tmp_path / name)


def overview(folder: Path) -> Path:
    written = Overview(folder / "overview.html")
    written.add(document(labels=("agreement", "surveillance_tech", "disinformation", "policy_advice")))
    written.write(LeftOut(unreadable=[DocumentError("a.pdf: encrypted")], other_kinds=["a.png"]))
    return written.path


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_runs_the_report_and_axe_finds_nothing(tmp_path: Path, scheme) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium here")
    path = tmp_path / "report.html"
    replace(document(), scorer=Alike()).to_html(path)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(color_scheme=scheme)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        page.focus("[data-start][tabindex='0']")
        assert "asserted" in page.inner_text("#said")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.id") == "s2"
        alike = page.inner_text("#alike li:first-child")
        assert alike.startswith(HOSTILE)
        assert alike.endswith("similarity 0.91")
        assert page.inner_text("#alike li:last-child .tag") == "no label"
        page.hover("#s0")
        assert not page.is_visible("#alike")
        page.uncheck("[name=label][value='0']")
        page.check("[name=only][value='1']")
        assert "2 of " in page.inner_text("#found")
        assert not page.is_visible("#s1")
        assert page.is_visible("h3 .off")  # headings stay, to say where a sentence is from
        page.click("button[type=reset]")
        page.locator(".strip a").first.press("Enter")
        assert page.evaluate("document.activeElement.id") == "s1"
        assert axe.Axe().run(page).response["violations"] == []
        page.set_viewport_size({"width": 380, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        page.locator(".s").last.click()
        bottom = "element => element.getBoundingClientRect().bottom"
        top = page.locator("#details").evaluate("element => element.getBoundingClientRect().top")
        assert page.locator(".s").last.evaluate(bottom) <= top
        page.click("#close")
        assert not page.is_visible("#details")
        assert said == []
        page.goto(overview(tmp_path).as_uri())
        assert axe.Axe().run(page).response["violations"] == []
        page.set_viewport_size({"width": 1100, "height": 800})
        assert page.evaluate("document.querySelector('.wide').scrollWidth") <= 1100
        browser.close()


def test_replay_asks_what_was_asked_and_finds_what_lies_in_archives(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("in/b.md", "# Cameras\n\nCongress should repeal the act.\n")
    assert main(["predict", "a.zip", "--precision", "0.85", "--out", "out.jsonl"]) == 0
    assert main(["replay", "out.jsonl"]) == 0
    rows = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    changes = [({"policy": None}, "other thresholds of the policy"), ({"bundle": "mine"}, "no bundle named 'mine'")]
    for change, said in changes:
        Path("other.jsonl").write_text("".join(json.dumps(row | change) + "\n" for row in rows), "utf-8")
        capsys.readouterr()
        assert main(["replay", "other.jsonl"]) == 1
        assert said in "".join(capsys.readouterr())
    rare = claimclf.load().with_prior({"agreement": 0.01})
    claimclf.predict.document(text="Congress should repeal the act.", model=rare).to_csv("text.csv")
    assert main(["replay", "text.csv"]) == 0


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_what_came_on_standard_input_is_compared_as_the_export_holds_it(
    tmp_path: Path, baseline_bundle, monkeypatch: pytest.MonkeyPatch, capsys, ending: str
) -> None:
    given = TextIOWrapper(BufferedReader(BytesIO(b"Congress should repeal the act. She studied hydrology.")))
    monkeypatch.setattr("sys.stdin", given)
    path, model = tmp_path / f"out.{ending}", ["--model", str(baseline_bundle)]
    assert main(["predict", "-", "--out", str(path), *model]) == 0
    assert main(["replay", str(path), *model]) == 0
    captured = capsys.readouterr()
    assert "equal: 2 sentences of 1 document" in captured.out
    assert "standard input is compared as the export holds it" in captured.err
    path.write_text(path.read_text("utf-8").replace("Congress should repeal the act.", "The river rose."), "utf-8")
    assert main(["replay", str(path), *model]) == 1
    assert "-[0:31]: policy_advice, now no label" in capsys.readouterr().out


@pytest.mark.parametrize("gap", ["\r\n", "\u2028", "\u0085", "\f"])
def test_csv_keeps_whatever_parts_a_line(tmp_path: Path, baseline_bundle, gap: str) -> None:
    document = claimclf.predict.document(text=f"The pact{gap}was signed. She studied hydrology.", model=baseline_bundle)
    path = tmp_path / "a.csv"
    document.to_csv(path)
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())  # as Excel saves it
    assert [row["text"] for row in read_trail(path)] == [sentence.text for sentence in document]


@pytest.mark.parametrize("labels", [("tax reform",), ("tax",), ("tax", "tax reform"), ("reform", "tax"), ()])
def test_labels_in_csv_are_told_apart_and_learnt_from_again(tmp_path: Path, baseline_bundle, labels) -> None:
    document = claimclf.predict.document(text="A pact.", model=baseline_bundle)
    names = ("reform", "tax", "tax reform") if "reform" in labels else ("tax", "tax reform")
    sentence = replace(document[0], labels=labels, scores=dict.fromkeys(names, 0.5))
    path = tmp_path / "a.csv"
    replace(document, sentences=(sentence,), labels=names).to_csv(path)
    assert read_trail(path)[0]["labels"] == list(labels)
    assert load_examples([path], labels=None)[0].labels == labels
    if "reform" not in labels:
        path.write_text(path.read_text("utf-8").replace(";", " "), "utf-8")  # as they were written once
        assert read_trail(path)[0]["labels"] == list(labels)


def test_a_label_in_csv_that_nobody_knows_is_a_difference(tmp_path: Path, baseline_bundle) -> None:
    path = tmp_path / "a.csv"
    claimclf.predict.document(text="She studied hydrology.", model=baseline_bundle).to_csv(path)
    with path.open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    row[header.index("labels")] = "weather"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row])
    (difference,) = replay(read_trail(path), claimclf.load(baseline_bundle))
    assert difference.what == "weather, now no label"


def test_a_document_that_stands_twice_in_an_export_is_replayed_twice(folder: Path, baseline_bundle) -> None:
    name = sorted(path.name for path in Path("reports").iterdir() if path.suffix == ".txt")[0]
    model = ["--model", str(baseline_bundle)]
    assert main(["predict", f"reports/{name}", f"reports/{name}", "--out", "out.jsonl", *model]) == 0
    assert main(["replay", "out.jsonl", *model]) == 0


def test_damaged_exports_are_refused(tmp_path: Path, baseline_bundle, capsys) -> None:
    document = claimclf.predict.document(text="A pact.", model=baseline_bundle)
    document.to_csv(tmp_path / "a.csv")
    written = (tmp_path / "a.csv").read_text("utf-8")
    score = written.splitlines()[1].rpartition(",")[2]
    (tmp_path / "a.csv").write_text(written.replace(score, '"0,5"'), "utf-8")
    with pytest.raises(DataError, match="no export of claimclf, or damaged"):
        read_trail(tmp_path / "a.csv")
    document.to_jsonl(tmp_path / "a.jsonl")
    row = json.loads((tmp_path / "a.jsonl").read_text("utf-8"))
    (tmp_path / "a.jsonl").write_text(json.dumps(row | {"policy": "none"}), "utf-8")
    assert main(["replay", str(tmp_path / "a.jsonl"), "--model", str(baseline_bundle)]) == 1
    assert "policy: expected JSON, got 'none'" in capsys.readouterr().err


def test_half_a_character_goes_into_every_export(tmp_path: Path, baseline_bundle) -> None:
    pandas = pytest.importorskip("pandas")
    document = claimclf.predict.document(text="Oro signed \ud83d.", model=baseline_bundle)
    assert document.to_pandas()["text"].tolist() == ["Oro signed \\ud83d."]
    document.to_parquet(tmp_path / "a.parquet")
    assert pandas.read_parquet(tmp_path / "a.parquet")["text"].tolist() == ["Oro signed \\ud83d."]


def test_an_export_of_nothing_has_its_header(tmp_path: Path, baseline_bundle) -> None:
    claimclf.predict.document(text="", model=baseline_bundle).to_csv(tmp_path / "a.csv")
    assert "score_agreement" in (tmp_path / "a.csv").read_text("utf-8")
