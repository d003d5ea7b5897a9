"""The scripts in ``training/``, run as a user runs them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import os
import re
import runpy
import shlex
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import yaml

import claimclf
from claimclf import BaselineClassifier
from claimclf.benchmark.segmentation import Score, marked_paragraphs, score
from claimclf.bundle import recalibrate
from claimclf.cli.main import main
from claimclf.data.references import text_hash
from claimclf.errors import DataError
from claimclf.estimators.softlabels import read_soft_labels
from claimclf.labels import LABELS

ROOT = Path(__file__).parent.parent
TRAINING = ROOT / "training"
SPLITTERS = ("claimclf", "sentencex")


def run(script: str, *arguments: object, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a script in this process: to import torch each time would take longer than most scripts do."""
    command = [str(TRAINING / script), *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("default")
        patch.setattr(sys, "argv", command)
        patch.setattr(logging.root, "handlers", [])
        code: object = 0
        try:
            runpy.run_path(command[0], run_name="__main__")
        except SystemExit as ended:
            code = ended.code or 0
    assert code == status, err.getvalue()
    return subprocess.CompletedProcess(command, status, out.getvalue(), err.getvalue())


def run_apart(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script as a user does."""
    command = [sys.executable, str(TRAINING / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def data(tmp_path: Path, training_data) -> Path:
    rows = [
        {"id": str(number), "text": text, "labels": labels, "group": f"g{number % 6}"}
        for number, (text, labels) in enumerate(zip(*training_data, strict=True))
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def recipe(tmp_path: Path, data: Path):
    def write(**parameters: object) -> Path:
        path = tmp_path / "recipe.yaml"
        entries = {"train": [data.name], "validation": [], "output": "out/mine", "parameters": parameters}
        path.write_text(yaml.safe_dump(entries), "utf-8")
        return path

    return write


def with_validation(recipe: Path, data: Path) -> Path:
    """Hold out the same sentences, but for a space: equal ones would not be learnt from."""
    held_out = data.with_name("held-out.jsonl")
    held_out.write_text(data.read_text("utf-8").replace('"id": "', '"id": "v').replace('.",', ' .",'), "utf-8")
    entries = {**yaml.safe_load(recipe.read_text("utf-8")), "validation": [held_out.name]}
    recipe.write_text(yaml.safe_dump(entries), "utf-8")
    return recipe


def test_two_commands_lead_from_a_csv_to_predictions(tmp_path: Path) -> None:
    water = ["The dam leaks.", "Rain filled the lake.", "A well ran dry.", "The river froze.", "Pipes burst in town."]
    money = ["Rates rose again.", "The bank lent less.", "A loan was repaid.", "The tax fell.", "Bonds were sold."]
    rows = [f"{text},{topic}" for topic, texts in (("water", water), ("money", money)) for text in texts * 4]
    table = tmp_path / "mine.csv"
    dirt = ["Tolls pay for the dam.,water", "Tolls pay for the dam.,money", ",water"]
    table.write_text("\n".join(["body,topic", *rows, *dirt]) + "\n", "utf-8")
    columns = ["--text-column", "body", "--label-column", "topic"]
    done = run("train_baseline.py", "--data", table, *columns, "--out", tmp_path / "mine")
    assert "water" in done.stdout
    bundle = claimclf.load(tmp_path / "mine")
    report = bundle.manifest["training"]["data"]
    assert "on texts, each decided by a model that learnt without its group:" in done.stdout
    assert (bundle.manifest["training"]["n_texts"], bundle.manifest["metrics"]["n_texts"]) == (42, 42)
    assert "macro" in done.stdout
    assert f"{bundle.manifest['metrics']['macro_f1'][0]:.3f} [" in done.stdout
    assert [note.split(" ", 2)[:2] for note in report["notes"][:3]] == [
        ["empty", "texts:"],
        ["contradictions:", "1"],
        ["repeated", "texts:"],
    ]
    assert "\n".join(["", *report["notes"], ""]) in done.stderr
    assert done.stderr.startswith("data: ")
    assert "(mine.csv, line 42 = mine.csv, line 43)" in report["notes"][1]
    assert bundle.labels == ("money", "water")
    assert [p.labels for p in bundle.predictions(["The lake froze.", "The bank sold bonds."])] == [
        ("water",),
        ("money",),
    ]
    assert bundle.predictions(["Unheard of."])[0].labels  # one label a text in the table, one label a prediction
    run("train_baseline.py", "--data", table, *columns, "--set", "exclusive=false", "--out", tmp_path / "mine")
    assert "exclusive" not in claimclf.load(tmp_path / "mine").manifest
    wrong = run("train_baseline.py", *columns, "--out", tmp_path / "mine", status=2)
    assert "--text-column: belongs to tables of your own; name them with --data" in wrong.stderr


def test_the_baseline_is_trained_saved_and_measured(recipe, data: Path) -> None:
    config = with_validation(recipe(calibration_folds=2), data)
    out = run("train_baseline.py", "--config", config, "--set", "C=2.5").stdout
    bundle = config.parent / "out" / "mine"
    assert f"bundle: {bundle}" in out
    assert "macro" in out
    assert claimclf.load(bundle).manifest["training"]["parameters"]["C"] == 2.5
    assert claimclf.load(bundle).manifest["metrics"]["n_texts"] == 12


def test_the_transformer_is_trained_saved_and_measured(recipe, data: Path, tiny_base: Path, tmp_path: Path) -> None:
    config = with_validation(
        # With this seed no score lies so near to its threshold that int8 decides otherwise.
        recipe(base=str(tiny_base), epochs=40, max_length=32, learning_rate=0.005, batch_size=4, random_state=4),
        data,
    )
    config.write_text(yaml.safe_dump({**yaml.safe_load(config.read_text("utf-8")), "neighbours": [data.name]}), "utf-8")
    done = run_apart("train_transformer.py", "--config", config, "--out", tmp_path / "elsewhere")
    assert claimclf.load(tmp_path / "elsewhere").keeps_examples
    assert f"bundle: {tmp_path / 'elsewhere'}" in done.stdout
    assert "macro" in done.stdout
    assert "data: 12 texts in 6 groups to learn from, 12 in 6 held out" in done.stderr
    out = run("evaluate_model.py", data, "--model", tmp_path / "elsewhere", "--parity", tmp_path / "elsewhere").stdout
    assert "keyword rule" in out
    assert "torch fp32 = onnx int8" in out


def test_the_two_commands_of_the_readme_lead_from_a_small_table_to_predictions(
    tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = r"```sh\n(python training/train_transformer.py --data notebooks.*?)```.*?```text\n(.*?)```"
    commands, printed = re.search(shown, readme, re.DOTALL).groups()
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "200")
    commands = commands.replace("bundles/mine", (tmp_path / "mine").as_posix())
    (_, script, *train), (_, *predict) = map(shlex.split, commands.splitlines())
    settings = ["--set", f"base={tiny_base}", "--set", "max_length=32", "--set", "time_budget=0"]
    done = run(Path(script).name, *train, *settings)
    assert done.stderr.startswith(printed.partition("strategy:")[0])
    assert "contrastive: not tried; it takes about" in done.stderr
    assert "on sentences, each decided by a network that learnt without its group:" in done.stdout
    steps = done.stdout.partition("\nnext:\n")[2].splitlines()
    said = [step.partition(",")[0].partition(":")[0] for step in printed.splitlines() if step.startswith("- ")]
    assert re.match("- label more texts for (doubt|impact|measure), whose F1 is the lowest", steps[0])
    assert [said[1], said[-1]] == [steps[1].partition(":")[0], steps[-1].partition(":")[0]]
    bundle = claimclf.load(tmp_path / "mine")
    assert bundle.manifest["metrics"]["n_texts"] == len(bundle.held_out.truth) == 48
    assert bundle.manifest["training"]["strategy"] == "head"
    assert main(predict) == 0
    lines = capsys.readouterr().out.splitlines()
    texts = Path("notebooks/climate-unlabelled.csv").read_text("utf-8").replace('"', "").splitlines()[1:]
    assert [re.split(r" [\d.]{4} +", line)[1] for line in lines] == texts
    assert {line.split()[0] for line in lines} <= set(bundle.labels) == {"doubt", "impact", "measure"}
    assert [line.split(maxsplit=2)[2] for line in printed.splitlines()[-5:]] == texts[:5]


def test_a_student_learns_from_a_teacher_and_from_labels(
    recipe, data: Path, tiny_base: Path, tmp_path: Path, training_data
) -> None:
    labelled = training_data[0][0]
    config = with_validation(recipe(base=str(tiny_base), epochs=2, max_length=32, batch_size=4), data)
    pool = tmp_path / "pool.jsonl"
    rows = [{"text": text} for text in ("A treaty on tolls.", "A treaty on tolls.", "The lake froze.", " ", labelled)]
    rows.append({"text": "From a repository of the evaluation set.", "in_dev_repo": True})
    pool.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ("--config", config, "--teacher", "baseline", "--texts", pool, "--out", tmp_path / "student")
    run("distill.py", *arguments, "--without-dev-repos")
    training = claimclf.load(tmp_path / "student").manifest["training"]
    assert training["n_soft_texts"] == 2
    assert training["teacher"] == "baseline"
    pool.write_text(json.dumps({"text": labelled}) + "\n")
    assert "none is left" in run("distill.py", *arguments, status=2).stderr


def test_a_student_learns_from_models_that_did_not_see_what_they_score(
    recipe, data: Path, tiny_base: Path, tmp_path: Path
) -> None:
    config = with_validation(recipe(base=str(tiny_base), epochs=1, max_length=32, batch_size=4), data)
    pool = tmp_path / "pool.jsonl"
    rows = [{"id": "new", "text": "A treaty on tolls.", "group": "g99"}, {"id": "held", "text": "Fog.", "group": "g1"}]
    pool.write_text("".join(json.dumps(row) + "\n" for row in rows))
    held_out = data.with_name("held-out.jsonl")
    held_out.write_text(held_out.read_text("utf-8").replace('"group": "g', '"group": "v'), "utf-8")
    soft = tmp_path / "soft.jsonl.gz"
    out = run("soft_labels.py", "--config", config, "--texts", pool, "--out", soft).stdout
    assert "12 sentences, 6 groups" in out
    again = run("soft_labels.py", "--config", config, "--out", soft).stdout
    assert out.endswith(again), "what is there is not asked again"
    teachers = [claimclf.load(tmp_path / "out" / "mine" / f"fold-{number}") for number in (0, 1)]
    left_out = [set(teacher.manifest["training"]["left_out"]) for teacher in teachers]
    assert set.union(*left_out) == {f"g{number}" for number in range(6)}
    assert not set.intersection(*left_out)
    said = read_soft_labels(soft, LABELS)
    first = json.loads(data.read_text("utf-8").splitlines()[0])
    foreign = next(teacher for teacher, groups in zip(teachers, left_out, strict=True) if first["group"] in groups)
    assert said[first["id"]] == pytest.approx(
        foreign.predict_proba([first["text"]])[0], abs=0.01
    )  # int8 depends on the batch
    either = [teacher.predict_proba(["A treaty on tolls."])[0] for teacher in teachers]
    assert any(said["new"] == pytest.approx(answer, abs=0.01) for answer in either)
    run("distill.py", "--config", config, "--soft", soft, "--texts", pool, "--out", tmp_path / "student")
    assert claimclf.load(tmp_path / "student").manifest["training"]["n_soft_texts"] == 2
    wrong = run("distill.py", "--config", config, "--soft", data, "--out", tmp_path / "student", status=1)
    assert "data.jsonl, line 1: expected 'id', and 'scores'" in wrong.stderr


def test_a_bundle_is_calibrated_on_siblings_that_did_not_see_what_they_score(
    recipe, data: Path, tiny_base: Path, tmp_path: Path
) -> None:
    config = with_validation(recipe(base=str(tiny_base), epochs=1, max_length=32, batch_size=4), data)
    run("train_transformer.py", "--config", config)
    bundle = tmp_path / "out" / "mine"
    before = claimclf.load(bundle)
    out = run("calibrate.py", "--config", config, "--folds", 3).stdout
    assert "had not seen" in out
    after = claimclf.load(bundle)
    texts = [json.loads(line)["text"] for line in data.read_text("utf-8").splitlines()]
    assert after.decision_function(texts).tolist() == before.decision_function(texts).tolist()
    assert len(after.held_out.logits) == 2 * len(texts), "the validation texts count as well"
    assert len(set(after.held_out.group.tolist())) == 6
    seen = {path.name for path in (tmp_path / "out" / "mine-folds").iterdir()}
    assert seen == {"fold-0", "fold-1", "fold-2"}
    assert "had not seen" in after.manifest["metrics"]["what"]
    beside = tmp_path / "out" / "mine-folds" / "fold-0"
    assert "16 sentences, 6 groups" in run("calibrate.py", "--config", config, "--beside", beside).stdout
    nothing = run("calibrate.py", "--config", config, "--beside", bundle, status=2)
    assert "mine left out none of the recipe's training texts" in nothing.stderr
    other = run("calibrate.py", "--config", config, "--folds", 2, status=2)
    assert "fold-0: was trained without other groups; delete it or name another folder" in other.stderr
    # Siblings are on the bundle's scale: on texts that neither saw they have its mean and spread.
    assert after.held_out.logits.mean(axis=0) == pytest.approx(before.decision_function(texts).mean(axis=0), abs=0.3)


def test_a_bundle_that_saw_every_real_text_is_calibrated_by_one_that_kept_some_to_validate(
    data: Path, tiny_base: Path, tmp_path: Path, overfit
) -> None:
    rows = data.read_text("utf-8")
    parts = {
        "seen": rows.replace('"id": "', '"how": "random", "id": "s').replace('.",', ' !",'),
        "kept": rows.replace('"id": "', '"how": "random", "id": "k').replace('.",', ' ?",').replace(': "g', ': "kept-'),
        "authored": rows,
    }
    for name, lines in parts.items():
        (tmp_path / f"{name}.jsonl").write_text(lines, "utf-8")
    parameters = {"base": str(tiny_base), **overfit, "patience": 25, "random_state": 1}
    configs = {
        "less": {"train": ["seen.jsonl"], "validation": ["kept.jsonl", "authored.jsonl"]},
        "all": {"train": ["seen.jsonl", "kept.jsonl"], "validation": ["authored.jsonl"]},
    }
    for name, entries in configs.items():
        config = tmp_path / f"{name}.yaml"
        config.write_text(yaml.safe_dump({**entries, "output": name, "parameters": parameters}), "utf-8")
        run("train_transformer.py", "--config", config)
    run("calibrate.py", "--config", tmp_path / "all.yaml", "--beside", tmp_path / "less")
    held_out = claimclf.load(tmp_path / "all").held_out
    assert len(held_out.logits) == len(rows.splitlines()), "authored texts only bring the two into line"
    assert len(set(held_out.group.tolist())) == 6


def scores_of_many_sources(folder: Path) -> Path:
    path = folder / "many.jsonl"
    rows = [
        {"group": f"g{n % 12}", "labels": [label], "unsure": [], "scores": dict.fromkeys(LABELS, 0.1 + n % 7 / 10)}
        for n in range(240)
        for label in LABELS
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_candidates_are_cross_validated_compared_and_their_errors_shown(
    recipe, data: Path, tiny_base: Path, tmp_path: Path
) -> None:
    config = recipe(base=str(tiny_base), epochs=1, max_length=32, validation_fraction=0)
    saved, page, figures = tmp_path / "scores.jsonl", tmp_path / "report.html", tmp_path / "report.json"
    candidates = ("--set", "pooling=mean", "--set", "pooling=first")
    keep = ("--save", saved, "--keep", tmp_path / "kept")
    study = ("cross_validate.py", "--config", config, "--folds", 2, *candidates, *keep)
    out = run(*study).stdout
    assert "minus the first: " in out
    kept = sorted((tmp_path / "kept").iterdir())
    written = [file.stat().st_mtime_ns for file in kept]
    assert len(kept) == 2
    assert run(*study).stdout == out
    assert [file.stat().st_mtime_ns for file in kept] == written
    for file in kept:
        file.write_bytes(gzip.compress(b'{"id": "other"}\n'))
    assert "holds scores of other texts" in run(*study, status=1).stderr
    assert all("text" not in json.loads(line) for line in saved.read_text("utf-8").splitlines())
    assert "better in" in run("threshold_rules.py", scores_of_many_sources(tmp_path), "--draws", 5).stdout
    outputs = ("--html", page, "--json", figures)
    run("evaluate_model.py", data, "--model", "baseline", "--errors", saved, "--config", config, *outputs)
    assert "<h2>Errors</h2>" in page.read_text("utf-8")
    assert json.loads(figures.read_text("utf-8"))["errors"]


def test_a_policy_is_tried_on_sources_that_it_was_not_learnt_from() -> None:
    modest = run("policy_on_new_sources.py", "--precision", 0.6, "--draws", 4).stdout
    assert "agreement                   100%   0." in modest
    strict = run("policy_on_new_sources.py", "--precision", 0.9999, "--draws", 4).stdout
    assert "agreement                     0%   - " in strict
    unfit = run("policy_on_new_sources.py", "--precision", 2, status=2)
    assert "precision" in unfit.stderr


def test_a_policy_of_labels_that_exclude_each_other_asserts_above_one_half_alone(tmp_path: Path) -> None:
    labels = ["health", "money", "water"]
    taught = BaselineClassifier(calibration_folds=2).fit(["A vaccine.", "A loan.", "A dam."] * 4, labels * 4)
    groups, truth = [f"g{row % 4}" for row in range(300)], np.tile(np.eye(3), (100, 1))
    recalibrate(taught.save(tmp_path / "b"), tmp_path / "b", ["Nobody knows."] * 300, truth, groups=groups, refit=False)
    found = run("policy_on_new_sources.py", "--model", tmp_path / "b", "--precision", 0.1, "--draws", 4).stdout
    for label in labels:
        assert f"{label:20}          0%   - " in found


def test_texts_are_materialised_into_a_cache(tmp_path: Path) -> None:
    reference = {
        "id": "r1", "repo": "o/n", "commit": "a" * 40, "path": "a", "start": 0, "end": 7, "license": "CC0-1.0",
        "sha256": text_hash("A pact."), "labels": [], "group": "o/n",
    }  # fmt: skip
    (tmp_path / "refs.jsonl").write_text(json.dumps(reference) + "\n")
    (tmp_path / "pool.jsonl").write_text(json.dumps({"text": "A pact."}) + "\n")
    (tmp_path / "none.jsonl").write_text(json.dumps({"text": "Other."}) + "\n")
    arguments = (tmp_path / "refs.jsonl", "--cache", tmp_path / "cache.jsonl", "--from")
    missing = run("materialise.py", *arguments, tmp_path / "none.jsonl", status=1)
    assert "not found: r1 (o/n@aaaaaaaaaa): in none of the files" in missing.stderr
    assert "1 of 1 texts" in run("materialise.py", *arguments, tmp_path / "pool.jsonl").stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "expected entries such as train:"),
        ("nonsense: 1", "unexpected keyword argument 'nonsense'"),
        ("{", "cannot be read"),
        ("columns: {grp: speaker}", "unexpected keyword argument 'grp'"),
        ("parameters: [C, 3]", "bad.yaml: parameters: expected names with values, got ['C', 3]"),
        ("parameters: {labels: [tax]}", "parameters: labels are an entry of the recipe"),
        ("labels: {tax: 3}", "bad.yaml: labels: tax: expected a sentence on what it means, got 3"),
        ("train: 3", "bad.yaml: 'int' object is not iterable"),
    ],
)
def test_a_bad_recipe_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text(content)
    done = run("train_baseline.py", "--config", tmp_path / "bad.yaml", status=1)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_recipe_names_columns_and_single_files_as_they_are(tmp_path: Path, training_data) -> None:
    rows = [
        f"{text},{labels[0]},s{n % 3}" for n, (text, labels) in enumerate(zip(*training_data, strict=True)) if labels
    ]
    (tmp_path / "mine.csv").write_text("\n".join(["body,topic,speaker", *rows]), "utf-8")
    entries = "train: mine.csv\noutput: mine\ncolumns: {text: body, label: topic, group: speaker}\n"
    (tmp_path / "recipe.yaml").write_text(entries, "utf-8")
    run("train_baseline.py", "--config", tmp_path / "recipe.yaml")
    training = claimclf.load(tmp_path / "mine").manifest["training"]
    assert (training["n_texts"], training["n_groups"]) == (10, 3)
    (tmp_path / "recipe.yaml").write_text(entries + "licenses: MIT\n", "utf-8")
    refused = run("train_baseline.py", "--config", tmp_path / "recipe.yaml", status=1)
    assert "licenses: no row states 'MIT'; rows state: none" in refused.stderr


@pytest.mark.parametrize("script", ["train_baseline.py", "train_transformer.py"])
def test_a_recipe_says_what_labels_mean_and_in_which_order(tmp_path: Path, tiny_base: Path, script: str) -> None:
    rows = [f"Rates fell in {n} towns.,rate\nDues rose in {n} ports.,due\n" for n in range(6)]
    (tmp_path / "mine.csv").write_text("text,label\n" + "".join(rows), "utf-8")
    tiny = f", base: {tiny_base}, strategy: head" if script == "train_transformer.py" else ""
    entries = "train: mine.csv\ncolumns: {label: label}\nlabels: {rate: names a rate, due: names a due}\n"
    (tmp_path / "recipe.yaml").write_text(f"{entries}output: mine\nparameters: {{exclusive: true{tiny}}}\n", "utf-8")
    for data in ((), ("--data", tmp_path / "mine.csv", "--label-column", "label")):
        run(script, "--config", tmp_path / "recipe.yaml", *data)
        assert claimclf.load(tmp_path / "mine").labels == ("rate", "due")
        assert "| `due` | names a due |" in (tmp_path / "mine" / "README.md").read_text("utf-8")
    (tmp_path / "more.csv").write_text("text,label\nFees went.,fee\n", "utf-8")
    refused = run(script, "--config", tmp_path / "recipe.yaml", "--data", tmp_path / "more.csv", status=1)
    assert "'fee'" in refused.stderr


def test_a_parameter_of_another_estimator_is_one_line(recipe) -> None:
    done = run("train_baseline.py", "--config", recipe(pooling="mean"), status=1)
    assert "BaselineClassifier has no pooling" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_rows_under_the_licences_that_are_named_are_learnt_from(recipe, data: Path) -> None:
    rows = [json.loads(line) for line in data.read_text("utf-8").splitlines()]
    for number, row in enumerate(rows):
        row["license"] = ("MIT", "CC0-1.0")[number >= 8]
    data.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"id": "x", "text": "None.", "labels": []}]))
    config = recipe(calibration_folds=2)
    run("train_baseline.py", "--config", with_validation(config, data), "--license", "MIT")
    training = claimclf.load(config.parent / "out" / "mine").manifest["training"]
    assert (training["n_texts"], training["licenses"]) == (8, ["MIT"])
    none = run("train_baseline.py", "--config", config, "--license", "GPL", status=1)
    assert "licenses: no row states 'GPL'; rows state: MIT (8); CC0-1.0 (4)" in none.stderr
    typo = run("train_baseline.py", "--config", config, "--license", "MIT", "--license", "CC0", status=1)
    assert "licenses: no row states 'CC0', word for word" in typo.stderr


def test_a_recipe_stops_at_a_round(recipe, data: Path) -> None:
    rows = [json.loads(line) for line in data.read_text("utf-8").splitlines()]
    data.write_text("".join(json.dumps({**row, "round": 1 + n % 3}) + "\n" for n, row in enumerate(rows)), "utf-8")
    config = with_validation(recipe(calibration_folds=2), data)
    config.write_text(config.read_text("utf-8") + "last_round: 2\n", "utf-8")
    run("train_baseline.py", "--config", config)
    manifest = claimclf.load(config.parent / "out" / "mine").manifest
    assert (manifest["training"]["n_texts"], manifest["metrics"]["n_texts"]) == (8, 8)


@pytest.fixture
def corpus_recipe(recipe, data: Path, tiny_base: Path) -> Path:
    """A corpus of two rounds and two halves: the real half has ``how`` and four repositories."""
    rows = [json.loads(line) for line in data.read_text("utf-8").splitlines()]
    for number, row in enumerate(rows):
        row["round"] = 1 + number % 2
    real = [{**row, "id": f"r{row['id']}", "how": "random", "group": f"o/{n % 4}"} for n, row in enumerate(rows)]
    data.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *real]), "utf-8")
    return recipe(base=str(tiny_base), epochs=1, max_length=32, validation_fraction=0)


def test_the_learning_curve_is_scored_drawn_and_resumed(corpus_recipe: Path, tmp_path: Path) -> None:
    arguments = ("--config", corpus_recipe, "--results", tmp_path / "curve.jsonl", "--jobs", 1)
    first = run("learning_curve.py", *arguments).stdout.splitlines()
    names = ["round 1", "round 2", "real only", "authored only"]
    assert [line[:14].strip() for line in first] == names
    assert (tmp_path / "curve.svg").read_text("utf-8").startswith("<?xml")
    rows = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text("utf-8").splitlines()]
    assert [(row["real"], row["authored"]) for row in rows] == [(6, 6), (12, 12), (12, 0), (0, 12)]
    assert {row["report"]["n_texts"] for row in rows} == {12}
    (tmp_path / "curve.jsonl").write_text("".join(json.dumps({**row, "real": 99}) + "\n" for row in rows))
    again = run("learning_curve.py", *arguments, "--stage", "round 1").stdout
    assert "99 real" in again, "what is in the results is not run again"
    entries = yaml.safe_load(corpus_recipe.read_text("utf-8"))
    entries["parameters"]["weight_decay"] = 0.02
    corpus_recipe.write_text(yaml.safe_dump(entries), "utf-8")
    assert " 6 real" in run("learning_curve.py", *arguments, "--stage", "round 1").stdout
    after = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text("utf-8").splitlines()]
    assert [(row["stage"], row["real"]) for row in after] == [*((name, 99) for name in names[1:]), ("round 1", 6)]


def test_doubtful_labels_are_listed(corpus_recipe: Path, tmp_path: Path) -> None:
    out = run("label_doubts.py", "--config", corpus_recipe, "--out", tmp_path / "doubts.jsonl", "--jobs", 1).stdout
    rows = [json.loads(line) for line in (tmp_path / "doubts.jsonl").read_text("utf-8").splitlines()]
    assert f"{len(rows)} doubtful labels" in out
    assert all(set(row) == {"id", "group", "text", "labels", "label", "given", "probability"} for row in rows)


def test_the_agreement_of_readers_is_printed() -> None:
    out = run("reader_agreement.py").stdout
    assert "real: 33510 sentences read twice" in out
    assert out.count("kappa") == 8


def test_the_splitter_is_measured_on_marked_cases_and_documents(tmp_path: Path) -> None:
    lines = run("segmentation.py").stdout.splitlines()
    ours, underneath = (next(line for line in lines if line.startswith(f"| {name} ")) for name in SPLITTERS)
    assert float(ours.split("|")[4]) > float(underneath.split("|")[4])
    failed = run("segmentation.py", "--documents", tmp_path, status=1)
    assert "facial-recognition-india-2020.md" in failed.stderr


def test_marks_are_of_one_text(tmp_path: Path) -> None:
    document, marks = tmp_path / "a.md", tmp_path / "marks.jsonl"
    document.write_text("# Ports\n\nOro signed. It rained.\n\nNobody came. It was May.\n", "utf-8")
    text = "PortsOrosigned.Itrained.Nobodycame.ItwasMay."
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    marks.write_text(json.dumps({"name": "a.md", "sha256": sha256, "ends": [15, 35]}), "utf-8")
    cases = marked_paragraphs(marks, tmp_path)
    assert [(case.text, case.required) for case in cases] == [
        ("Oro signed. It rained.", {10}),
        ("Nobody came. It was May.", {11}),
    ]
    assert score(lambda text: text.split("  "), cases) == Score(right=0, wrong=0, missed=2, whole=0, n_cases=2)
    document.write_text("# Ports\n\nOro signed.\n", "utf-8")
    with pytest.raises(DataError, match="not the text that was marked"):
        marked_paragraphs(marks, tmp_path)
