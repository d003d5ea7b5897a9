"""Compare learners on the same few texts of public sets, or on all training texts; goes on where it stopped.

python training/bench_fewshot.py --folder ../shared/bench --out fewshot.jsonl                  # 8 texts a label
python training/bench_fewshot.py --folder ../shared/bench --out fewshot.jsonl --shots 64 --sets ag_news trec6
python training/bench_fewshot.py --folder ../shared/bench --out fewshot.jsonl --full          # beside the plain Trainer
"""

import argparse
import sys
from pathlib import Path

from claimclf.benchmark import LEARNERS, compare, compete, learners_by_default
from claimclf.benchmark.machine import describe
from claimclf.console import reported
from claimclf.estimators.transformer import DEFAULT_BASE


def main() -> None:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--folder", type=Path, required=True, help="with a folder for each set: train.jsonl, test.jsonl"
    )
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="default: all in the folder")
    parser.add_argument("--out", type=Path, required=True, help="JSONL of results; what is there is not computed again")
    parser.add_argument("--shots", type=int, default=8, help="texts a label (default: %(default)s)")
    parser.add_argument("--full", action="store_true", help="all training texts, and all test texts")
    parser.add_argument("--draws", type=int, default=3, help="draws of each set (default: %(default)s)")
    parser.add_argument("--test", type=int, default=1500, help="test texts of each set (default: %(default)s)")
    parser.add_argument("--learners", nargs="+", choices=list(LEARNERS), metavar="NAME", help=", ".join(LEARNERS))
    parser.add_argument("--base", default=DEFAULT_BASE, help="pretrained encoder of all (default: %(default)s)")
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="of every process; with one, CPU seconds compare on a busy machine (default: %(default)s)",
    )
    options = parser.parse_args()
    learners = options.learners or list(learners_by_default(options.full))
    rows = compete(
        options.folder,
        options.sets or sorted(file.parent.name for file in options.folder.glob("*/train.jsonl")),
        learners,
        options.out,
        shots=None if options.full else options.shots,
        n_draws=options.draws,
        n_test=None if options.full else options.test,
        base=options.base,
        threads=options.threads,
    )
    print(f"{describe()}\n\n{compare(rows, options.folder, learners[0])}")


if __name__ == "__main__":
    sys.exit(reported(main))
