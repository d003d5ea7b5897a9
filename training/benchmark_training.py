"""Measure how fast the recipe trains beside transformers' Trainer with its default settings, and how good both get.

python training/benchmark_training.py --texts 4000 --epochs 2
"""

import argparse
import sys
from pathlib import Path

from claimclf.benchmark.training import train_race
from claimclf.console import reported
from claimclf.estimators.recipe import Recipe


def main() -> None:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    parser.add_argument("--config", type=Path, default=config, help="recipe (default: %(default)s)")
    parser.add_argument("--texts", type=int, default=4000, help="training texts (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=2, help="of both (default: %(default)s)")
    options = parser.parse_args()
    recipe = Recipe.read(options.config)
    train = recipe.examples(recipe.train)
    step = max(1, len(train) // options.texts)
    validation = recipe.examples(recipe.validation)
    found = train_race(train[::step][: options.texts], validation, recipe.labels, options.epochs, recipe.parameters)
    for run in found:
        times = run.per_second / found[0].per_second
        print(f"{run.name}: {run.per_second:.1f} texts a second ({times:.1f} times), macro F1 {run.macro_f1:.3f}")


if __name__ == "__main__":
    sys.exit(reported(main))
