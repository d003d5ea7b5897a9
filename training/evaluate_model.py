"""Measure bundles on labelled sentences, beside a rule of 16 keywords.

python training/evaluate_model.py ../shared/eval/dev.jsonl --model baseline --model default
python training/evaluate_model.py ../shared/eval/dev.jsonl --parity bundles/transformer
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claimclf.bundle import load
from claimclf.data import load_examples
from claimclf.errors import ClaimclfError
from claimclf.evaluation import KeywordRule, evaluate_on


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="JSONL with text, labels and group, or references")
    parser.add_argument("--model", action="append", default=[], help="shipped name, folder or hub id; may be repeated")
    parser.add_argument("--parity", metavar="BUNDLE", help="compare torch, fp32 ONNX and int8 ONNX of a trained bundle")
    options = parser.parse_args()
    try:
        examples = load_examples(options.files)
        print(f"keyword rule\n{evaluate_on(KeywordRule(), examples)}")
        for name in options.model:
            print(f"\n{name}\n{evaluate_on(load(name), examples)}")
        if options.parity:
            from claimclf.estimators.parity import parity

            print(f"\nequal decisions, {options.parity}")
            for pair, share in parity(options.parity, [example.text for example in examples]).items():
                print(f"{pair}: {share:.4f}")
    except ClaimclfError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
