"""Train a small model on labelled texts and on what a larger one thinks of unlabelled texts, together.

python training/distill.py --teacher bundles/teacher --texts ../shared/pool/unlabelled.jsonl.gz
"""

import argparse
import sys
from pathlib import Path

from claimclf.bundle import load
from claimclf.estimators.distillation import distill, unlabelled_texts
from claimclf.estimators.recipe import Recipe, Trained
from claimclf.estimators.script import run


def train(recipe: Recipe, options: argparse.Namespace) -> Trained:
    """Distill as the command line says."""
    held_out = {example.group for example in recipe.examples(recipe.validation)}
    texts = unlabelled_texts(options.texts, in_dev_repo=recipe.in_dev_repo, without=held_out)
    return distill(recipe, load(options.teacher), texts)


if __name__ == "__main__":
    more = argparse.ArgumentParser(add_help=False)
    more.add_argument("--teacher", required=True, help="shipped name, folder or hub id of the larger model")
    more.add_argument("--texts", nargs="+", type=Path, required=True, metavar="FILE", help="JSONL with text")
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    sys.exit(run(__doc__ or "", train, config, shipped_as="default", options=more))
