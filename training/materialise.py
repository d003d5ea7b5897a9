"""Give the references of the corpus their text and keep it in a cache.

python training/materialise.py                                # from the public repositories, at the named commits
python training/materialise.py --from POOL/to-label.jsonl.gz  # from local files, offline

What the cache holds already is not fetched again, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from claimclf.console import reported
from claimclf.data.examples import read_references
from claimclf.data.references import collect_texts, default_cache, save_texts, without_text
from claimclf.data.repositories import DEFAULT_HOST, fetch_texts

REAL = Path(__file__).parent.parent / "datasets" / "real"


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("references", nargs="*", type=Path, default=sorted(REAL.glob("*.jsonl")))
    parser.add_argument(
        "--from", dest="sources", nargs="+", type=Path, help="JSONL files with texts; nothing is fetched"
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="where the repositories are (default: %(default)s)")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the texts go (default: %(default)s)")
    options = parser.parse_args()
    vanished: dict[str, str] = {}
    references = [reference for path in options.references for reference in read_references(path)]
    if options.sources:
        save_texts(collect_texts(references, options.sources), options.cache)
    else:
        wanted = without_text(references, options.cache)
        for found in fetch_texts(wanted, host=options.host, progress=sys.stderr.isatty()):
            save_texts(found.texts, options.cache)
            vanished.update(found.vanished)
    missing = without_text(references, options.cache)
    print(f"{len(references) - len(missing)} of {len(references)} texts are now in {options.cache}")
    for reference in missing:
        reason = vanished.get(reference.id, "in none of the files")
        print(f"not found: {reference.id} ({reference.repo}@{reference.commit[:10]}): {reason}", file=sys.stderr)
    for repo, count in Counter(reference.repo for reference in missing).most_common():
        print(f"{repo}: {count} texts missing", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(reported(main))
