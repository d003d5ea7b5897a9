"""Score the rounds and the halves of the corpus by cross-validation over repositories, and draw the learning curve.

The picture shows all that is in the results file. A stage that is there is scored anew, and replaced, when its part
of the corpus, the recipe (also a parameter that came with a newer version) or the folds have changed.

python training/learning_curve.py                                      # all stages
python training/learning_curve.py --stage "round 1" --stage "real only"
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claimclf.console import reported
from claimclf.estimators import TransformerClassifier
from claimclf.estimators.learningcurve import draw, learning_curve, recorded
from claimclf.estimators.recipe import Recipe

HERE = Path(__file__).parent


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=HERE / "configs" / "learning-curve.yaml", help="recipe")
    parser.add_argument("--last-round", type=int, help="leave out later rounds (default: as in the recipe)")
    parser.add_argument("--stage", action="append", help="only this one; may be repeated")
    parser.add_argument("--folds", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="folds trained at a time (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=HERE.parent / "datasets" / "learning-curve.jsonl")
    options = parser.parse_args()
    recipe = Recipe.read(options.config, {"last_round": options.last_round})
    examples = recipe.examples([*recipe.train, *recipe.validation])
    estimator = TransformerClassifier(**recipe.parameters)
    for row in learning_curve(
        estimator,
        examples,
        n_folds=options.folds,
        n_jobs=options.jobs,
        results=options.results,
        only=options.stage,
    ):
        value, low, high = row["report"]["macro_f1"]
        size = f"{row['real']:6} real {row['authored']:6} authored"
        print(f"{row['stage']:14} {size}  macro F1 {value:.3f} [{low:.3f}, {high:.3f}]", flush=True)
    draw(recorded(options.results), options.results.with_suffix(".svg"))


if __name__ == "__main__":
    sys.exit(reported(main))
