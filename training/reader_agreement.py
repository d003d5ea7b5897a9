"""Print how far two blind readings of the same sentences agree, label by label.

python training/reader_agreement.py     # datasets/readings/second-pass.jsonl, real and authored apart
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from claimclf.checks.agreement import reader_agreement
from claimclf.console import reported
from claimclf.data import read_rows
from claimclf.labels import LABELS, to_targets

READINGS = Path(__file__).parent.parent / "datasets" / "readings" / "second-pass.jsonl"


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=READINGS, help="JSONL with id, group, first and second")
    options = parser.parse_args()
    rows = [row for _, row in read_rows(options.file)]
    # The group of a real sentence is its repository, owner/name.
    _print("real", [row for row in rows if "/" in row["group"]])
    _print("authored", [row for row in rows if "/" not in row["group"]])


def _print(half: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    first, second = (to_targets([row[reading] for row in rows], LABELS)[0] for reading in ("first", "second"))
    equal = (first == second).all(axis=1).mean()
    print(f"{half}: {len(rows)} sentences read twice, {equal:.1%} with equal sets of labels")
    for agreement in reader_agreement(first, second, LABELS, [row["group"] for row in rows]):
        print(f"  {agreement}")


if __name__ == "__main__":
    sys.exit(reported(main))
