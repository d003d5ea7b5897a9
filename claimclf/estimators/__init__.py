"""Train classifiers: scikit-learn estimators that save bundles."""

from claimclf.estimators.baseline import BaselineClassifier
from claimclf.estimators.transformer import TransformerClassifier

__all__ = ["BaselineClassifier", "TransformerClassifier"]
