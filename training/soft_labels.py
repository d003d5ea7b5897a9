"""Train large models, each without a part of the repositories, and write what they say of texts they did not see.

python training/soft_labels.py --without-dev-repos --texts ../shared/pool/unlabelled.jsonl.gz --out FILE

Asked are all real texts to learn from, and further texts. If FILE is there, only its figures are printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.bundle import load
from claimclf.console import reported
from claimclf.data import targets, to_hold_out, write_rows
from claimclf.estimators.distillation import Unlabelled, ask_teachers, read_unlabelled
from claimclf.estimators.folds import train_folds
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.softlabels import read_soft_labels, soft_label_rows
from claimclf.metrics import Report, best_f1_threshold, evaluate
from claimclf.text import normalise


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "configs" / "teacher.yaml")
    parser.add_argument("--texts", nargs="*", type=Path, default=[], metavar="FILE", help="JSONL of further texts")
    parser.add_argument("--out", type=Path, required=True, help="where the soft labels go, as JSONL (.gz)")
    parser.add_argument("--folds", type=int, default=2, help="number of large models (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="models trained at a time (default: %(default)s)")
    parser.add_argument(
        "--without-dev-repos", action="store_true", help="train on no row marked in_dev_repo; these are labelled too"
    )
    options = parser.parse_args()
    recipe = Recipe.read(options.config)
    if not options.out.exists():
        write_rows(options.out, ask(recipe, options))
    print(f"real texts, each scored by a model that did not see its repository:\n{report(recipe, options.out)}")


def ask(recipe: Recipe, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Train the teachers that are not there yet, and ask them."""
    learning = replace(recipe, in_dev_repo=not options.without_dev_repos)
    teachers = [load(path) for path in train_folds(learning, n_folds=options.folds, n_jobs=options.jobs)]
    held_out = {example.group for example in recipe.examples(recipe.validation)}
    real = to_hold_out(recipe.examples(recipe.train))
    texts = [Unlabelled(example.id, normalise(example.text), example.group) for example in real]
    known = {text.text for text in texts}
    texts += [text for text in read_unlabelled(options.texts, without=held_out) if text.text not in known]
    learnt = {example.group for example in learning.examples(learning.train)}
    said = ask_teachers(teachers, learnt, texts, n_jobs=options.jobs)
    return soft_label_rows([text.id for text in texts], said, recipe.labels)


def report(recipe: Recipe, path: Path) -> Report:
    """Compare with what readers said; thresholds are half the best F1 on the same texts."""
    said = read_soft_labels(path, recipe.labels)
    real = [example for example in to_hold_out(recipe.examples(recipe.train)) if example.id in said]
    truth, scores = targets(real, recipe.labels), np.array([said[example.id] for example in real])
    decided = scores >= [best_f1_threshold(*columns)[1] / 2 for columns in zip(truth.T, scores.T, strict=True)]
    return evaluate(truth, decided, recipe.labels, groups=[example.group for example in real])


if __name__ == "__main__":
    sys.exit(reported(main))
