"""Cross-validate recipes over repositories, and compare the first with each of the others.

Everything is learnt from; where the corpus has real sentences, only these are scored.

python training/cross_validate.py --set pooling=mean --set pooling=first
python training/cross_validate.py --share 0.33 --folds 2 --set epochs=3 --set epochs=3,consistency=1  # screens
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from claimclf.console import reported
from claimclf.data import fingerprint, sample, targets, to_hold_out, write_rows
from claimclf.estimators import TransformerClassifier
from claimclf.estimators.crossvalidation import CrossValidation, cross_validate, held_out_rows, read_held_out
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.runs import make_estimator
from claimclf.estimators.script import parse_settings
from claimclf.metrics import paired_difference
from claimclf.records import Example


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "configs" / "transformer.yaml")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE[,NAME=VALUE]", help="one candidate; may be repeated"
    )
    parser.add_argument("--folds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=1, help="folds trained at a time (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--share", type=float, default=1, help="of the corpus, to screen candidates (default: all)")
    parser.add_argument("--save", type=Path, metavar="PATH", help="write the scores of the first candidate, as JSONL")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the scores of every candidate, train none twice")
    options = parser.parse_args()
    recipe = Recipe.read(options.config)
    examples = sample(recipe.examples([*recipe.train, *recipe.validation]), options.share)
    scored = to_hold_out(examples)
    truth, groups = targets(scored, recipe.labels), [example.group for example in scored]
    first: CrossValidation | None = None
    for candidate in options.set or [""]:
        changes = parse_settings(setting for setting in candidate.split(",") if setting)
        parameters = {**recipe.parameters, "random_state": options.seed, **changes}
        found = _cross_validated(recipe.labels, parameters, examples, scored, options)
        print(f"\n{candidate or 'as configured'}\n{found.report}", flush=True)
        if first is None:
            first = found
            if options.save:
                write_rows(options.save, held_out_rows(scored, found, recipe.labels))
        else:
            difference = paired_difference(truth, found.decisions, first.decisions, groups=groups)
            print(f"minus the first: {difference}", flush=True)


def _cross_validated(
    labels: tuple[str, ...],
    parameters: dict[str, Any],
    examples: list[Example],
    scored: list[Example],
    options: argparse.Namespace,
) -> CrossValidation:
    """Train and decide, or read what was kept of the same parameters, texts and folds."""
    settings = [labels, parameters, fingerprint(examples), options.folds, options.seed]
    name = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
    kept = options.keep / f"{name}.jsonl.gz" if options.keep else None
    if kept and kept.exists():
        return read_held_out(kept, scored, labels)
    found = cross_validate(
        make_estimator(TransformerClassifier, labels, parameters),
        scored,
        train=examples,
        labels=labels,
        n_folds=options.folds,
        seed=options.seed,
        n_jobs=options.jobs,
    )
    if kept:
        write_rows(kept, held_out_rows(scored, found, labels))
    return found


if __name__ == "__main__":
    sys.exit(reported(main))
