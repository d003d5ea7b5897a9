"""Train the scikit-learn baseline and save it as a bundle.

python training/train_baseline.py                              # the corpus of this repository
python training/train_baseline.py --config my.yaml --set C=2   # another run
"""

import sys
from pathlib import Path

from claimclf.estimators.runs import train_baseline
from claimclf.estimators.script import run

if __name__ == "__main__":
    config = Path(__file__).parent / "configs" / "baseline.yaml"
    sys.exit(run(__doc__ or "", lambda recipe, _: train_baseline(recipe), config, shipped_as="baseline"))
