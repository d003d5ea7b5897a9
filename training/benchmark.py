"""Measure speed and macro F1 beside what a user would pick instead; print tables, write JSON and a plot.

python training/benchmark.py --texts ../shared/pool/unlabelled.jsonl.gz --out benchmark.json --plot benchmark.svg

Peers that learn are trained on the recipe's texts first (see --peers); all are scored on its real validation texts.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from claimclf.benchmark import CONTENDERS, PEERS, arithmetic, macro_f1, plot, prepare, race, stream, table
from claimclf.benchmark.machine import describe
from claimclf.console import check_folder, reported
from claimclf.data import read_rows, targets, to_hold_out
from claimclf.estimators.recipe import Recipe
from claimclf.text import normalise


def main() -> None:
    """Train what is to be trained, race, score, show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "configs" / "transformer.yaml")
    parser.add_argument(
        "--bundle",
        type=Path,
        default=Path("bundles/transformer"),
        help="of our kind, with model.safetensors, for the peers that run its encoder",
    )
    parser.add_argument("--peers", type=Path, default=Path("bundles/peers"), help="where their models are or go")
    parser.add_argument("--texts", type=Path, required=True, help="JSONL with text, for the speed")
    parser.add_argument("--how", help="keep the texts whose field of that name says so, such as random")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1000, 10000], help="texts in bulk (default: %(default)s)"
    )
    parser.add_argument(
        "--stream", type=int, nargs="*", default=[10_000, 1_000_000], help="texts through stream (default: %(default)s)"
    )
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS), metavar="NAME")
    parser.add_argument("--out", type=Path, help="JSON")
    parser.add_argument("--plot", type=Path, help="SVG or PNG")
    options = parser.parse_args()
    for path in filter(None, (options.out, options.plot)):
        check_folder(path)
    recipe = Recipe.read(options.config)
    train = recipe.examples(recipe.train)
    learnt, truth = [normalise(example.text) for example in train], np.nan_to_num(targets(train, recipe.labels))
    folders = {
        name: prepare(name, learnt, truth, options.peers) if name in PEERS else options.bundle for name in options.only
    }
    rows = (row for _, row in read_rows(options.texts) if options.how in (None, row.get("how")))
    texts = list(dict.fromkeys(row["text"] for row in rows))
    held_out = to_hold_out(recipe.examples(recipe.validation))
    scores = macro_f1(folders, [example.text for example in held_out], targets(held_out, recipe.labels))
    found = race(folders, texts, options.sizes)
    print(
        f"{describe()}\n\n{table(found, scores)}\n\n{arithmetic(found, texts[: max(options.sizes)], options.bundle)}\n"
    )
    short = [text[:60] for text in texts]
    streamed = [stream("default", short, number) for number in options.stream]
    for outcome in streamed:
        print(f"stream: {outcome.n_texts:,} short texts, {outcome.per_second:,.0f} a second, {outcome.memory:,.0f} MiB")
    if options.out:
        figures = {"machine": describe(), **found.to_dict(), "macro_f1": scores, "stream": [*map(asdict, streamed)]}
        options.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if options.plot:
        plot(found, scores, options.plot)


if __name__ == "__main__":
    sys.exit(reported(main))
