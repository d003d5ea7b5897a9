"""What fine-tuning can be told to do: losses, regularisation, averaging, soft labels."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import clone

from claimclf import TransformerClassifier
from claimclf.errors import InputError
from claimclf.estimators.objective import UNKNOWN, MaskedTrainer, class_weights, disagreement, pair_losses
from claimclf.estimators.optimisation import WeightAveraging, parameter_groups
from claimclf.estimators.sampling import BucketSampler
from claimclf.estimators.softlabels import SoftLabels
from claimclf.labels import LABELS
from claimclf.records import Example


@pytest.fixture
def estimator(tiny_base: Path) -> TransformerClassifier:
    return TransformerClassifier(
        labels=LABELS, base=str(tiny_base), max_length=32, epochs=1, batch_size=4, bf16=False, validation_fraction=0
    )


def test_losses_have_the_shape_that_their_papers_give() -> None:
    logits = torch.linspace(-6, 6, 25)[None]
    for loss in ("bce", "class_balanced", "focal", "asymmetric"):
        for target in (0.0, 1.0):
            losses = pair_losses(logits, torch.full_like(logits, target), loss)[0]
            assert (losses >= 0).all()
            steps = losses.diff() * (1 - 2 * target)
            assert (steps >= -1e-6).all(), f"{loss} must grow with the distance from {target}"
    zero = torch.zeros(1, 1)
    assert pair_losses(zero, zero, "focal").item() == pytest.approx(np.log(2) / 4)
    sure = torch.tensor([[-4.0]])  # probability 0.018: below the asymmetric loss's margin
    assert pair_losses(sure, zero, "asymmetric").item() == 0
    assert pair_losses(sure, zero, "bce").item() > 0
    assert pair_losses(zero, torch.ones(1, 1), "asymmetric").item() == pytest.approx(np.log(2))


def test_the_rarer_of_carried_and_not_carried_weighs_more_and_unknown_pairs_nothing() -> None:
    targets = np.array([[1, 0], [0, 1], [0, 1], [-1, 1]], dtype=np.float32)
    weights = class_weights(targets)
    assert weights[1, 0] > weights[0, 0]
    assert weights[0, 1] > weights[1, 1]
    assert (2 * weights[0, 0] + weights[1, 0]).item() == pytest.approx(3)
    assert torch.isfinite(class_weights(np.zeros((2, 1), dtype=np.float32))).all()


def test_disagreement_is_symmetric_and_zero_for_equal_outputs() -> None:
    first, second = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.5, 3.0]])
    assert torch.equal(disagreement(first, first), torch.zeros(1, 2))
    assert torch.allclose(disagreement(first, second), disagreement(second, first))
    assert (disagreement(first, second) > 0).all()


@pytest.mark.parametrize(
    "options",
    [
        {"loss": "focal"},
        {"loss": "asymmetric"},
        {"loss": "class_balanced"},
        {"label_smoothing": 0.1},
        {"contrastive_steps": 2},
        {"consistency": 1.0},
        {"layer_decay": 0.5},
        {"averaging": 0.9},
        {"embedding_noise": 5.0},
        {"freeze_embeddings": True},
        {"negative_share": 0.5},
    ],
    ids=lambda options: next(iter(options)),
)
def test_every_option_changes_what_is_learnt(estimator, training_data, options) -> None:
    texts, labels = training_data
    plain = clone(estimator).fit(texts, labels).predict_proba(texts)
    assert np.array_equal(clone(estimator).fit(texts, labels).predict_proba(texts), plain)
    changed = clone(estimator).set_params(**options).fit(texts, labels).predict_proba(texts)
    assert np.isfinite(changed).all()
    assert not np.array_equal(changed, plain)


def test_frozen_embeddings_stay_as_pretrained(estimator, training_data, tiny_base: Path) -> None:
    from transformers import AutoModel

    fitted = estimator.set_params(freeze_embeddings=True).fit(*training_data)
    pretrained = dict(AutoModel.from_pretrained(tiny_base).named_parameters())
    moved = {
        name
        for name, weights in fitted.network_.encoder.named_parameters()
        if not torch.equal(weights, pretrained[name])
    }
    assert moved
    assert not any("embeddings" in name for name in moved)


def test_learning_rates_fall_from_head_to_embeddings(estimator, training_data) -> None:
    network = estimator.fit(*training_data).network_
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    rates = {
        names[id(parameter)]: group["lr"]
        for group in parameter_groups(network, 1.0, 0.01, 0.5)
        for parameter in group["params"]
    }
    assert len(rates) == len(names)
    for name, rate in rates.items():
        expected = 1.0 if name.startswith("head") else 0.25 if "embeddings" in name else 0.5
        if "layer" in name or "head" in name or "embeddings" in name:
            assert rate == expected, name


def test_the_average_is_what_is_evaluated_and_training_goes_on_from_the_weights() -> None:
    class State:
        global_step = 1000

    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(layer.weight)
    averaging = WeightAveraging(layer, 0.5)
    averaging.on_train_begin(None, State, None)
    for value in (1.0, 2.0):
        torch.nn.init.constant_(layer.weight, value)
        averaging.on_step_end(None, State, None)
    averaging.on_epoch_end(None, State, None)
    assert layer.weight.item() == pytest.approx(0.5 * (0.5 * 0 + 0.5 * 1) + 0.5 * 2)
    averaging.on_epoch_begin(None, State, None)
    assert layer.weight.item() == 2.0


def test_an_average_cannot_be_resumed(estimator, training_data, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="set averaging=0"):
        estimator.set_params(averaging=0.9, resume=True, checkpoints=tmp_path).fit(*training_data)


def test_an_epoch_shows_every_positive_and_another_share_of_the_rest() -> None:
    positive = np.arange(100) % 5 == 0
    sampler = BucketSampler(list(range(100)), positive, 0.25, batch_size=10, seed=0)
    epochs = []
    for epoch in (0, 1, 0):
        sampler.set_epoch(epoch)
        epochs.append(list(sampler))
    assert epochs[0] == epochs[2]
    for shown in epochs:
        assert len(shown) == len(set(shown)) == len(sampler) == 40
        assert set(np.flatnonzero(positive)) <= set(shown)
    assert set(epochs[0]) != set(epochs[1])


def test_every_epoch_of_a_training_run_is_drawn_anew(estimator, training_data, monkeypatch) -> None:
    drawn = []
    monkeypatch.setattr(BucketSampler, "set_epoch", lambda _, epoch: drawn.append(epoch))
    estimator.set_params(epochs=3).fit(*training_data)
    assert sorted(set(drawn)) == [0, 1, 2]


def test_soft_labels_mix_with_judgements_and_stand_in_for_wavering() -> None:
    said = {"a": np.full(4, 0.8), "c": np.full(4, 0.2)}
    examples = [
        Example("a", "A.", ("agreement",), "g", unsure=("policy_advice",)),
        Example("b", "B.", ("agreement",), "g", unsure=("policy_advice",)),
    ]
    mixed = SoftLabels(said, [], np.zeros((0, 4)), weight=0.25).targets(examples, LABELS)
    assert mixed[0].tolist() == pytest.approx([0.95, 0.2, 0.2, 0.8])
    assert mixed[1, :3].tolist() == [1, 0, 0]
    assert np.isnan(mixed[1, 3])
    with pytest.raises(InputError, match="weight: expected a number from 0 to 1, got 2"):
        SoftLabels(said, [], np.zeros((0, 4)), weight=2)


def test_soft_labels_are_learnt(tiny_base: Path, training_data, overfit) -> None:
    texts, _ = training_data
    wanted = np.tile(np.array([[0.8, 0.2, 0.5, 0.0]]), (len(texts), 1))
    learnt = TransformerClassifier(labels=LABELS, base=str(tiny_base), **overfit).fit(texts, wanted)
    assert learnt.predict_proba(texts) == pytest.approx(wanted, abs=0.1)


def test_soft_labels_cannot_validate(estimator, training_data) -> None:
    texts, _ = training_data
    soft = np.full((len(texts), 4), 0.25)
    with pytest.raises(InputError, match=r"y\[0, 0\]: 0.250 is neither 0 nor 1 and cannot serve to validate"):
        estimator.set_params(validation_fraction=0.25).fit(texts, soft)
    with pytest.raises(InputError, match=r"y\[0, 0\]: expected 0, 1 or nan"):
        estimator.fit(texts, soft, validation=(texts, soft))
    with pytest.raises(InputError, match=r"y\[0, 0\]: expected a number from 0 to 1 or nan"):
        estimator.fit(texts, soft + 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", "hinge"),
        ("consistency", -1.0),
        ("layer_decay", 0.0),
        ("averaging", 1.0),
        ("embedding_noise", -5.0),
        ("negative_share", 1.5),
        ("label_smoothing", 1.0),
        ("contrastive_steps", -1),
        ("batch_size", 0),
        ("patience", 0),
    ],
)
def test_options_are_checked(estimator, training_data, name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"{name}: expected"):
        estimator.set_params(**{name: value}).fit(*training_data)


def loss_of(targets: list[float], loss: str = "bce", smoothing: float = 0.0, weights=None) -> float:
    options = SimpleNamespace(_loss=loss, _smoothing=smoothing, _consistency=0.0, _weights=weights)

    def network() -> dict[str, torch.Tensor]:
        return {"logits": torch.full((1, len(targets)), 2.0)}

    return MaskedTrainer.compute_loss(options, network, {"labels": torch.tensor([targets])}).item()


def test_a_batch_leaves_out_what_is_unknown_and_smooths_and_weighs_the_rest() -> None:
    yes, no = np.log1p(np.exp(-2)), np.log1p(np.exp(2))
    assert loss_of([1.0, 0.0, UNKNOWN]) == pytest.approx((yes + no) / 2)
    assert loss_of([1.0, UNKNOWN], smoothing=0.4) == pytest.approx(0.8 * yes + 0.2 * no)
    weights = torch.tensor([[1.0, 1.0], [10.0, 10.0]])
    assert loss_of([1.0, 0.0], "class_balanced", weights=weights) == pytest.approx((10 * yes + no) / 2)
