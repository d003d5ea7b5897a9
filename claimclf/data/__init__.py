"""Labelled data: reading, validating, splitting."""

from claimclf.data.cleaning import clean, disputed_labels, equal_texts, group_equal_texts
from claimclf.data.columns import Columns
from claimclf.data.corpus import fingerprint, from_dataset, load_examples, targets, to_dataset
from claimclf.data.examples import holds_references, read_examples, read_references
from claimclf.data.jsonl import read_rows, write_rows
from claimclf.data.references import resolve, without_text
from claimclf.data.splits import group_folds, group_holdout, is_real, sample, to_hold_out
from claimclf.data.tables import read_table

__all__ = [
    "Columns",
    "clean",
    "disputed_labels",
    "equal_texts",
    "fingerprint",
    "from_dataset",
    "group_equal_texts",
    "group_folds",
    "group_holdout",
    "holds_references",
    "is_real",
    "load_examples",
    "read_examples",
    "read_references",
    "read_rows",
    "read_table",
    "resolve",
    "sample",
    "targets",
    "to_dataset",
    "to_hold_out",
    "without_text",
    "write_rows",
]
