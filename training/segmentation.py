"""Print how well sentences are found: on hard cases, and on whole documents whose sentences were marked.

python training/segmentation.py                          # the hard cases of tests/data
python training/segmentation.py --documents FOLDER       # also the documents of tests/data/marked-documents.jsonl

Other splitters are measured too if they are installed: pip install pysbd syntok nupunkt blingfire spacy
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claimclf.benchmark.segmentation import Case, marked, marked_paragraphs, score, splitters
from claimclf.console import reported
from claimclf.data import read_rows

DATA = Path(__file__).parent.parent / "tests" / "data"


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, metavar="FOLDER", help="where the marked documents are")
    options = parser.parse_args()
    _print("hard cases", [marked(row["marked"]) for _, row in read_rows(DATA / "sentences.jsonl")])
    if options.documents:
        _print("paragraphs", marked_paragraphs(DATA / "marked-documents.jsonl", options.documents))


def _print(what: str, cases: list[Case]) -> None:
    print(f"\n{len(cases)} {what}, {sum(len(case.required) for case in cases)} ends of sentences within them\n")
    print("| | precision | recall | F1 | wholly right |\n|---|---|---|---|---|")
    for name, splitter in splitters().items():
        found = score(splitter, cases)
        share = found.whole / found.n_cases
        print(f"| {name} | {found.precision:.3f} | {found.recall:.3f} | {found.f1:.3f} | {share:.1%} |")


if __name__ == "__main__":
    sys.exit(reported(main))
