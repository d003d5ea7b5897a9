from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from claimclf.data import (
    Columns,
    fingerprint,
    from_dataset,
    group_folds,
    group_holdout,
    load_examples,
    read_table,
    targets,
    to_dataset,
)
from claimclf.data.examples import read_examples, read_references
from claimclf.data.jsonl import read_rows, write_rows
from claimclf.data.references import collect_texts, resolve, save_texts, text_hash
from claimclf.errors import DataError, InputError, InputTypeError
from claimclf.records import Example

REFERENCE = {
    "id": "r1",
    "repo": "owner/name",
    "commit": "a" * 40,
    "path": "a.md",
    "start": 0,
    "end": 12,
    "sha256": text_hash("The  pact.\n"),
    "license": "CC0-1.0",
    "labels": ["agreement"],
    "group": "owner/name",
}
EXAMPLE = {"id": "e1", "text": "A pact.", "labels": ["agreement"], "group": "g"}


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    rows = [{"text": "“Ünïcode”\u2028"}, {"text": ""}]
    write_rows(tmp_path / "new" / "a.jsonl", rows)
    assert [row for _, row in read_rows(tmp_path / "new" / "a.jsonl")] == rows
    write_rows(tmp_path / "a.jsonl.gz", rows)
    assert [row for _, row in read_rows(tmp_path / "a.jsonl.gz")] == rows
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == (tmp_path / "new" / "a.jsonl").read_bytes()
    write_rows(tmp_path / "b.jsonl.gz", rows)
    assert (tmp_path / "b.jsonl.gz").read_bytes() == (tmp_path / "a.jsonl.gz").read_bytes()


def test_defaults_of_a_minimal_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"text": "a", "label": "tax"}, "", {"text": "b", "labels": []})
    first, third = "a.jsonl, line 1", "a.jsonl, line 3"
    examples = read_examples(path, labels=None)
    assert [(e.id, e.group, e.labels) for e in examples] == [(first, first, ("tax",)), (third, third, ())]
    more = write(tmp_path / "b.jsonl", {"text": "c", "label": "tax"})
    assert [e.text for e in load_examples([path, more], labels=None)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: expected a JSON object, got list"),
        ({"id": "e2", "labels": [], "group": "g"}, "line 2: field 'text' is missing; the line has: id, labels, group"),
        ({**EXAMPLE, "id": "e2", "text": 3}, "line 2: field 'text': expected str, got int"),
        ({**EXAMPLE, "id": "e2", "labels": "agreement"}, "line 2: field 'labels': expected list, got str"),
        (
            {**EXAMPLE, "id": "e2", "labels": ["agrement"]},
            "line 2: unknown label 'agrement'; expected one of agreement",
        ),
        ({**EXAMPLE, "id": "e2", "unsure": [1]}, "line 2: field 'unsure': expected names, got 1"),
        ({**EXAMPLE, "id": "e2", "unsure": [""]}, "line 2: field 'unsure': expected names, got ''"),
        ({"text": "b", "label": ""}, "line 2: field 'labels' is missing; the line has: text, label"),
        (EXAMPLE, "line 2: id 'e1' occurs already in .*a.jsonl, line 1"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, line: object, message: str) -> None:
    path = write(tmp_path / "a.jsonl", EXAMPLE, line)
    with pytest.raises(DataError, match=message) as caught:
        read_examples(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"commit": "main"}, "field 'commit'"),
        ({"sha256": "abc"}, "field 'sha256'"),
        ({"start": 5, "end": 5}, "expected 0 <= start < end"),
        ({"start": True}, "field 'start': expected int, got bool"),
        ({"license": None}, "field 'license' is missing"),
    ],
)
def test_errors_in_references_name_file_and_line(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(DataError, match=f"line 1: {message}"):
        read_references(write(tmp_path / "a.jsonl", {**REFERENCE, **change}))


def test_unreadable_files_are_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        load_examples([tmp_path / "none.jsonl"])
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "caf\xe9"}\n')
    with pytest.raises(DataError, match="not UTF-8"):
        load_examples([tmp_path / "latin.jsonl"])
    (tmp_path / "bad.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match="cannot be read"):
        load_examples([tmp_path / "bad.jsonl.gz"])
    with pytest.raises(DataError, match="no labelled texts found"):
        load_examples([write(tmp_path / "empty.jsonl")])


def test_an_id_in_two_files_is_refused(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.jsonl", EXAMPLE), write(tmp_path / "b.jsonl", EXAMPLE)
    with pytest.raises(DataError, match="id 'e1' occurs in more than one file"):
        load_examples([first, second])


def test_references_get_their_text_from_local_files_through_the_cache(tmp_path: Path) -> None:
    references = write(tmp_path / "refs.jsonl", REFERENCE, {**REFERENCE, "id": "r2", "in_dev_repo": True})
    source = write(tmp_path / "pool.jsonl", {"text": "Something else."}, {"text": "The pact."})
    cache = tmp_path / "cache" / "texts.jsonl"
    with pytest.raises(DataError, match=r"2 of 2 references is missing \(first: r1\); run python training/materialise"):
        load_examples([references], cache=cache)
    save_texts(collect_texts(read_references(references), [source]), cache)
    assert [e.text for e in load_examples([references], cache=cache)] == ["The pact.", "The pact."]
    assert [e.id for e in load_examples([references], cache=cache, in_dev_repo=False)] == ["r1"]


def test_a_changed_text_is_missing_rather_than_wrong(tmp_path: Path) -> None:
    references = read_references(write(tmp_path / "refs.jsonl", REFERENCE))
    cache = write(tmp_path / "cache.jsonl", {"text": "The pact!"})
    with pytest.raises(DataError, match="missing"):
        resolve(references, cache)


def test_targets_mark_what_readers_were_unsure_of() -> None:
    example = Example("1", "a", ("agreement",), "g", unsure=("disinformation",))
    assert np.array_equal(targets([example]), [[1, 0, np.nan, 0]], equal_nan=True)


def test_folds_and_holdouts_never_cut_a_group() -> None:
    rng = np.random.default_rng(1)
    matrix = (rng.random((200, 3)) < 0.3).astype(float)
    groups = [f"g{number}" for number in rng.integers(0, 23, 200)]
    seen = []
    for train, held_out in [*group_folds(matrix, groups, 4, seed=3)]:
        assert not {groups[i] for i in train} & {groups[i] for i in held_out}
        seen.extend(held_out)
    assert sorted(seen) == list(range(200))
    train, held_out = group_holdout(matrix, groups, 0.1, seed=3)
    assert not {groups[i] for i in train} & {groups[i] for i in held_out}
    assert 5 <= len(held_out) <= 40
    assert np.array_equal(held_out, group_holdout(matrix, groups, 0.1, seed=3)[1])


def test_impossible_splits_are_refused() -> None:
    with pytest.raises(InputError, match=r"n_folds: expected 2 to 1 \(the number of groups\), got 2"):
        list(group_folds(np.zeros((3, 1)), ["a"] * 3, 2))
    with pytest.raises(InputError, match="groups: expected at least 2"):
        group_holdout(np.zeros((3, 1)), ["a"] * 3)


def test_hugging_face_datasets_in_and_out() -> None:
    datasets = pytest.importorskip("datasets")
    examples = [Example("1", "a", ("agreement",), "g"), Example("2", "b", (), "h")]
    assert [(e.id, e.text, e.labels, e.group) for e in from_dataset(to_dataset(examples))] == [
        (e.id, e.text, e.labels, e.group) for e in examples
    ]
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["x", "y"])})
    single = datasets.Dataset.from_dict({"text": ["a"], "label": [1]}, features=features)
    assert from_dataset(single, labels="label")[0].labels == ("y",)
    with pytest.raises(DataError, match="column 'labels' is missing; there are text, label"):
        from_dataset(single)


def test_the_fingerprint_depends_on_content_not_order() -> None:
    first, second = Example("1", "a", ("agreement",), "g"), Example("2", "b", (), "h")
    assert fingerprint([first, second]) == fingerprint([second, first])
    assert fingerprint([first]) != fingerprint([Example("1", "a", (), "g")])


TABLE = [
    {"body": "The dam is safe.", "topic": "water", "year": "1999"},
    {"body": "Rates rose, then fell.", "topic": "money", "year": ""},
]


def tables(folder: Path) -> dict[str, str | Path]:
    """The same two rows in every kind of table."""
    import datasets

    (folder / "a.csv").write_text(
        '\ufeffbody,topic,year\nThe dam is safe.,water,1999\n"Rates rose, then fell.",money,\n'
    )
    (folder / "a.tsv").write_text("body\ttopic\tyear\nThe dam is safe.\twater\t1999\nRates rose, then fell.\tmoney\t\n")
    write_rows(folder / "a.jsonl", TABLE)
    features = datasets.Features(
        {
            "body": datasets.Value("string"),
            "topic": datasets.ClassLabel(names=["money", "water"]),
            "year": datasets.Value("string"),
        }
    )
    dataset = datasets.Dataset.from_list(TABLE, features=features)
    dataset.save_to_disk(folder / "saved")
    datasets.DatasetDict({"train": dataset}).save_to_disk(folder / "splits")
    datasets.Dataset.from_list(TABLE).to_parquet(folder / "a.parquet")
    (folder / "loadable").mkdir()
    dataset.to_parquet(folder / "loadable" / "train.parquet")
    names = ("a.csv", "a.tsv", "a.jsonl", "saved", "splits", "a.parquet", "loadable")
    return {name: folder / name for name in names}


def test_every_kind_of_table_gives_the_same_examples(tmp_path: Path) -> None:
    from claimclf.data import Columns

    for name, path in tables(tmp_path).items():
        examples = load_examples([path], labels=None, columns=Columns(text="body", label="topic"))
        assert [(e.text, e.labels) for e in examples] == [
            ("The dam is safe.", ("water",)),
            ("Rates rose, then fell.", ("money",)),
        ], name


def test_capitals_in_an_ending_change_nothing(tmp_path: Path) -> None:
    write_rows(tmp_path / "A.JSONL", [{"text": "A.", "label": "x"}])
    (tmp_path / "A.CSV").write_text("text,label\nA.,x\n")
    for name in ("A.JSONL", "A.CSV"):
        assert [e.labels for e in read_examples(tmp_path / name, labels=None)] == [("x",)]


def test_several_labels_in_a_cell(tmp_path: Path) -> None:
    from claimclf.data import Columns

    (tmp_path / "a.csv").write_text("text,labels,group\nA.,x | y,1\nB.,,1\n")
    examples = read_examples(tmp_path / "a.csv", labels=None, columns=Columns(separator="|"))
    assert [(e.labels, e.group) for e in examples] == [(("x", "y"), "1"), ((), "1")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\nA.,\n", "line 2: no label in column 'labels' or 'label'; the row has: text, label"),
        ("body,label\nA.,x\n", "line 2: column 'text' is missing"),
        ("text,label\nA.,x,y\n", "line 2: more fields than the header"),
        ('text,label\nA.,x\n"B.,x\n', "line 3: not CSV .*; quotation marks go around a whole field"),
        ('text,label\n"A." B,x\n', "line 2: not CSV"),
        ("text;label\nA, then B.;x\n", "line 1: a semicolon seems to separate the columns; save it with commas"),
        ("text\tlabel\nA.\tx\n", "line 1: a tab seems to separate the columns"),
        ("text,labels,labels\nA.,x,\n", "line 1: the header has several columns 'labels'"),
        ("text,label,,\nA.,x,b,c\n", "line 1: the header has several columns ''"),
        ("text,labels\nA.,\"['x', 'y']\"\n", "line 2: column 'labels': .* is a list that was written as text; put ';'"),
        ("text,labels\nA.,[]\n", "line 2: column 'labels': '\\[\\]' is a list that was written as text"),
    ],
)
def test_errors_in_csv_name_the_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        read_examples(tmp_path / "a.csv", labels=None)


def test_a_table_in_another_encoding_is_told_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,label\nCaf\xe9.,x\n")
    with pytest.raises(DataError, match=r"a.csv, after line \d+: not UTF-8 .*; save it as UTF-8"):
        read_examples(tmp_path / "a.csv", labels=None)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"group": "speakr"}, "a.{kind}: no column 'speakr' for the group; there are: text, label, speaker"),
        ({"label": "topic"}, "line .: no label in column 'topic'; the row has: text, label"),
        ({"labels": "lables"}, "line .: no label in column 'lables'; the row has: text, label"),
        ({"id": "key"}, "a.{kind}: no column 'key' for the id"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_column_that_was_named_has_to_be_there(tmp_path: Path, kind: str, named: dict, message: str) -> None:
    (tmp_path / "a.csv").write_text("text,label,speaker\nA.,x,\nB.,y,s\n")
    write_rows(tmp_path / "a.jsonl", [{"text": "A.", "label": "x"}, {"text": "B.", "label": "y", "speaker": "s"}])
    table = tmp_path / f"a.{kind}"
    with pytest.raises(DataError, match=message.format(kind=kind)):
        load_examples([table], labels=None, columns=Columns(**named))
    first, second = load_examples([table], labels=None, columns=Columns(group="speaker"))  # empty in a row
    assert (first.group, second.group) == (first.id, "s")


def test_a_label_column_that_was_named_is_taken_rather_than_labels(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,topic,label,labels\nA.,x,y,\nB.,x,y,printed\n")
    for column, label in (("topic", "x"), ("label", "y")):
        examples = read_examples(tmp_path / "a.csv", labels=None, columns=Columns(label=column))
        assert [example.labels for example in examples] == [(label,), (label,)]


@pytest.mark.parametrize("labels", [["tax", None], [0, 1, 0], {"tax": 1}], ids=["nothing", "numbers", "mapping"])
def test_labels_are_names(tmp_path: Path, labels: object) -> None:
    write_rows(tmp_path / "a.jsonl", [{"text": "A.", "labels": labels}])
    with pytest.raises(DataError, match=r"line 1: column 'labels': expected a list of names, got .* name the labels"):
        read_examples(tmp_path / "a.jsonl", labels=None, columns=Columns())
    if isinstance(labels, list):
        datasets = pytest.importorskip("datasets")
        dataset = datasets.Dataset.from_list([{"text": "A.", "labels": labels}])
        with pytest.raises(DataError, match="row 0: column 'labels': expected a list of names"):
            from_dataset(dataset)


def test_an_empty_group_or_id_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,label,group\n,A.,x,\n7,B.,x,g\n, C.,x, \n")
    write_rows(tmp_path / "a.jsonl", [{"text": "A.", "labels": ["x"], "group": "", "id": ""}])
    for name, groups in (("a.csv", ["a.csv, line 2", "g", "a.csv, line 4"]), ("a.jsonl", ["a.jsonl, line 1"])):
        assert [example.group for example in read_examples(tmp_path / name, labels=None)] == groups
    datasets = pytest.importorskip("datasets")
    rows = [{"text": text, "labels": ["x"], "group": None} for text in ("A.", "B.")]
    assert [example.group for example in from_dataset(datasets.Dataset.from_list(rows))] == ["0", "1"]


def test_json_lines_of_others_are_read_as_their_tables(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "A.", "labels": "x; y", "group": 3, "year": "2019", "license": "MIT", "unsure": ["z"]},
        {"id": 2, "text": "B.", "label": 4, "group": None, "sha256": "ab" * 32},
    ]
    write_rows(tmp_path / "a.jsonl", rows)
    first, second = load_examples([tmp_path / "a.jsonl"], labels=None, columns=Columns())
    assert first == Example("1", "A.", ("x", "y"), "3", license="MIT", unsure=("z",))
    assert second == Example("2", "B.", ("4",), "2")
    write_rows(tmp_path / "b.jsonl", [{"body": "B.", "label": "x", "sha256": "ab" * 32}])
    assert load_examples([tmp_path / "b.jsonl"], labels=None, columns=Columns(text="body"))[0].text == "B."


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    (tmp_path / "a.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match=r"expected \.jsonl, \.csv, \.tsv or \.parquet"):
        read_examples(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="cannot read this kind of table"):
        read_examples(
            os.path.relpath(Path(__file__).parent / "conftest.py", Path.cwd())
        )  # looks like a hub id, but is a file here
    with pytest.raises(DataError, match="cannot be read as a table"):
        read_examples(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no such file or folder"):
        read_examples(tmp_path / "none.csv2")


def test_folds_are_alike_in_their_labels_and_the_seed_decides_between_them() -> None:
    groups = [f"g{number // 2:03}" for number in range(200)]
    matrix = np.array([[float(number // 2 % 5 == 0)] for number in range(200)])
    first, second = ([held_out for _, held_out in group_folds(matrix, groups, 5, seed)] for seed in (0, 1))
    assert [matrix[held_out].sum() for held_out in first] == [8] * 5
    assert [set(part) for part in first] != [set(part) for part in second]


def test_a_dataset_without_a_part_to_train_on_is_refused(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = [{"text": "A pact.", "labels": ["agreement"]}]
    datasets.DatasetDict({"test": datasets.Dataset.from_list(rows)}).save_to_disk(tmp_path / "a")
    with pytest.raises(DataError, match=r"a: no split 'train'; there are: test\. Name the folder of one of them"):
        read_examples(tmp_path / "a", labels=None)
    assert len(read_examples(tmp_path / "a" / "test", labels=None)) == 1
    both = datasets.DatasetDict(train=datasets.Dataset.from_list(rows), test=datasets.Dataset.from_list(rows * 2))
    both.save_to_disk(tmp_path / "b")
    with pytest.warns(UserWarning, match="only the split 'train' of train, test is read"):
        assert len(read_examples(tmp_path / "b", labels=None)) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_group_that_is_most_of_the_texts_is_learnt_from(seed: int) -> None:
    groups = ["large"] * 600 + [f"g{number}" for number in range(400)]
    matrix = np.random.default_rng(seed).integers(0, 2, (1000, 2)).astype(float)
    _, held_out = group_holdout(matrix, groups, 0.1, seed=seed)
    assert "large" not in {groups[position] for position in held_out}


def test_classes_of_datasets_get_their_names(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    feeling = datasets.ClassLabel(names=["joy", "anger"])
    several = datasets.Features({"text": datasets.Value("string"), "labels": datasets.Sequence(feeling)})
    single = datasets.Features({"text": datasets.Value("string"), "label": feeling})
    many = datasets.Dataset.from_list([{"text": "a", "labels": [1, 0]}, {"text": "b", "labels": []}], features=several)
    one = datasets.Dataset.from_list([{"text": "a", "label": 1}, {"text": "b", "label": -1}], features=single)
    many.save_to_disk(tmp_path / "many")
    many.to_parquet(tmp_path / "many.parquet")
    one.save_to_disk(tmp_path / "one")
    for source in (tmp_path / "many", tmp_path / "many.parquet"):
        assert [example.labels for example in read_examples(source, labels=None)] == [("anger", "joy"), ()]
    with pytest.raises(DataError, match="row 2: no label in column"):
        read_examples(tmp_path / "one", labels=None)
    assert [example.labels for example in from_dataset(many)] == [("anger", "joy"), ()]
    assert [example.labels for example in from_dataset(one, labels="label")] == [("anger",), ()]


def test_a_column_that_is_missing_is_called_as_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body,topic\nThe dam.,water\n", "utf-8")
    with pytest.raises(DataError, match="line 2: column 'bdy' is missing; the row has: body, topic"):
        read_examples(tmp_path / "a.csv", labels=None, columns=Columns(text="bdy", label="topic"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"a":' * 100_000, "nested too deeply|not JSON"),
        ("a.jsonl.gz", gzip.compress(b"{}\n" * 1000, mtime=0)[:15] + b"damage" * 9, "cannot be read"),
        ("a.parquet", b"PAR1 no", "cannot be read as a table"),
    ],
    ids=["deep", "cut", "false"],
)
def test_damaged_tables_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_examples(tmp_path / name, labels=None)


def test_a_byte_order_mark_and_a_long_field_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\ufeff" + json.dumps(EXAMPLE) + "\n", "utf-8")
    assert [example.id for example in read_examples(tmp_path / "a.jsonl", labels=None)] == ["e1"]
    (tmp_path / "a.csv").write_text(f"text,label\n{'word ' * 60_000},water\n", "utf-8")
    assert len(read_examples(tmp_path / "a.csv", labels=None)[0].text) == 300_000


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_column_that_is_called_as_ours_is_not_taken_for_the_one_named(tmp_path: Path, name: str) -> None:
    row = {"text": "wrong", "title": "right", "label": "3", "label_text": "sports", "id": "1", "group": "g"}
    written = ",".join(row) + "\n" + ",".join(row.values()) if name == "a.csv" else json.dumps(row)
    (tmp_path / name).write_text(written + "\n", "utf-8")
    columns = Columns(text="title", label="label_text")
    (example,) = read_examples(tmp_path / name, labels=None, columns=columns)
    assert (example.text, example.labels) == ("right", ("sports",))


def test_a_single_table_is_to_be_put_into_a_list(tmp_path: Path) -> None:
    with pytest.raises(InputTypeError, match="put it into a list"):
        load_examples(str(tmp_path / "a" / "train.csv"))


def test_a_number_too_long_for_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": ' + "1" * 5000 + "}", "utf-8")
    with pytest.raises(DataError, match="line 1: Exceeds the limit"):
        list(read_rows(tmp_path / "a.jsonl"))


def test_missing_numbers_of_parquet_are_none(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"text": "A pact.", "label": "a", "score": float("nan"), "kept": {"names": 3}}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    (row,) = read_table(tmp_path / "a.parquet")
    assert (row.values["score"], row.values["kept"]) == (None, {"names": 3})
