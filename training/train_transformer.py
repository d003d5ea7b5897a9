"""Fine-tune a transformer and save it as a bundle.

python training/train_transformer.py                                    # the corpus of this repository
python training/train_transformer.py --config my.yaml --set epochs=6    # another run
"""

import sys
from pathlib import Path

from claimclf.estimators.runs import train_transformer
from claimclf.estimators.script import run

if __name__ == "__main__":
    config = Path(__file__).parent / "configs" / "transformer.yaml"
    sys.exit(run(__doc__ or "", lambda recipe, _: train_transformer(recipe), config, shipped_as="default"))
