from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

import claimclf
from claimclf.bundle import SHIPPED, Manifest, copy_without, verify
from claimclf.bundle.card import model_card
from claimclf.cli.main import main
from claimclf.errors import BundleError, BundleNotFoundError, InputError, InputTypeError

FROZEN = Path(__file__).parent / "data" / "format-1"


@pytest.fixture
def copied(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / bundle.name))


def files_of(bundle: Path) -> list[Path]:
    return sorted(file for file in bundle.iterdir() if file.name != "manifest.json")


def edit_manifest(bundle: Path, **changes) -> None:
    path = bundle / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def test_a_saved_bundle_decides_as_stored(bundle: Path) -> None:
    outcome = verify(claimclf.load(bundle))
    assert outcome.passed
    assert outcome.n_texts >= 10
    assert outcome.largest_difference < 1e-6


def test_the_manifest_says_what_a_decision_depends_on(bundle: Path) -> None:
    manifest = claimclf.load(bundle).manifest
    assert [label["name"] for label in manifest["labels"]] == list(claimclf.LABELS)
    assert {"slope", "intercept", "threshold", "definition"} <= set(manifest["labels"][0])
    assert set(manifest["files"]) == {file.name for file in files_of(bundle)}
    assert manifest["versions"]["claimclf"] == claimclf.__version__
    assert manifest["training"]["seed"] == 0
    assert not [file for file in bundle.iterdir() if file.suffix in {".pkl", ".pickle", ".joblib", ".bin", ".pt"}]


def test_the_card_is_in_hub_format(bundle: Path) -> None:
    card = ModelCard.load(bundle / "README.md")
    assert ModelCard(str(card)).data.to_dict() == card.data.to_dict()
    assert (card.data.language, card.data.license) == ("en", "apache-2.0")
    assert (card.data.library_name, card.data.pipeline_tag) == ("claimclf", "text-classification")
    assert "base_model" not in card.data.to_dict()  # it was a folder
    folder = claimclf.load(bundle).manifest["base"].get("id")
    assert not folder or folder not in str(card)
    assert all(f"`{label}`" in card.text for label in claimclf.LABELS)


def test_the_card_of_other_labels_says_nothing_that_we_do_not_know(tmp_path: Path) -> None:
    texts, stance = ["I see it so too.", "That is wrong."] * 4, ["agreement", "disagreement"] * 4
    fitted = claimclf.BaselineClassifier(calibration_folds=2).fit(texts, stance)
    card = ModelCard.load(fitted.save(tmp_path / "a") / "README.md")
    assert (card.data.language, card.data.license) == (None, None)
    assert "parties" not in card.text  # our definition of agreement
    told = {"training": {"license": "mit", "language": "de"}, "definitions": {"agreement": "the writer agrees"}}
    card = ModelCard.load(fitted.save(tmp_path / "b", **told) / "README.md")
    assert (card.data.language, card.data.license) == ("de", "mit")
    assert "| `agreement` | the writer agrees |" in card.text


def test_the_card_names_the_base_and_the_figures_that_are_known() -> None:
    manifest = Manifest.read(SHIPPED / "default")
    unknown = {figure: [None, None, None] for figure in ("precision", "recall", "f1")}
    metrics = {**manifest.metrics, "labels": {**manifest.metrics["labels"], "rare": unknown}}
    card = ModelCard(model_card(replace(manifest, metrics=metrics)))
    assert card.data.base_model == "sentence-transformers/all-MiniLM-L6-v2"
    figures = {result.metric_name: result.metric_value for result in card.data.eval_results}
    assert figures["macro F1"] == manifest.metrics["macro_f1"][0]
    assert figures.keys() == {"macro F1", *(f"F1 of {label}" for label in claimclf.LABELS)}
    assert {result.dataset_name for result in card.data.eval_results} == {f"{metrics['n_texts']} {metrics['what']}"}
    assert ModelCard(str(card)).data.eval_results == card.data.eval_results


@pytest.mark.parametrize("damage", ["flip", "cut", "missing", "grown"])
def test_every_damaged_file_is_refused(copied: Path, damage: str) -> None:
    for file in files_of(copied):
        original = file.read_bytes()
        if damage == "flip":
            middle = len(original) // 2
            file.write_bytes(original[:middle] + bytes([original[middle] ^ 1]) + original[middle + 1 :])
        elif damage == "cut":
            file.write_bytes(original[:-1])
        elif damage == "grown":
            file.write_bytes(original + b" ")
        else:
            file.unlink()
        with pytest.raises(BundleError, match=file.name):
            claimclf.load(copied)
        file.write_bytes(original)
    assert claimclf.load(copied).labels == claimclf.LABELS


@pytest.mark.parametrize("cut", [0, 1, 100, -3])
def test_a_cut_manifest_is_refused(copied: Path, cut: int) -> None:
    path = copied / "manifest.json"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BundleError, match=r"manifest\.json"):
        claimclf.load(copied)


def test_a_missing_manifest_or_folder_is_no_bundle(copied: Path) -> None:
    (copied / "manifest.json").unlink()
    with pytest.raises(BundleNotFoundError, match="no bundle here"):
        claimclf.load(copied)
    with pytest.raises(FileNotFoundError):
        claimclf.load(copied / "nothing")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 2}, "format version 2 is unknown.*newer release"),
        ({"format_version": None}, "format version None is unknown"),
        ({"normaliser_version": 99}, "normaliser version 99 is unknown"),
        ({"kind": "oracle"}, "kind 'oracle' is unknown; expected one of transformer, baseline"),
        ({"labels": [{"name": "a"}]}, "an entry is missing or wrong"),
        ({"labels": "agreement"}, "an entry is missing or wrong"),
        ({"files": {"../outside": "0" * 64}}, "a file outside the bundle"),
        ({"files": []}, "files and model must be objects"),
        ({"surprise": 1}, "an entry is missing or wrong.*surprise"),
        ({"model": {}}, "lacks"),
    ],
)
def test_an_altered_manifest_is_refused(copied: Path, changes: dict, message: str) -> None:
    edit_manifest(copied, **changes)
    with pytest.raises(BundleError, match=message):
        claimclf.load(copied)


def test_a_changed_calibration_is_noticed_by_verify(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = json.loads((copied / "manifest.json").read_text("utf-8"))
    for label in manifest["labels"]:
        label["threshold"] = 0.0
        label["intercept"] += 5
    edit_manifest(copied, labels=manifest["labels"])
    outcome = verify(claimclf.load(copied))
    assert not outcome.passed
    assert outcome.differing
    assert outcome.largest_difference > 0.1
    assert main(["info", str(copied), "--verify"]) == 1
    assert "decided differently: " in capsys.readouterr().err


def test_a_failed_save_leaves_the_old_bundle(tiny_transformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny_transformer.save(tmp_path / "b", name="old")
    monkeypatch.setattr("claimclf.bundle.store.model_card", lambda manifest: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tiny_transformer.save(path, name="new")
    assert claimclf.load(path).manifest["name"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["b"]


def test_saving_does_not_overwrite_what_is_no_bundle(tiny_transformer, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match="exists and is no bundle"):
        tiny_transformer.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_copy_without_torch_files_predicts_the_same(transformer_bundle: Path, tmp_path: Path) -> None:
    path = copy_without(transformer_bundle, tmp_path / "slim", ("model.safetensors", "config.json"), "slim")
    slim, full = claimclf.load(path), claimclf.load(transformer_bundle)
    assert not (path / "model.safetensors").exists()
    assert slim.manifest["name"] == "slim"
    assert (slim.predict_proba(["A pact."]) == full.predict_proba(["A pact."])).all()


@pytest.mark.parametrize("name", ["transformer", "baseline"])
def test_bundles_of_format_1_keep_loading(name: str) -> None:
    outcome = verify(claimclf.load(FROZEN / name))
    assert outcome.passed
    assert outcome.largest_difference < 0.02


@pytest.mark.parametrize("name", ["default", "fast", "baseline"])
def test_shipped_bundles_decide_as_stored(name: str) -> None:
    clf = claimclf.load(name)
    assert clf.labels == claimclf.LABELS
    assert verify(clf).passed


def test_shipped_bundles_are_small() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file()) <= 30 * 2**20


def test_a_cascade_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    copied = Path(shutil.copytree(SHIPPED / "fast", tmp_path / "fast"))
    model = json.loads((copied / "manifest.json").read_text("utf-8"))["model"]
    edit_manifest(copied, model={**model, "second": "../default"})
    with pytest.raises(BundleError, match="a second stage outside its own folder"):
        claimclf.load(copied)


@pytest.mark.parametrize("part", ["slope", "intercept", "threshold"])
def test_a_calibration_that_is_no_number_is_refused(copied: Path, part: str) -> None:
    labels = json.loads((copied / "manifest.json").read_text("utf-8"))["labels"]
    edit_manifest(copied, labels=[{**label, part: float("nan")} for label in labels])
    with pytest.raises(BundleError, match=f"{part} must be finite"):
        claimclf.load(copied)


def test_the_old_bundle_comes_back_if_the_new_one_cannot_take_its_place(
    baseline_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rename = copy_without(baseline_bundle, tmp_path / "b", (), "old"), Path.rename

    def refused(self: Path, target: Path) -> Path:
        if Path(target) == path and self.suffix != ".old":
            raise PermissionError(13, "refused")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        copy_without(baseline_bundle, path, (), "new")
    monkeypatch.undo()
    assert claimclf.load(path).manifest["name"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["b"]


def test_provenance_is_of_the_bundle_as_it_was_loaded(copied: Path) -> None:
    loaded = claimclf.load(copied)
    before = claimclf.predict.document(text="A pact.", model=loaded).provenance
    edit_manifest(copied, name="another")
    assert claimclf.predict.document(text="A pact.", model=loaded).provenance == before
    shutil.rmtree(copied)
    assert claimclf.predict.document(text="A pact.", model=loaded).provenance == before


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((None,), InputTypeError, "bundle: expected a name or a path, got NoneType"),
        (("x" * 400,), BundleNotFoundError, "no such bundle"),
        (("no\0such",), BundleNotFoundError, "no such bundle"),
        (("baseline", 0), InputError, "threads: expected a positive number, got 0"),
        (("default", -1), InputError, "threads: expected a positive number, got -1"),
    ],
)
def test_what_cannot_be_loaded_is_refused(arguments, error, message: str) -> None:
    with pytest.raises(error, match=message):
        claimclf.load(arguments[0], threads=arguments[1] if len(arguments) > 1 else None)


def test_a_cascade_names_its_second_stage_when_a_policy_is_asked() -> None:
    with pytest.raises(InputError, match="take the second stage, 'default', by itself"):
        claimclf.load("fast").with_policy()


def test_a_cascade_is_found_from_within_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED / "fast")
    assert claimclf.load(".").manifest["name"] == "fast"


def test_a_file_that_the_manifest_does_not_name_is_refused(copied: Path) -> None:
    files = json.loads((copied / "manifest.json").read_text("utf-8"))["files"]
    edit_manifest(copied, files={})
    with pytest.raises(BundleError, match=r"manifest\.json does not name"):
        claimclf.load(copied)
    edit_manifest(copied, files=files)
    (copied / "notes.txt").write_text("mine", "utf-8")
    assert claimclf.load(copied).manifest["files"] == files
