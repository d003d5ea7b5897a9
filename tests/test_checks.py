"""``claimclf corpus check`` finds what is planted in a small corpus, and nothing in a clean one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimclf.checks import check_corpus
from claimclf.checks.confounds import check_balance
from claimclf.checks.doubts import label_doubts
from claimclf.checks.duplicates import check_equal, similar_pairs
from claimclf.cli.main import main
from claimclf.data.references import text_hash
from claimclf.errors import DataError, InputError, MissingExtraError
from claimclf.labels import LABELS
from claimclf.records import Example

SENTENCES = {
    "agreement": [
        "Oslo and Lima signed a fishing accord.",
        "The union renewed its contract with the port of Riga for another year.",
        "Talks on the pipeline between the two capitals broke off at midnight.",
        "Neither ministry has ratified the extradition convention.",
    ],
    "surveillance_tech": [
        "Lenses above the market match every passing face.",
        "Malware on her handset copied each message to a server abroad.",
        "The registry of fingerprints was opened to the gendarmes.",
        "Operators slow the network whenever crowds gather in the square.",
    ],
    "disinformation": [
        "A troupe of bogus bloggers praised the governor for pay.",
        "The station aired a forged letter.",
        "Researchers traced the hoax to a bureau in the suburbs.",
        "He was accused of planting invented reports about the vaccine.",
    ],
    "policy_advice": [
        "Parliament ought to repeal the decree before winter.",
        "The auditors ask the treasury to publish the ledger.",
        "It would be wise for Brussels to wait.",
        "Do not prolong the state of emergency, the bar association told the cabinet.",
    ],
}
NOTHING = [
    "Rain fell on the harbour all night.", "Her thesis concerns medieval glass.", "The orchestra toured twice.",
    "A new bakery opened by the canal, and queues were long.", "Barley prices eased in spring.",
    "He retired to the coast with two dogs and a great many books about lighthouses.", "Snow closed the pass.",
    "The museum bought a lute.",
]  # fmt: skip


def corpus() -> dict[str, list[dict]]:
    """Two splits of twelve sentences, clean under every check."""
    labelled = [(text, [label]) for label, texts in SENTENCES.items() for text in texts]
    everything = [*labelled, *((text, []) for text in NOTHING)]
    rows = [
        {"id": f"s{n}", "text": text, "labels": labels, "group": f"g{n}"} for n, (text, labels) in enumerate(everything)
    ]
    return {"train": rows[::2], "test": rows[1::2]}


def write(folder: Path, splits: dict[str, list[dict]]) -> Path:
    folder.mkdir(exist_ok=True)
    for split, rows in splits.items():
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def failed(path: Path, **options: object) -> set[str]:
    return {finding.check for finding in check_corpus(path, **options) if finding.status == "failed"}


def test_nothing_is_found_in_a_clean_corpus(tmp_path: Path) -> None:
    findings = list(check_corpus(write(tmp_path / "c", corpus())))
    assert {finding.check for finding in findings if finding.status == "ok"} >= {
        "schema", "ids", "groups", "label balance", "equal texts", "near-duplicates", "templates", "length",
    }  # fmt: skip
    assert failed(tmp_path / "c") == set()


def planted(fault: str) -> dict[str, list[dict]]:
    splits = corpus()
    train, test = splits["train"], splits["test"]
    if fault == "schema":
        train[0]["labels"] = ["agrement"]
    elif fault == "ids":
        test[0]["id"] = train[0]["id"]
    elif fault == "groups":
        test[0]["group"] = train[0]["group"]
    elif fault == "label balance":
        splits["test"] = [row for row in test if "agreement" not in row["labels"]]
    elif fault == "equal texts":
        train.append({**train[0], "id": "again", "labels": ["disinformation"]})
    elif fault == "near-duplicates":
        train.append({**train[0], "id": "again", "text": train[0]["text"].replace(".", ", indeed.")})
    elif fault == "templates":
        train.append({**train[0], "id": "again", "text": train[0]["text"].replace("Lima", "Ouagadougou")})
    elif fault == "length":
        for row in [*train, *test]:
            row["text"] += " and so on" * 9 * ("agreement" in row["labels"])
    elif fault == "giveaway words":
        for row in [*train, *test]:
            row["text"] = ("Verily " if "policy_advice" in row["labels"] else "") + row["text"]
        train.append(
            {"id": "n", "text": "Verily we go, to repeal the old decree.", "labels": ["policy_advice"], "group": "n"}
        )
    return splits


@pytest.mark.parametrize(
    "fault",
    [
        "schema", "ids", "groups", "label balance", "equal texts", "near-duplicates", "templates", "length",
        "giveaway words",
    ],
)  # fmt: skip
def test_what_is_planted_is_found(tmp_path: Path, fault: str) -> None:
    assert fault in failed(write(tmp_path / "c", planted(fault)))


def test_an_equal_text_in_another_split_is_found(tmp_path: Path) -> None:
    splits = corpus()
    splits["test"].append({**splits["train"][0], "id": "again", "group": "again"})
    assert "equal texts" in failed(write(tmp_path / "c", splits))


def test_overlap_with_an_evaluation_file_is_found(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", corpus())
    held_out = tmp_path / "held-out.jsonl"
    held_out.write_text(json.dumps({"text": "They say the union renewed its contract with the PORT of Riga!"}) + "\n")
    assert failed(folder, against=[held_out]) == {f"overlap with {held_out}"}
    held_out.write_text(json.dumps({"text": "The union renewed its contract with nobody."}) + "\n")
    assert failed(folder, against=[held_out]) == set()


def test_without_texts_nothing_passes_that_was_not_looked_at(tmp_path: Path) -> None:
    def reference(row: dict) -> dict:
        fields = {k: v for k, v in row.items() if k != "text"}
        place = {"repo": "o/n", "commit": "a" * 40, "path": "a", "start": 0, "end": 9, "license": "CC0-1.0"}
        return {**fields, **place, "sha256": text_hash(row["text"])}

    splits = corpus()
    folder = write(tmp_path / "c", {split: [reference(row) for row in rows] for split, rows in splits.items()})
    cache = tmp_path / "texts.jsonl"
    status = {finding.check: finding.status for finding in check_corpus(folder, cache=cache, against=["eval.jsonl"])}
    assert {status[check] for check in ("near-duplicates", "length", "overlap with eval.jsonl")} == {"not run"}
    assert {status[check] for check in ("schema", "ids", "groups", "label balance")} == {"ok"}
    cache.write_text("".join(json.dumps(row) + "\n" for rows in splits.values() for row in rows), "utf-8")
    status = {finding.check: finding.status for finding in check_corpus(folder, cache=cache)}
    assert status["near-duplicates"] == status["length"] == "ok"
    write(folder, {"train": splits["train"]})  # texts in one split, references in the other
    found = {finding.check: finding for finding in check_corpus(folder, cache=cache)}
    assert found["near-duplicates"].summary.startswith("0 of 24 texts")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_similar_pairs_of_free_text_are_those_that_are_similar(texts: list[str]) -> None:
    found = list(similar_pairs([*texts, "The very same sentence.", "The very same sentence"]))
    assert any((len(texts), len(texts) + 1) == pair[:2] for pair in found)
    assert all(first < second and 0.7 <= similarity <= 1 for first, second, similarity in found)


def test_the_command_line_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "c", corpus())
    assert main(["corpus", "check", str(folder)]) == 0
    assert "ok      near-duplicates: 0 of 24 texts" in capsys.readouterr().out
    held_out = tmp_path / "held-out.jsonl"
    held_out.write_text(json.dumps({"text": corpus()["train"][0]["text"]}) + "\n", "utf-8")
    assert main(["corpus", "check", str(folder), "--against", str(held_out)]) == 1
    capsys.readouterr()
    write(folder, planted("groups"))
    assert main(["corpus", "check", str(folder), "--json"]) == 1
    findings = {finding["check"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["groups"]["details"] == ["g0: test and train"]
    shutil.rmtree(folder)
    assert main(["corpus", "check", str(folder)]) == 1
    assert "no such file or folder" in capsys.readouterr().err


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.jsonl file in this folder; name the folder that holds the splits"):
        list(check_corpus(tmp_path))


def test_the_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasketch", None)
    with pytest.raises(MissingExtraError, match=r"needs the extra 'corpus'"):
        list(check_corpus(write(tmp_path / "c", corpus())))


def test_planted_label_errors_are_doubted_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((400, 4)) < 0.3
    probabilities = np.where(truth, 0.9, 0.05) + rng.uniform(-0.04, 0.04, truth.shape)
    wrong = {(int(row), column) for column in range(4) for row in rng.choice(400, 10, replace=False)}
    for row, column in wrong:
        truth[row, column] = not truth[row, column]
    examples = [
        Example(str(n), f"text {n}", tuple(label for label, yes in zip(LABELS, row, strict=True) if yes), "g")
        for n, row in enumerate(truth)
    ]
    doubts = label_doubts(examples, probabilities)
    found = {(int(doubt.example.id), LABELS.index(doubt.label)) for doubt in doubts}
    assert found <= wrong
    assert len(found) > len(wrong) / 2
    assert all(doubt.given == bool(truth[int(doubt.example.id), LABELS.index(doubt.label)]) for doubt in doubts)
    with pytest.raises(InputError, match=r"probabilities: expected the shape \(400, 4\), got \(3, 4\)"):
        label_doubts(examples, probabilities[:3])


def test_what_readers_were_unsure_of_does_not_count() -> None:
    wavering = Example("1", "The pact was signed here.", ("agreement",), "g", unsure=("agreement",))
    plain = Example("2", "The pact was signed here.", (), "h")
    assert check_equal({"train": [wavering, plain]}).details == ()
    details = check_balance({"train": [wavering, plain]}, LABELS).details
    assert next(line for line in details if "agreement" in line).startswith("train agreement: 0 ")
