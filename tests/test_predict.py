from __future__ import annotations

import hashlib
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import claimclf
from claimclf import Prediction
from claimclf.errors import BundleNotFoundError, ClaimclfError, DocumentError, InputError, InputTypeError

TEXT = "The two ministries signed a pact on ports."


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_one_text_gives_one_prediction(bundle: Path) -> None:
    prediction = claimclf.predict(TEXT, model=bundle)
    assert isinstance(prediction, Prediction)
    assert prediction.text == TEXT
    assert tuple(prediction.scores) == claimclf.LABELS
    assert all(0 <= score <= 1 for score in prediction.scores.values())
    assert prediction.model == bundle.name
    assert json.loads(json.dumps(prediction.to_dict()))["labels"] == list(prediction.labels)


def test_many_texts_keep_order_and_length(bundle: Path, training_data) -> None:
    texts, _ = training_data
    predictions = claimclf.predict([*texts, "", " \n"], model=bundle)
    assert [prediction.text for prediction in predictions] == [*texts, "", " \n"]
    for text, prediction in zip(texts, predictions, strict=False):
        alone = claimclf.predict(text, model=bundle)
        assert alone.labels == prediction.labels
        # int8 activations are scaled by batch, so that neighbours move a score a little
        assert alone.scores == pytest.approx(prediction.scores, abs=0.05)
    assert predictions[-1].labels == predictions[-2].labels == ()
    assert set(predictions[-1].scores.values()) == {0.0}


def test_matrix_forms_agree_with_predictions(bundle: Path, training_data) -> None:
    texts, _ = training_data
    clf = claimclf.load(bundle)
    proba, decided = clf.predict_proba(texts), clf.predict(texts)
    assert proba.shape == decided.shape == (len(texts), len(clf.labels))
    for row, prediction in zip(decided, claimclf.predict(texts, model=clf), strict=True):
        assert tuple(label for label, carried in zip(clf.labels, row, strict=True) if carried) == prediction.labels
    assert clf.predict([]).shape == (0, len(clf.labels))
    assert claimclf.predict([], model=clf) == []


def test_stream_is_lazy_and_equals_predict(bundle: Path, training_data) -> None:
    texts, _ = training_data
    pulled = []

    def source():
        for number in range(10_000):
            pulled.append(number)
            yield texts[number % len(texts)]

    stream = claimclf.predict.stream(source(), model=bundle, chunk=len(texts))
    first = [next(stream) for _ in texts]
    assert len(pulled) == len(texts)
    assert [p.labels for p in first] == [p.labels for p in claimclf.predict(texts, model=bundle)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=80), max_size=6))
def test_any_text_is_valid(bundle: Path, texts: list[str]) -> None:
    predictions = claimclf.predict(texts, model=bundle)
    assert [prediction.text for prediction in predictions] == texts
    assert all(np.isfinite(list(prediction.scores.values())).all() for prediction in predictions)


def test_lone_surrogates_are_text_too(bundle: Path) -> None:
    assert claimclf.predict("signed \ud83d", model=bundle).text == "signed \ud83d"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (None, "texts: expected a sequence of strings, got None"),
        (7, "texts: .* got int 7"),
        (b"abc", "texts: .* got bytes"),
        ({"a": 1}, "texts: .* got dict"),
        ({"a"}, "texts: .* got set"),
        (["a", None], r"texts\[1\]: expected a string, got None; drop or fill missing values first"),
        (["a", float("nan")], r"texts\[1\]: .* got float nan; drop or fill missing values"),
        ([b"a"], r"texts\[0\]: .* got bytes b'a'; decode it first"),
        ([3], r"texts\[0\]: .* got int 3"),
        (["a", ["b"]], r"texts\[1\]: .* got list \['b'\]; pass one flat list"),
    ],
)
@pytest.mark.parametrize("call", ["predict", "stream", "matrix", "probabilities"])
def test_what_is_not_text_is_refused_by_name_and_position(baseline_bundle: Path, call, texts, message) -> None:
    clf = claimclf.load(baseline_bundle)
    calls = {
        "predict": lambda: claimclf.predict(texts, model=clf),
        "stream": lambda: list(claimclf.predict.stream(texts, model=clf)),
        "matrix": lambda: clf.predict(texts),
        "probabilities": lambda: clf.predict_proba(texts),
    }
    with pytest.raises(InputTypeError, match=message) as caught:
        calls[call]()
    assert all(isinstance(caught.value, kind) for kind in (ClaimclfError, TypeError, ValueError))


def test_a_stream_reports_the_position_in_the_whole_stream(baseline_bundle: Path) -> None:
    texts = ["a", "b", "c", None]
    with pytest.raises(InputTypeError, match=r"texts\[3\]"):
        list(claimclf.predict.stream(texts, model=baseline_bundle, chunk=2))


def test_unknown_models_are_refused() -> None:
    with pytest.raises(BundleNotFoundError, match=r"no such bundle; .*baseline"):
        claimclf.predict("a", model="no-such-model")
    with pytest.raises(InputError, match="model: expected a name, a path or a loaded bundle, got int"):
        claimclf.predict("a", model=3)
    with pytest.raises(InputError, match="chunk: expected a positive number, got 0"):
        claimclf.predict.stream(["a"], chunk=0)


def test_long_texts_are_reported_as_truncated(transformer_bundle: Path, baseline_bundle: Path) -> None:
    long, short = "river " * 100, "river"
    assert [p.truncated for p in claimclf.predict([long, short], model=transformer_bundle)] == [True, False]
    assert [p.truncated for p in claimclf.predict([long, short], model=baseline_bundle)] == [False, False]


def test_a_replaced_bundle_is_loaded_anew(bundle: Path, tmp_path: Path, tiny_transformer) -> None:
    path = tiny_transformer.save(tmp_path / "b", name="old")
    assert claimclf.predict("a", model=path).model == "old"
    tiny_transformer.save(path, name="new")
    assert claimclf.predict("a", model=path).model == "new"


def _labels_in_child(bundle: Path, text: str, queue) -> None:
    queue.put(claimclf.predict(text, model=bundle).labels)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_predicts_after_its_parent(bundle: Path) -> None:
    expected = claimclf.predict(TEXT, model=bundle).labels
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_labels_in_child, args=(bundle, TEXT, queue))
    child.start()
    assert queue.get(timeout=60) == expected
    child.join(timeout=60)
    assert child.exitcode == 0


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, claimclf; dir(claimclf); "
        "heavy = {'numpy', 'sklearn', 'torch', 'transformers', 'onnxruntime', 'datasets', 'tokenizers', 'lxml'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert run(code) == "[]"


def test_predicting_needs_no_torch_and_no_scikit_learn(transformer_bundle: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('torch', 'transformers', 'datasets', 'sklearn', 'scipy'): sys.modules[name] = None\n"
        f"import claimclf; print(claimclf.predict('A pact.', model={str(transformer_bundle)!r}).model)"
    )
    assert run(code) == "tiny"


def test_a_document_is_its_sentences_with_places_and_predictions(bundle: Path) -> None:
    text = f"Ports\n\n{TEXT} She studied\nhydrology."
    document = claimclf.predict.document(text=text, model=bundle)
    assert (document.text, document.source) == (text, None)
    assert document.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert len(document) == len(list(document)) == 3
    assert all(document.text[sentence.start : sentence.end] == sentence.text for sentence in document)
    assert [(sentence.kind, sentence.heading) for sentence in document] == [
        ("heading", None),
        ("text", "Ports"),
        ("text", "Ports"),
    ]
    assert isinstance(document[0], Prediction)
    assert list(document[:2]) == list(document)[:2]
    expected = claimclf.predict([sentence.text for sentence in document], model=bundle)
    assert [(s.labels, s.scores) for s in document] == [(p.labels, p.scores) for p in expected]
    assert document.counts == {
        label: sum(label in prediction.labels for prediction in expected) for label in claimclf.LABELS
    }
    assert len(claimclf.predict.document(text=" ", model=bundle)) == 0


def test_documents_come_one_after_the_other(tmp_path: Path, baseline_bundle: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(TEXT, "utf-8")
    documents = claimclf.predict.documents(tmp_path, model=baseline_bundle)
    first = next(documents)
    assert first == claimclf.predict.document(tmp_path / "a.txt", model=baseline_bundle)
    (tmp_path / "b.txt").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"cannot be read: .*b.txt: an empty file"):
        assert [Path(document.source).name for document in documents] == ["c.txt"]


def test_exports_say_what_made_them(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    (tmp_path / "a.txt").write_text(f"{TEXT} She said “no”, and left.", "utf-8")
    classifier = claimclf.load().with_policy(0.8)
    document = claimclf.predict.document(tmp_path / "a.txt", model=classifier)
    rows = [json.loads(line) for line in document.to_jsonl().splitlines()]
    hashes = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "a.txt", classifier.path / "manifest.json")
    ]
    for row in rows:
        assert [row["sha256"], row["bundle_sha256"]] == hashes
        assert json.loads(row["policy"]) == {"precision": 0.8, "omission": 0.2, "confidence": 0.9}
    frame = document.to_pandas()
    document.to_parquet(tmp_path / "a.parquet")
    document.to_csv(tmp_path / "a.csv")
    for table in (frame, pandas.read_parquet(tmp_path / "a.parquet"), pandas.read_csv(tmp_path / "a.csv")):
        assert list(table.columns) == list(frame.columns)
        assert table["text"].tolist() == [sentence.text for sentence in document]
        assert table["score_agreement"].tolist() == [row["scores"]["agreement"] for row in rows]
    plain = claimclf.predict.document(tmp_path / "a.txt").provenance
    assert (plain.policy, plain.policy_sha256) == (None, None)
    assert plain.bundle_sha256 == document.provenance.bundle_sha256
    other = claimclf.predict.document(text=TEXT, model=classifier.with_policy(0.7)).provenance
    assert other.policy_sha256 != document.provenance.policy_sha256


def test_what_is_no_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="document: expected either a path or text="):
        claimclf.predict.document()
    with pytest.raises(InputError, match="document: expected either a path or text="):
        claimclf.predict.document("a.txt", text="a")
    with pytest.raises(InputTypeError, match="path: expected a string or a Path, got bytes"):
        claimclf.predict.document(b"a.txt")
    with pytest.raises(InputTypeError, match="text: expected a string, got bytes"):
        claimclf.predict.document(text=b"a")
    with pytest.raises(InputTypeError, match="path: expected a string or a Path, got list"):
        claimclf.predict.documents(["a.txt"])
    with pytest.raises(DocumentError, match="No such file or directory"):
        claimclf.predict.document(tmp_path / "none.txt", model="baseline")
    with pytest.raises(DocumentError, match="no document in it"):
        next(claimclf.predict.documents(tmp_path, model="baseline"))


SPELLINGS = [
    "import claimclf; out = claimclf.predict(TEXT, model=M)",
    "import claimclf; out = claimclf.predict.predict(TEXT, model=M)",
    "from claimclf import predict; out = predict(TEXT, model=M)",
    "from claimclf.predict import predict; out = predict(TEXT, model=M)",
    "import claimclf.predict; out = claimclf.predict(TEXT, model=M)",
    "import claimclf.predict as p; out = p(TEXT, model=M)",
    "import claimclf.predict as p; out = p.predict(TEXT, model=M)",
    "from claimclf import predict; out = next(predict.stream([TEXT], model=M))",
    "from claimclf.predict import predict; out = next(predict.stream([TEXT], model=M))",
    "from claimclf.predict import stream; out = next(stream([TEXT], model=M))",
    "from claimclf.predict import document; out = document(text=TEXT, model=M)[0]",
    "import claimclf.predict as p; from claimclf import predict; assert p is predict; out = predict(TEXT, model=M)",
    "from claimclf.predict import predict; import claimclf; out = claimclf.predict(TEXT, model=M)",
    "from claimclf import *; out = predict(TEXT, model=M)",
]


def test_every_spelling_of_predict_works(baseline_bundle: Path) -> None:
    run(
        f"""import sys
for spelling in {SPELLINGS!r}:
    for name in [name for name in sys.modules if name.partition(".")[0] == "claimclf"]:
        del sys.modules[name]
    found = {{"TEXT": {TEXT!r}, "M": {str(baseline_bundle)!r}}}
    exec(spelling, found)
    assert found["out"].model == "baseline", spelling
"""
    )


def test_exported_names_exist_and_are_listed() -> None:
    assert set(claimclf.__all__) <= set(dir(claimclf))
    assert all(getattr(claimclf, name) is not None for name in claimclf.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        claimclf.nothing


FRENCH = "Le ministre a signé un accord avec la Russie sur la sécurité."


@pytest.mark.parametrize("n_texts", [1, 5], ids=["one after the other", "beside the scores"])
def test_what_is_not_english_is_marked(baseline_bundle: Path, n_texts: int) -> None:
    found = claimclf.predict([FRENCH, *[TEXT] * (n_texts - 1)], model=baseline_bundle)
    assert [prediction.in_scope for prediction in found] == [False, *[True] * (n_texts - 1)]


def test_missing_values_of_pandas_are_named(baseline_bundle: Path) -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(InputTypeError, match=r"texts\[1\]: expected a string, got NAType <NA>; drop or fill missing"):
        claimclf.predict(pandas.Series(["a", None], dtype="string"), model=baseline_bundle)
    with pytest.raises(InputTypeError, match=r"texts\[0\]: expected a string, got ndarray"):
        claimclf.predict([np.array(["a", "b"])], model=baseline_bundle)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda clf: claimclf.predict.stream(["a"], model=clf, chunk="3"), "chunk: expected a whole number, got '3'"),
        (lambda clf: claimclf.load("baseline", threads="2"), "threads: expected a whole number, got '2'"),
        (lambda clf: clf.nearest(["a"], number=2.5), "number: expected a whole number, got 2.5"),
        (lambda clf: clf.with_policy("0.9"), "precision: expected a number between 0 and 1, got '0.9'"),
        (lambda clf: clf.with_prior({"agreement": None}), r"prior\['agreement'\]: expected a number between 0 and 1"),
        (lambda clf: clf.with_prior(0.2), "prior: expected numbers by label, such as {'agreement': 0.1}, got 0.2"),
        (lambda clf: clf.with_thresholds([("agreement", 0.5)]), "thresholds: expected numbers by label"),
        (lambda clf: claimclf.BaselineClassifier().fit(["a"], None), "y: expected labels for each text, got None"),
        (lambda clf: claimclf.prevalence(clf.predictions(["a"])[0], {}), "predictions: expected a list of predictions"),
        (
            lambda clf: claimclf.prevalence(clf.predictions(["a"]), {}, confidence="0.9"),
            "confidence: expected a number",
        ),
    ],
)
def test_what_is_no_number_is_refused_by_name(call, message: str) -> None:
    with pytest.raises(InputTypeError, match=message):
        call(claimclf.load())
