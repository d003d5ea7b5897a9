"""List labels that are probably wrong, for somebody to read again: confident learning on cross-validated probabilities.

python training/label_doubts.py --out doubts.jsonl
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from claimclf.checks.doubts import label_doubts
from claimclf.console import reported
from claimclf.data import write_rows
from claimclf.estimators import TransformerClassifier
from claimclf.estimators.crossvalidation import cross_validate
from claimclf.estimators.recipe import Recipe


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "configs" / "learning-curve.yaml")
    parser.add_argument("--folds", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="folds trained at a time (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="JSONL, the most doubtful first")
    options = parser.parse_args()
    recipe = Recipe.read(options.config)
    examples = recipe.examples([*recipe.train, *recipe.validation])
    outcome = cross_validate(
        TransformerClassifier(**recipe.parameters),
        examples,
        labels=recipe.labels,
        n_folds=options.folds,
        n_jobs=options.jobs,
    )
    doubts = label_doubts(examples, outcome.probabilities, recipe.labels)
    write_rows(options.out, [doubt.task().to_dict() for doubt in doubts])
    print(f"{len(doubts)} doubtful labels in {options.out}, of {len(examples)} texts:")
    for (label, given), count in sorted(Counter((doubt.label, doubt.given) for doubt in doubts).items()):
        print(f"{label:20} {'carried, doubtful' if given else 'missing, perhaps':18} {count}")


if __name__ == "__main__":
    sys.exit(reported(main))
