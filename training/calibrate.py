"""Calibrate a bundle on what models of its recipe, each trained without a part of the repositories, say of that part.

python training/calibrate.py --config training/configs/transformer.yaml --folds 2
python training/calibrate.py --beside bundles/without-dev
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from claimclf.estimators.calibrating import Trained
from claimclf.estimators.folds import calibrate_across, train_folds
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.script import run


def calibrate(recipe: Recipe, options: argparse.Namespace) -> Trained:
    """Train the models that are not there yet, and calibrate the recipe's bundle."""
    if options.beside:
        return calibrate_across(recipe, options.beside)
    siblings = replace(recipe, output=options.siblings or recipe.output.with_name(f"{recipe.output.name}-folds"))
    return calibrate_across(recipe, train_folds(siblings, n_folds=options.folds, n_jobs=options.jobs))


if __name__ == "__main__":
    more = argparse.ArgumentParser(add_help=False)
    more.add_argument("--folds", type=int, default=2, help="number of models (default: %(default)s)")
    more.add_argument("--jobs", type=int, default=1, help="models trained at a time (default: %(default)s)")
    more.add_argument("--siblings", type=Path, help="where these models are kept (default: beside the bundle)")
    more.add_argument(
        "--beside", type=Path, nargs="+", metavar="BUNDLE", help="bundles of the recipe that saw less, instead of folds"
    )
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    sys.exit(run(__doc__ or "", calibrate, config, shipped_as="default", options=more))
