"""Give the references of the corpus their text: find it in local files and keep it in a cache.

python training/materialise.py --from POOL/to-label.jsonl.gz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claimclf.data.jsonl import read_references
from claimclf.data.references import collect_texts, default_cache, save_texts

REAL = Path(__file__).parent.parent / "datasets" / "real"


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("references", nargs="*", type=Path, default=sorted(REAL.glob("*.jsonl")))
    parser.add_argument("--from", dest="sources", nargs="+", required=True, type=Path, help="JSONL files with texts")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the texts go (default: %(default)s)")
    options = parser.parse_args()
    references = [reference for path in options.references for reference in read_references(path)]
    texts = collect_texts(references, options.sources)
    save_texts(texts, options.cache)
    missing = [reference for reference in references if reference.sha256 not in texts]
    print(f"{len(references) - len(missing)} of {len(references)} texts are now in {options.cache}")
    for reference in missing:
        print(f"not found: {reference.id} ({reference.repo}@{reference.commit[:10]}:{reference.path})", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
