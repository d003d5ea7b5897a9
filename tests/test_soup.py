"""Averaging the weights of several trainings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import claimclf
from claimclf import TransformerClassifier
from claimclf.errors import InputError
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.soup import average_bundles


@pytest.fixture
def recipe(tmp_path: Path, training_data) -> Recipe:
    path = tmp_path / "held-out.jsonl"
    rows = [
        {"id": str(number), "text": text, "labels": labels, "group": f"g{number}"}
        for number, (text, labels) in enumerate(zip(*training_data, strict=True))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return Recipe(train=(), validation=(path,), output=tmp_path / "soup")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory, tiny_base: Path, training_data, overfit) -> list[Path]:
    # The average of two that are sure is sure, too: int8 decides as fp32 does.
    options = {**overfit, "base": str(tiny_base)}
    folder = tmp_path_factory.mktemp("bundles")
    seen = [{"left_out": ["a", "b"], "in_dev_repo": False}, {"left_out": ["b", "c"], "in_dev_repo": True}]
    return [
        TransformerClassifier(**options, random_state=seed)
        .fit(*training_data)
        .save(folder / f"seed-{seed}", training=training)
        for seed, training in enumerate(seen)
    ]


def test_the_average_of_two_bundles_is_a_bundle_that_saw_what_either_saw(recipe: Recipe, bundles: list[Path]) -> None:
    trained = average_bundles(recipe, bundles)
    weights, *parts = (load_file(path / "model.safetensors") for path in (trained.path, *bundles))
    assert any((parts[0][name] != parts[1][name]).any() for name in weights)
    for name, value in weights.items():
        assert value == pytest.approx(np.mean([part[name] for part in parts], axis=0), abs=1e-6)
    loaded = claimclf.load(trained.path)
    assert not claimclf.bundle.verify(loaded).differing
    training = loaded.manifest["training"]
    assert training["left_out"] == ["b"]
    assert training["in_dev_repo"] is True
    assert training["parameters"] == {"bundles": ["seed-0", "seed-1"]}
    assert [part["parameters"]["random_state"] for part in training["averaged"]] == [0, 1]


def test_bundles_that_do_not_fit_together_are_refused(
    recipe: Recipe, bundles: list[Path], tiny_base: Path, training_data
) -> None:
    with pytest.raises(InputError, match="expected at least two to average, got 1"):
        average_bundles(recipe, bundles[:1])
    with pytest.raises(InputError, match="name validation texts"):
        average_bundles(replace(recipe, validation=()), bundles)
    with pytest.raises(InputError, match=r"default has no model\.safetensors"):
        average_bundles(recipe, [bundles[0], "default"])
    other = TransformerClassifier(base=str(tiny_base), epochs=1, max_length=16, bf16=False).fit(*training_data)
    with pytest.raises(InputError, match="other model settings than"):
        average_bundles(recipe, [bundles[0], other.save(bundles[0].with_name("other"))])
    with pytest.raises(claimclf.errors.ClaimclfError, match="seed-2"):
        average_bundles(recipe, [*bundles, bundles[0].with_name("seed-2")])
