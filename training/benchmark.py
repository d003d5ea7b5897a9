"""Measure speed beside what a user would pick instead; print a table, write JSON.

python training/benchmark.py --texts ../shared/pool/unlabelled.jsonl.gz --out benchmark.json
"""

import argparse
import json
import platform
import sys
from pathlib import Path

from claimclf.benchmark import CONTENDERS, race, table
from claimclf.data import read_rows


def main() -> int:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("bundles/transformer"), help="with model.safetensors")
    parser.add_argument("--texts", type=Path, required=True, help="JSONL with text")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1000, 10000], help="texts in bulk (default: %(default)s)"
    )
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS), metavar="NAME")
    parser.add_argument("--out", type=Path, help="JSON")
    options = parser.parse_args()
    texts = list(dict.fromkeys(row["text"] for _, row in read_rows(options.texts)))
    found = race(options.only, options.bundle, texts, options.sizes)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}\n\n{table(found)}")
    if options.out:
        options.out.write_text(json.dumps(found.to_dict(), indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
