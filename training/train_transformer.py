"""Train a transformer and save it as a bundle.

python training/train_transformer.py                                    # the corpus of this repository
python training/train_transformer.py --config my.yaml --set epochs=6    # another run
python training/train_transformer.py --data mine.csv --recipe auto      # your own labels, from a few texts to many
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from claimclf.estimators.calibrating import Trained
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.runs import train_transformer
from claimclf.estimators.script import run


def train(recipe: Recipe, options: argparse.Namespace) -> Trained:
    """Train in the way that the command line says, or else the recipe."""
    chosen = {"strategy": options.recipe} if options.recipe else {}
    return train_transformer(replace(recipe, parameters={**recipe.parameters, **chosen}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--recipe",
        choices=("auto", "head", "contrastive", "full"),
        help="what is learnt: the head on a frozen encoder, the encoder by contrasts and then the head, all weights at "
        "once, or what cross-validation within --set time_budget=SECONDS finds best; short for --set strategy=…",
    )
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    sys.exit(run(__doc__ or "", train, config, shipped_as="default", options=parser))
