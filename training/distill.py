"""Train a small model on labelled texts and on what larger ones think of texts, labelled or not, together.

python training/distill.py --teacher bundles/teacher --texts ../shared/pool/unlabelled.jsonl.gz
python training/distill.py --soft training/scores/teacher.jsonl.gz --texts ../shared/pool/unlabelled.jsonl.gz
"""

import argparse
import sys
from pathlib import Path

from claimclf.bundle import load
from claimclf.errors import InputError
from claimclf.estimators.calibrating import Trained
from claimclf.estimators.distillation import ask_teachers, read_unlabelled, soft_labels
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.runs import train_transformer
from claimclf.estimators.script import run
from claimclf.estimators.softlabels import SoftLabels, read_soft_labels


def train(recipe: Recipe, options: argparse.Namespace) -> Trained:
    """Distill as the command line says."""
    return train_transformer(recipe, said_of(recipe, options))


def said_of(recipe: Recipe, options: argparse.Namespace) -> SoftLabels:
    """Ask the teacher, or read what teachers said."""
    held_out = {example.group for example in recipe.examples(recipe.validation)}
    texts = list(read_unlabelled(options.texts, in_dev_repo=recipe.in_dev_repo, without=held_out))
    if options.soft:
        said, origin = read_soft_labels(options.soft, recipe.labels), options.soft.name
    else:
        teacher = load(options.teacher)
        if teacher.labels != recipe.labels:
            raise InputError(f"teacher: has the labels {', '.join(teacher.labels)}, not {', '.join(recipe.labels)}")
        answers = ask_teachers([teacher], (), texts)
        said, origin = dict(zip((text.id for text in texts), answers, strict=True)), teacher.manifest["name"]
    return soft_labels(recipe, said, texts, weight=options.weight, teacher=origin)


if __name__ == "__main__":
    more = argparse.ArgumentParser(add_help=False)
    teacher = more.add_mutually_exclusive_group(required=True)
    teacher.add_argument("--teacher", help="shipped name, folder or hub id of the larger model")
    teacher.add_argument("--soft", type=Path, metavar="FILE", help="probabilities as soft_labels.py wrote them")
    more.add_argument("--texts", nargs="*", type=Path, default=[], metavar="FILE", help="JSONL with text")
    more.add_argument(
        "--weight", type=float, default=0.5, help="of a soft label beside a reader's (default: %(default)s)"
    )
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    sys.exit(run(__doc__ or "", train, config, shipped_as="default", options=more))
