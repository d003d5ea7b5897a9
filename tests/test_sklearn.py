"""What scikit-learn expects of an estimator, asked of both."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    StratifiedKFold,
    check_cv,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from claimclf import BaselineClassifier
from claimclf.decision import Calibration
from claimclf.errors import InputError, InputTypeError
from claimclf.labels import LABELS, to_targets

TOPICS = ["tax rises", "a new hospital", "income tax", "the clinic", "duties", "nurses"], ["tax", "health"] * 3


@pytest.fixture(scope="module", params=["tiny_transformer", "baseline"])
def fitted(request: pytest.FixtureRequest, training_data):
    if request.param == "tiny_transformer":
        return request.getfixturevalue("tiny_transformer")
    return BaselineClassifier(labels=LABELS, calibration_folds=2).fit(*training_data)


@pytest.fixture
def matrix(training_data) -> np.ndarray:
    return to_targets(training_data[1], LABELS)[0]


@pytest.mark.parametrize(
    "name",
    [
        "check_do_not_raise_errors_in_init_or_set_params",
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_estimator_tags_renamed",
        "check_estimators_unfitted",
        "check_get_params_invariance",
        "check_mixin_order",
        "check_no_attributes_set_in_init",
        "check_parameters_default_constructible",
        "check_set_params",
        "check_valid_tag_types",
    ],
)
def test_the_checks_of_scikit_learn_that_do_not_fit_numbers_pass(estimator, name: str) -> None:
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip("not in this version of scikit-learn")
    check(type(estimator).__name__, estimator)


def test_the_constructor_stores_every_parameter_as_it_is_given(estimator) -> None:
    given = {name: object() for name in signature(type(estimator)).parameters}
    made = type(estimator)(**given)
    assert vars(made) == given
    assert made.get_params() == given


def test_a_clone_has_the_parameters_and_nothing_that_was_learnt(fitted) -> None:
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params() == vars(copy)
    assert copy.set_params(random_state=7) is copy
    assert (copy.random_state, fitted.random_state) == (7, 0)


def test_what_is_learnt_ends_in_an_underscore(fitted) -> None:
    learnt = set(vars(fitted)) - set(fitted.get_params())
    assert {"classes_", "calibration_"} <= learnt
    assert all(name.endswith("_") and not name.startswith("_") for name in learnt)


def test_shapes_follow_the_labels(fitted, training_data) -> None:
    texts, _ = training_data
    assert fitted.classes_.tolist() == list(LABELS)
    for outcome in (fitted.predict, fitted.predict_proba, fitted.decision_function):
        assert outcome(texts).shape == (len(texts), len(LABELS))
        assert outcome([]).shape == (0, len(LABELS))
    assert np.unique(fitted.predict(texts)).tolist() == [0, 1]


def test_unknown_parameters_are_refused(estimator) -> None:
    with pytest.raises(TypeError, match="depth"):
        type(estimator)(depth=3)
    with pytest.raises(ValueError, match="depth"):
        estimator.set_params(depth=3)


def test_unfitted_estimators_say_so(estimator, tmp_path: Path) -> None:
    for call in (estimator.predict, estimator.predict_proba, estimator.decision_function):
        with pytest.raises(NotFittedError):
            call(["a"])
    with pytest.raises(NotFittedError):
        estimator.score(["a"], [[]])
    with pytest.raises(NotFittedError):
        estimator.save(tmp_path / "b")


def test_a_second_fit_leaves_nothing_of_the_first(estimator, training_data) -> None:
    texts, labels = training_data
    twice = clone(estimator).set_params(labels=None).fit(*TOPICS).set_params(labels=LABELS).fit(texts, labels)
    once = clone(estimator).fit(texts, labels)
    assert set(vars(twice)) == set(vars(once))
    assert np.array_equal(twice.classes_, once.classes_)
    assert np.array_equal(twice.predict_proba(texts), once.predict_proba(texts))


@pytest.mark.parametrize("seed", [None, -1, 0.5])
def test_what_is_no_seed_is_refused(estimator, training_data, seed) -> None:
    with pytest.raises(InputError, match=f"random_state: expected a whole number, at least 0, got {seed}"):
        estimator.set_params(random_state=seed).fit(*training_data)


@pytest.mark.parametrize(
    "form",
    [
        lambda y: [tuple(row) for row in y],
        lambda y: [frozenset(row) for row in y],
        lambda y: to_targets(y, LABELS)[0].astype(int),
        lambda y: to_targets(y, LABELS)[0].astype(bool),
        lambda y: to_targets(y, LABELS)[0].astype(float),
        lambda y: to_targets(y, LABELS)[0].astype(object),
        lambda y: to_targets(y, LABELS)[0].astype(int).tolist(),
    ],
    ids=["tuples", "sets", "int", "bool", "float", "object", "rows"],
)
def test_every_form_of_y_gives_the_same_model_and_stays_as_it_was(training_data, form) -> None:
    texts, labels = training_data
    given, y = np.array(texts, dtype=object), form(labels)
    baseline = BaselineClassifier(labels=LABELS, calibration_folds=0)
    fitted = clone(baseline).fit(given, y)
    assert fitted.classes_.tolist() == list(LABELS)
    assert np.array_equal(fitted.predict_proba(given), clone(baseline).fit(texts, labels).predict_proba(texts))
    assert given.tolist() == texts
    assert str(y) == str(form(labels))


def test_single_labels_may_be_a_list_an_array_or_a_column(estimator) -> None:
    texts, labels = TOPICS
    first, second = (clone(estimator).set_params(labels=None) for _ in range(2))
    first.fit(texts, labels)
    second.fit(np.array(texts), np.array(labels)[:, None])
    assert first.classes_.tolist() == second.classes_.tolist() == ["health", "tax"]
    assert np.array_equal(first.predict_proba(texts), second.predict_proba(texts))


def test_nan_says_unknown_and_stays_in_the_matrix(estimator, training_data, matrix) -> None:
    texts, _ = training_data
    unknown = matrix.astype(float)
    unknown[:3, 0], unknown[:, 1] = np.nan, np.nan
    before = unknown.copy()
    fitted = clone(estimator).fit(texts, unknown)
    assert np.array_equal(unknown, before, equal_nan=True)
    assert np.isfinite(fitted.predict_proba(texts)).all()
    zeros = clone(estimator).fit(texts, np.nan_to_num(unknown))
    assert not np.array_equal(fitted.predict_proba(texts), zeros.predict_proba(texts))


def test_tables_are_refused_rather_than_read_by_the_names_of_their_columns(fitted, training_data, matrix) -> None:
    pandas = pytest.importorskip("pandas")
    texts, _ = training_data
    with pytest.raises(InputTypeError, match=r"y: expected a matrix of numpy, got DataFrame; use its to_numpy\(\)"):
        clone(fitted).fit(texts, pandas.DataFrame(matrix, columns=LABELS))
    with pytest.raises(InputTypeError, match="X: expected a sequence of strings, got DataFrame"):
        fitted.predict(pandas.DataFrame({"text": texts}))
    assert np.array_equal(fitted.predict(pandas.Series(texts)), fitted.predict(texts))


def test_the_score_is_macro_f1_over_what_is_known(fitted, training_data, matrix) -> None:
    texts, labels = training_data
    wrong = [*labels[:6], *([] for _ in range(6))]
    truth, decided = to_targets(wrong, LABELS)[0], fitted.predict(texts)
    assert fitted.score(texts, wrong) == pytest.approx(f1_score(truth, decided, average="macro"))
    assert fitted.score(np.array(texts), truth) == fitted.score(texts, wrong) < fitted.score(texts, labels)
    assert fitted.score(texts, np.where(truth == decided, truth, np.nan)) == 1
    with pytest.raises(InputError, match=r"y\[0\]: unknown label 'tax'"):
        fitted.score(["a"], ["tax"])
    with pytest.raises(InputError, match="X and y: expected the same length, got 1 and 2"):
        fitted.score(["a"], [[], []])


def test_cross_validation_takes_collections_single_labels_and_matrices(estimator, training_data, matrix) -> None:
    texts, labels = training_data
    # Given a number of folds, scikit-learn asks whether to stratify them, and refuses collections.
    assert np.isfinite(cross_val_score(estimator, texts, labels, cv=KFold(2))).all()
    assert cross_val_predict(estimator, texts, matrix, cv=2, method="predict_proba").shape == matrix.shape
    assert np.isfinite(cross_val_score(estimator.set_params(labels=None), *TOPICS, cv=2)).all()
    # scikit-learn's own scorers compare matrices of decisions with matrices.
    single, names = to_targets(TOPICS[1])
    estimator.set_params(labels=names, exclusive=True)
    for scoring in ("accuracy", "f1_macro"):
        assert np.isfinite(cross_val_score(estimator, TOPICS[0], single, cv=2, scoring=scoring)).all()


def test_groups_reach_the_splitter_and_the_estimator(estimator, training_data, matrix) -> None:
    texts, _ = training_data
    groups = [f"g{number % 6}" for number in range(len(texts))]
    options = {"cv": GroupKFold(2), "scoring": ["f1_micro"], "return_estimator": True}
    outcome = cross_validate(estimator, texts, matrix, groups=groups, params={"groups": groups}, **options)
    assert np.isfinite(outcome["test_f1_micro"]).all()
    assert all(fitted.classes_.tolist() == list(LABELS) for fitted in outcome["estimator"])


def test_rows_of_unequal_length_are_refused(estimator) -> None:
    with pytest.raises(InputError, match="y: the rows of a matrix differ in length"):
        estimator.fit(["a", "b"], [[1, 0, 0, 0], [1]])


def test_a_grid_search_over_a_pipeline_runs_and_reads_as_the_pipeline_does(estimator, training_data, matrix) -> None:
    texts, _ = training_data
    lowered = FunctionTransformer(lambda given: [text.lower() for text in given])
    pipeline = make_pipeline(lowered, estimator)
    step = type(estimator).__name__.lower()
    parameter = f"{step}__{'max_length' if 'transformer' in step else 'max_features'}"
    search = GridSearchCV(pipeline, {parameter: [8, 40]}, cv=KFold(2)).fit([text.upper() for text in texts], matrix)
    assert np.array_equal(search.predict(texts), search.predict([text.upper() for text in texts]))
    assert search.score(texts, matrix) == search.best_estimator_.score(texts, matrix)


def test_scikit_learn_takes_it_for_a_classifier_of_texts(estimator) -> None:
    assert is_classifier(estimator)
    assert isinstance(check_cv(2, TOPICS[1], classifier=is_classifier(estimator)), StratifiedKFold)
    utils = pytest.importorskip("sklearn.utils")
    if not hasattr(utils, "get_tags"):
        pytest.skip("this version of scikit-learn has no tags of this kind")
    tags = utils.get_tags(estimator)
    assert tags.classifier_tags.multi_label
    assert tags.target_tags.required
    assert (tags.input_tags.string, tags.input_tags.one_d_array, tags.input_tags.two_d_array) == (True, True, False)


def test_the_repr_shows_what_was_set(estimator) -> None:
    shown = repr(estimator.set_params(random_state=3))
    assert shown.startswith(f"{type(estimator).__name__}(")
    assert "random_state=3" in shown
    assert "n_jobs" not in shown


def test_texts_of_one_group_are_never_on_both_sides(training_data, transformer) -> None:
    texts, labels = training_data
    alone = BaselineClassifier(labels=LABELS).fit(texts, labels, groups=["a"] * 12)
    assert alone.calibration_ == Calibration.identity(4)
    with pytest.raises(InputError, match="groups: expected at least 2"):
        transformer.fit(texts, labels, groups=["a"] * 12)
    with pytest.raises(InputError, match="X and groups: expected the same length, got 12 and 3"):
        transformer.fit(texts, labels, groups=["a"] * 3)
    for missing in (None, np.nan):
        with pytest.raises(InputError, match=rf"groups\[1\]: expected a name, got {missing}"):
            transformer.fit(texts, labels, groups=["a", missing, *"bcdefghijk"])
