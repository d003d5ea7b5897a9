"""Average the weights of bundles that one recipe trained with several seeds: as fast as one, nearly an ensemble.

python training/model_soup.py bundles/seed-0 bundles/seed-1 --out bundles/mine
"""

import argparse
import sys
from pathlib import Path

from claimclf.estimators.calibrating import Trained
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.script import run
from claimclf.estimators.soup import average_bundles


def average(recipe: Recipe, options: argparse.Namespace) -> Trained:
    """Average as the command line says."""
    return average_bundles(recipe, options.bundles)


if __name__ == "__main__":
    more = argparse.ArgumentParser(add_help=False)
    more.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE", help="what to average, at least two")
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    sys.exit(run(__doc__ or "", average, config, shipped_as="default", options=more))
