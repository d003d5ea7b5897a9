from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

import claimclf
from claimclf.bundle import provenance
from claimclf.cli.main import main
from claimclf.cli.reading import read_documents
from claimclf.errors import MissingExtraError

TEXT = "The two ministries signed a pact on ports. She studied hydrology.\n\nCongress should repeal the act.\n"
SENTENCES = ["The two ministries signed a pact on ports.", "She studied hydrology.", "Congress should repeal the act."]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, "utf-8")
    return path


def predict(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["predict", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_a_text_file_becomes_sentences_with_offsets(document, baseline_bundle, capsys) -> None:
    out = predict(capsys, document, "--model", baseline_bundle, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["text"] for row in rows] == SENTENCES
    assert all(TEXT[row["start"] : row["end"]] == row["text"] for row in rows)
    assert set(rows[0]["scores"]) == {"agreement", "surveillance_tech", "disinformation", "policy_advice"}


def test_the_table_shows_every_sentence(document, baseline_bundle, capsys) -> None:
    out = predict(capsys, document, "--model", baseline_bundle)
    assert all(sentence in out for sentence in SENTENCES)


def test_the_table_marks_what_scores_say_little_of(tmp_path: Path, transformer_bundle, capsys) -> None:
    french = "Le ministre a signé un accord avec la Russie sur la sécurité."
    (tmp_path / "a.txt").write_text(f"{french}\n\n{'river ' * 100}\n", "utf-8")
    assert main(["predict", str(tmp_path / "a.txt"), "--model", str(transformer_bundle)]) == 0
    captured = capsys.readouterr()
    assert "(not English?)" in captured.out
    assert "(cut)" in captured.out
    assert "1 of the texts are not English" in captured.err
    assert "1 of the texts are longer than the model reads" in captured.err


def test_what_is_left_out_is_not_counted(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.txt").write_text("Die Regierung schweigt dazu.\n\nCongress should repeal the act.\n", "utf-8")
    arguments = ["predict", str(tmp_path / "a.txt"), "--model", str(baseline_bundle)]
    assert main([*arguments, "--labelled-only"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    assert captured.err == ""


def test_labelled_only_keeps_what_carries_something_and_nothing_else(document, baseline_bundle, capsys) -> None:
    arguments = (document, "--model", baseline_bundle, "--format", "jsonl")
    rows, kept = (
        [json.loads(line) for line in predict(capsys, *arguments, *more).splitlines()]
        for more in ((), ("--labelled-only",))
    )
    assert kept == [row for row in rows if row["labels"] or row["referred"]]
    assert 0 < len(kept) < len(rows)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.txt", "--out", "a.xlsx"], "--out a.xlsx: unknown ending; say which --format"),
        (["a.csv", "--out", "B.HTML"], "a.csv: a report in HTML is of documents"),
        (["a.txt", "--format", "parquet"], "--format parquet: it is no text; say where to write it"),
        (["a.csv", "--out", "b.parquet"], "a.csv: parquet is written of documents"),
        (["a.csv", "--out", "b.html"], "a.csv: a report in HTML is of documents"),
        (["a.txt", "--out", "b.html", "--labelled-only"], "--labelled-only: a report shows the whole text"),
    ],
)
def test_output_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, baseline_bundle, capsys, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("A sentence.", "utf-8")
    Path("a.csv").write_text("text\nx\n", "utf-8")
    assert main(["predict", *arguments, "--model", str(baseline_bundle)]) == 2
    assert said in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "a.csv"}


@pytest.mark.parametrize(
    ("package", "export", "extra"),
    [
        ("pandas", lambda document, path: document.to_pandas(), "tables"),
        ("pyarrow", lambda document, path: document.to_parquet(path), "tables"),
        ("jinja2", lambda document, path: document.to_html(path), "documents"),
    ],
)
def test_exports_name_the_extra_that_they_need(
    baseline_bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, export, extra: str
) -> None:
    document = claimclf.predict.document(text=TEXT, model=baseline_bundle)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=f"needs the extra '{extra}'"):
        export(document, tmp_path / "a")


def test_jsonl_and_csv_rows_keep_their_fields(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"body": "A pact.", "n": 7}) + "\n", "utf-8")
    out = predict(capsys, tmp_path / "a.jsonl", "--column", "body", "--model", baseline_bundle, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["n"], row["text"], row["model"]) == ("7", "A pact.", "baseline")
    assert 0 <= float(row["score_agreement"]) <= 1
    (tmp_path / "a.csv").write_text('text,n\n"A, ""pact""\nsigned.",7\n', "utf-8")
    target = tmp_path / "out.jsonl"
    predict(capsys, tmp_path / "a.csv", "--model", baseline_bundle, "--out", target)
    assert json.loads(target.read_text("utf-8"))["text"] == 'A, "pact"\nsigned.'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.odt", b"PK", "cannot read this kind of file; expected one of .txt, .text, .md"),
        ("a.txt", b"", "a.txt: an empty file"),
        (
            "a.jsonl",
            b'{"body": "x"}\n',
            "line 1: field 'text' is missing; the line has: body (choose one with --column)",
        ),
        ("a.jsonl", b'{"text": null}\n', "line 1: field 'text' is no text"),
        ("a.jsonl", b"nonsense\n", "line 1: not JSON"),
        ("a.csv", b"title\nx\n", "line 2: field 'text' is missing"),
        ("a.csv", b"text\na,b\n", "line 2: more fields than the header"),
        ("tables/a.csv", b"text\nx\n", "name tables themselves, not their folder"),
    ],
)
def test_bad_files_fail_with_one_line(tmp_path: Path, baseline_bundle, capsys, name, content, message) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    given = path if path.parent == tmp_path else path.parent
    assert main(["predict", str(given), "--model", str(baseline_bundle)]) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_missing_files_and_bundles_fail_with_one_line(tmp_path: Path, baseline_bundle, capsys) -> None:
    assert main(["predict", str(tmp_path / "none.txt"), "--model", str(baseline_bundle)]) == 1
    assert "none.txt: No such file" in capsys.readouterr().err
    assert main(["predict", __file__.replace(".py", ".txt"), "--model", "baseline", "--out", "no/such/folder.csv"]) == 1
    assert "no/such/folder.csv: No such file or directory" in capsys.readouterr().err
    long = f"{'x' * 245}.jsonl"  # what lies beside it has a name that is too long
    assert main(["predict", __file__.replace(".py", ".txt"), "--model", "baseline", "--out", long]) == 1
    assert f"claimclf: {long}: " in capsys.readouterr().err
    assert main(["info", str(tmp_path / "none")]) == 1
    assert "no such bundle" in capsys.readouterr().err


def test_a_folder_is_read_and_what_cannot_be_is_listed_at_the_end(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.md").write_text("# Ports\n\nA pact was signed.", "utf-8")
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "c.txt").write_bytes(b"")
    (tmp_path / "photo.png").write_bytes(b"")
    target = tmp_path / "out.jsonl"
    assert main(["predict", str(tmp_path), "--model", str(baseline_bundle), "--out", str(target)]) == 1
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["text"] for row in rows] == [*SENTENCES, "Ports", "A pact was signed."]
    assert (rows[-1]["kind"], rows[-1]["heading"], rows[-2]["kind"]) == ("text", "Ports", "heading")
    assert rows[-1]["source"] == str(tmp_path / "deep" / "b.md")
    assert capsys.readouterr().err.splitlines() == [
        "passed over: 1 .png",
        f"claimclf: {tmp_path / 'c.txt'}: an empty file",
    ]
    # The same rows as in Python, whatever else was read before.
    assert (
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[3:])
        == claimclf.predict.document(tmp_path / "deep" / "b.md", model=baseline_bundle).to_jsonl()
    )


def test_no_file_is_written_if_nothing_could_be_read(tmp_path: Path, baseline_bundle) -> None:
    target = tmp_path / "out.csv"
    assert main(["predict", str(tmp_path / "none.pdf"), "--model", str(baseline_bundle), "--out", str(target)]) == 1
    assert not target.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: COMMAND"),
        (["predict"], "required: FILE"),
        (["nonsense"], "invalid choice"),
        (["predict", "a.txt", "--format", "xml"], "invalid choice: 'xml'"),
        (["predict", "a.txt", "--threshold", "agreement"], "expected LABEL=P, such as agreement=0.7, got 'agreement'"),
    ],
)
def test_wrong_usage_exits_with_2(arguments, said, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert "usage:" in err
    assert said in err


def test_info_describes_and_verifies(bundle: Path, capsys) -> None:
    assert main(["info", str(bundle), "--verify"]) == 0
    out = capsys.readouterr().out
    assert "policy_advice" in out
    assert "16 of 16 pinned texts decided as stored" in out


def test_a_file_may_be_labelled_in_place(tmp_path: Path, baseline_bundle) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("text\nThe two ministries signed a pact on ports.\n", "utf-8")
    arguments = ["--out", str(path), "--model", str(baseline_bundle)]
    assert main(["predict", str(path), *arguments]) == 0
    before = path.read_text("utf-8")
    assert "two ministries" in before
    assert main(["predict", str(path), str(tmp_path / "none.csv"), *arguments]) == 1
    assert path.read_text("utf-8") == before
    assert [file.name for file in tmp_path.iterdir()] == ["posts.csv"]


def test_the_levels_of_a_policy_ask_for_a_policy(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.txt").write_text("A sentence.", "utf-8")
    assert main(["predict", str(tmp_path / "a.txt"), "--model", str(baseline_bundle), "--omission", "0.2"]) == 2
    assert "ask for one with --precision" in capsys.readouterr().err


def test_evaluate_prints_a_table_or_json(tmp_path: Path, baseline_bundle, training_data, capsys) -> None:
    rows = [{"text": text, "labels": labels} for text, labels in zip(*training_data, strict=True)]
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert main(["evaluate", str(path), "--model", str(baseline_bundle)]) == 0
    assert "macro" in capsys.readouterr().out
    assert main(["evaluate", str(path), "--model", str(baseline_bundle), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_texts"] == len(rows)
    assert main(["evaluate", str(path), "--model", str(baseline_bundle), "--calibration"]) == 0
    assert "policy_advice      base rate 0.250  error" in capsys.readouterr().out
    assert main(["evaluate", str(path), "--model", str(baseline_bundle), "--calibration", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["calibration"]["agreement"]["error"]) == 3
    drawn = [{**row, "how": "random" if number < 8 else "topic"} for number, row in enumerate(rows)]
    path.write_text("".join(json.dumps(row) + "\n" for row in drawn), "utf-8")
    assert main(["evaluate", str(path), "--model", str(baseline_bundle), "--calibration"]) == 0
    assert "calibration, drawn at random on 8 sentences" in capsys.readouterr().out
    table = tmp_path / "gold.csv"
    table.write_text("body,topic\nThe two ministries signed a pact on ports.,agreement\n", "utf-8")
    named = ["--text-column", "body", "--label-column", "topic"]
    assert main(["evaluate", str(table), *named, "--model", str(baseline_bundle), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_texts"] == 1


def test_standard_input_is_read(baseline_bundle) -> None:
    command = [sys.executable, "-m", "claimclf", "predict", "-", "--model", str(baseline_bundle), "--format", "jsonl"]
    done = subprocess.run(command, input=TEXT, capture_output=True, text=True, check=True)
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == SENTENCES
    assert done.stderr == ""
    pdf = (Path(__file__).parent / "data" / "documents" / "brief.pdf").read_bytes()
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    assert json.loads(done.stdout.splitlines()[0])["text"] == "The gates of Sarn"


def test_a_closed_pipe_is_no_traceback(tmp_path: Path, baseline_bundle) -> None:
    path = tmp_path / "long.txt"
    path.write_text("The river rose. " * 6_000, "utf-8")
    command = [sys.executable, "-m", "claimclf", "predict", str(path), "--model", str(baseline_bundle)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        process.wait(timeout=120)


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_half_a_character_ends_no_run(tmp_path: Path, baseline_bundle, capsys, form: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A pact \\ud83d"}\n{"text": "A river."}\n', "utf-8")
    arguments = (tmp_path / "a.jsonl", "--model", baseline_bundle, "--format", form)
    assert "A river." in predict(capsys, *arguments)
    predict(capsys, *arguments, "--out", tmp_path / "out")
    written = (tmp_path / "out").read_text("utf-8")
    assert "A pact \\ud83d" in written
    if form == "jsonl":
        assert json.loads(written.splitlines()[0])["text"] == "A pact \ud83d"


def test_what_a_table_says_itself_is_kept_beside_what_is_predicted(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A pact.", "labels": ["mine"], "n": 1}\n', "utf-8")
    out = predict(capsys, tmp_path / "a.jsonl", "--model", baseline_bundle, "--format", "jsonl")
    row = json.loads(out)
    assert (row["given_labels"], row["n"]) == (["mine"], 1)
    assert "mine" not in row["labels"]


def test_rows_of_tables_say_what_decided(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.csv").write_text("text,version\nA pact.,mine\n", "utf-8")
    arguments = (tmp_path / "a.csv", "--model", baseline_bundle, "--threshold", "agreement=0.001")
    out = predict(capsys, *arguments, "--out", tmp_path / "out.jsonl")
    row = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
    assert (out, row["given_version"]) == ("", "mine")
    classifier = claimclf.load(baseline_bundle).with_thresholds({"agreement": 0.001})
    assert asdict(provenance(classifier)).items() <= row.items()
    assert main(["replay", str(tmp_path / "out.jsonl")]) == 1
    assert "only exports of documents can be made again" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["text,n\n", "text,n\nShe studied hydrology.,7\n"])
def test_an_export_of_no_row_has_its_header(tmp_path: Path, baseline_bundle, capsys, content: str) -> None:
    (tmp_path / "a.csv").write_text(content, "utf-8")
    arguments = (tmp_path / "a.csv", "--labelled-only", "--model", baseline_bundle, "--format", "csv")
    (header,) = csv.reader(io.StringIO(predict(capsys, *arguments)))
    assert {"text", "labels", "bundle_sha256", "score_agreement"} <= set(header)
    assert ("n" in header) == (content.count("\n") > 1)  # of a table without rows its fields are not known


def test_fields_that_the_first_row_lacks_are_not_lost_in_csv(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A pact."}\n{"text": "A river.", "n": 1}\n', "utf-8")
    assert main(["predict", str(tmp_path / "a.jsonl"), "--model", str(baseline_bundle), "--format", "csv"]) == 1
    assert "row 2: the first row has no n; write jsonl instead" in capsys.readouterr().err


def test_parquet_is_a_table_too(tmp_path: Path, baseline_bundle, capsys) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list([{"body": "A pact.", "n": 7}]).to_parquet(tmp_path / "a.parquet")
    arguments = (tmp_path / "a.parquet", "--column", "body", "--model", baseline_bundle, "--format", "jsonl")
    assert json.loads(predict(capsys, *arguments))["n"] == 7


def test_json_lines_on_standard_input_are_rows(baseline_bundle: Path) -> None:
    arguments = [sys.executable, "-m", "claimclf", "predict", "-", "--model", baseline_bundle, "--format", "jsonl"]
    given = '{"text": "The pact was signed.", "n": 7}\n'
    row = json.loads(subprocess.run(arguments, input=given.encode(), capture_output=True, check=True).stdout)
    assert (row["text"], row["n"]) == ("The pact was signed.", 7)


@pytest.mark.parametrize(
    ("command", "given", "out", "err"),
    [
        ("suggest", '\n{"text": "A pact.", "n": 7}\n', '"n": 7', "1 of 1 texts\n"),
        ("predict", '{"body": "A pact."}\n', "", "claimclf: -, line 1: field 'text' is missing; the line has: body"),
        ("predict --column text", "text\nA pact.\n", '"source": "-"', "-: read as a document, without columns"),
    ],
)
def test_what_comes_on_standard_input_is_told_apart(baseline_bundle: Path, command, given, out, err) -> None:
    arguments = [sys.executable, "-m", "claimclf", *command.split(), "-", "--format", "jsonl"]
    arguments += ["--model", str(baseline_bundle)]
    done = subprocess.run(arguments, input=given, capture_output=True, text=True, check=False)
    assert out in done.stdout
    assert done.stderr.startswith(err)


def test_names_that_are_taken_are_kept_apart(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.csv").write_text("text,labels,given_labels,score_agreement\nA pact.,mine,yours,human\n", "utf-8")
    out = predict(capsys, tmp_path / "a.csv", "--model", baseline_bundle, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert {"mine", "yours", "human"} <= set(row.values())
    assert (row["given_given_labels"], row["given_score_agreement"]) == ("mine", "human")


def test_values_that_json_and_csv_do_not_know_are_written_as_text(tmp_path: Path, baseline_bundle, capsys) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"text": "A pact.", "day": date(2016, 5, 1), "tags": [1, 2]}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    arguments = (tmp_path / "a.parquet", "--model", baseline_bundle, "--format")
    assert json.loads(predict(capsys, *arguments, "jsonl"))["day"] == "2016-05-01"
    (row,) = csv.DictReader(io.StringIO(predict(capsys, *arguments, "csv")))
    assert (row["day"], row["tags"]) == ("2016-05-01", "[1, 2]")


def test_csv_holds_lists_and_mappings_as_json(tmp_path: Path, baseline_bundle, capsys) -> None:
    given = {"places": ["New York", "Paris"], "by": {"name": "Ёlka"}}
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "A pact.", **given}) + "\n", "utf-8")
    out = predict(capsys, tmp_path / "a.jsonl", "--model", baseline_bundle, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert {name: json.loads(row[name]) for name in given} == given


def test_a_bundle_with_figures_of_its_own_is_described(baseline_bundle, tmp_path: Path, capsys) -> None:
    copied = Path(shutil.copytree(baseline_bundle, tmp_path / "a"))
    manifest = json.loads((copied / "manifest.json").read_text("utf-8"))
    (copied / "manifest.json").write_text(json.dumps({**manifest, "metrics": {"accuracy": 0.9}}), "utf-8")
    assert main(["info", str(copied)]) == 0
    assert "macro F1" not in capsys.readouterr().out


def test_another_column_called_text_is_kept(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.csv").write_text("title,text\nA pact.,The body.\n", "utf-8")
    arguments = (tmp_path / "a.csv", "--column", "title", "--model", baseline_bundle, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(predict(capsys, *arguments)))
    assert (row["text"], row["title"], row["given_text"]) == ("A pact.", "A pact.", "The body.")


def test_csv_holds_whatever_ends_a_line(tmp_path: Path, baseline_bundle, capsys) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Rabat signed\\ra pact"}\n', "utf-8")
    out = predict(capsys, tmp_path / "a.jsonl", "--model", baseline_bundle, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    assert row["text"] == "Rabat signed\ra pact"


@pytest.mark.skipif(sys.platform == "win32", reason="no links without rights")
def test_a_link_stays_a_link(tmp_path: Path, document, baseline_bundle, capsys) -> None:
    (tmp_path / "real.jsonl").touch()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    predict(capsys, document, "--model", baseline_bundle, "--out", tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text("utf-8").count("\n") == len(SENTENCES)


def test_standard_output_may_be_named(tmp_path: Path, document, baseline_bundle, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert all(
        sentence in predict(capsys, document, "--model", baseline_bundle, "--out", "-") for sentence in SENTENCES
    )
    assert [path.name for path in tmp_path.iterdir()] == ["report.txt"]


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
def test_a_file_to_which_standard_output_is_redirected_is_not_replaced(document, baseline_bundle) -> None:
    command = [
        sys.executable,
        "-m",
        "claimclf",
        "predict",
        document,
        "--model",
        baseline_bundle,
        "--out",
        "/dev/stdout",
    ]
    target = document.with_name("out.txt")
    target.write_text("before\n", "utf-8")
    with target.open("a") as out:
        subprocess.run(command, stdout=out, check=True)
    written = target.read_text("utf-8")
    assert written.startswith("before\n")
    assert all(sentence in written for sentence in SENTENCES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_nothing_is_kept_beside_a_pipe(tmp_path: Path, document, baseline_bundle, capsys, monkeypatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    beside: list[str] = []

    def seen(*given):
        for reading in read_documents(*given):
            yield reading
            beside.extend(path.name for path in tmp_path.iterdir())

    monkeypatch.setattr("claimclf.cli.labelling.read_documents", seen)
    with subprocess.Popen(
        [sys.executable, "-c", f"print(open({str(pipe)!r}).read())"], stdout=subprocess.PIPE
    ) as reader:
        predict(capsys, document, "--model", baseline_bundle, "--format", "jsonl", "--out", pipe)
        assert reader.stdout.read().count(b'"text"') == 2 * len(SENTENCES)  # also as the kind of each
    assert set(beside) == {"pipe", "report.txt"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("out", [["--out", "/dev/full"], []])
def test_a_full_disk_is_named(document, baseline_bundle, out: list[str]) -> None:
    command = [sys.executable, "-m", "claimclf", "predict", document, "--model", baseline_bundle, *out]
    with Path("/dev/null" if out else "/dev/full").open("w") as stdout:
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == f"claimclf: {''.join(f'{name}: ' for name in out[1:])}No space left on device\n"
    assert done.returncode == 1
