"""Measure bundles on labelled sentences, beside a rule of 16 keywords.

python training/evaluate_model.py ../shared/eval/dev.jsonl --model baseline --model default --html report.html
python training/evaluate_model.py ../shared/eval/dev.jsonl --model bundles/transformer --parity bundles/transformer
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from claimclf.bundle import load
from claimclf.console import check_folder, reported
from claimclf.data import load_examples, read_rows
from claimclf.estimators.recipe import Recipe
from claimclf.evaluation import KeywordRule, evaluate_on
from claimclf.reporting import compare, render


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="JSONL with text, labels and group, or references")
    parser.add_argument("--model", action="append", default=[], help="shipped name, folder or hub id; may be repeated")
    parser.add_argument("--parity", metavar="BUNDLE", help="compare torch, fp32 ONNX and int8 ONNX of a trained bundle")
    parser.add_argument("--html", type=Path, metavar="PATH", help="write a self-contained report; the last model leads")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures of the report")
    parser.add_argument(
        "--errors", type=Path, metavar="JSONL", help="show the worst errors that cross_validate.py saved"
    )
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "configs" / "transformer.yaml")
    options = parser.parse_args()
    for path in filter(None, (options.html, options.json)):
        check_folder(path)
    examples = load_examples(options.files)
    print(f"keyword rule\n{evaluate_on(KeywordRule(), examples)}")
    classifiers = {name: load(name) for name in options.model}
    for name, classifier in classifiers.items():
        print(f"\n{name}\n{evaluate_on(classifier, examples)}")
    if options.html or options.json:
        figures = compare(classifiers, examples, held_out=_with_text(options.errors, options.config))
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
        if options.html:
            options.html.write_text(render(figures), "utf-8")
    if options.parity:
        from claimclf.estimators.parity import parity

        print(f"\nequal decisions, {options.parity}")
        for pair, share in parity(options.parity, [example.text for example in examples]).items():
            print(f"{pair}: {share:.4f}")


def _with_text(rows: Path | None, config: Path) -> list[dict[str, object]]:
    """Join what cross_validate.py saved with the texts of its corpus."""
    if rows is None:
        return []
    recipe = Recipe.read(config)
    texts = {example.id: example.text for example in recipe.examples([*recipe.train, *recipe.validation])}
    return [{**row, "text": texts[row["id"]]} for _, row in read_rows(rows) if row["id"] in texts]


if __name__ == "__main__":
    sys.exit(reported(main))
