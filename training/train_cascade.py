"""Train the fast bundle: a small transformer settles the sentences that surely carry nothing, the default the others.

python training/train_cascade.py --second bundles/default --texts unlabelled.jsonl.gz datasets/authored/train.jsonl
"""

import argparse
import sys
from pathlib import Path

from claimclf.bundle import load
from claimclf.console import reported
from claimclf.estimators.cascade import train_cascade
from claimclf.estimators.distillation import read_unlabelled
from claimclf.estimators.recipe import Recipe


def main() -> None:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--second", default="default", help="bundle of a transformer (default: %(default)s, the shipped one)"
    )
    parser.add_argument("--texts", nargs="+", type=Path, required=True, help="JSONL with text; labels are ignored")
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    parser.add_argument("--config", type=Path, default=config, help="the second's recipe, for what it did not see")
    parser.add_argument(
        "--name", default="fast", help="of the bundle, a folder beside the second's, which is replaced (default: fast)"
    )
    options = parser.parse_args()
    second = load(options.second)
    recipe = Recipe.read(options.config)
    texts = list(read_unlabelled(options.texts))
    unseen = {example.group for example in recipe.examples(recipe.validation)} & {text.group for text in texts}
    settled = train_cascade(second, texts, second.path.parent / options.name, held_out=unseen)
    print(f"bundle: {second.path.parent / options.name}")
    print(
        f"of {settled.n_texts:,} texts of groups that the first stage was not trained on it settles "
        f"{settled.share:.1%}, among them {settled.missed} of the {settled.n_asserted:,} on which the "
        f"transformer asserts a label (margin {settled.margin:.2f})"
    )


if __name__ == "__main__":
    sys.exit(reported(main))
