"""The command line: results go to standard output, all else to standard error."""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from claimclf import __version__
from claimclf.behaviour import behaviour, comparison, read_pairs
from claimclf.bundle import load, verify
from claimclf.cli.app import add_app
from claimclf.cli.corpus import add_corpus
from claimclf.cli.deciding import add_policy, classifier_of
from claimclf.cli.doubts import add_doubts
from claimclf.cli.labelling import FORMATS as ROW_FORMATS
from claimclf.cli.labelling import write_rows
from claimclf.cli.locking import alone
from claimclf.cli.options import LABELLED, add_column, add_out, add_threads
from claimclf.cli.push import add_push
from claimclf.cli.reading import is_table, rows_in_files
from claimclf.cli.recalibrate import add_recalibrate
from claimclf.cli.replay import add_replay
from claimclf.cli.report import write_report
from claimclf.cli.suggest import add_suggest
from claimclf.cli.writing import is_file
from claimclf.console import check_folder, reported
from claimclf.data import Columns, load_examples
from claimclf.data.options import add_column_options, named_columns
from claimclf.decision import HELD_OUT_FILE
from claimclf.documents import LeftOut
from claimclf.errors import InputError
from claimclf.evaluation import Decider, KeywordRule, Never, evaluate_on, reliability_on
from claimclf.records import Example

FORMATS = (*ROW_FORMATS, "html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        See :func:`~claimclf.console.reported`; 1 also if a single document of many cannot be read.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What is redirected is UTF-8 everywhere; a terminal shows what it cannot show as an escape.
        sys.stdout.reconfigure(errors="backslashreplace")
        if not sys.stdout.isatty():
            sys.stdout.reconfigure(encoding="utf-8", newline="", errors="backslashreplace")
    options = _parser().parse_args(arguments)
    return reported(lambda: options.run(options), "claimclf")


def _predict(options: argparse.Namespace) -> int:
    classifier = classifier_of(options)
    left_out = LeftOut()
    form = options.format or (options.out and options.out.suffix[1:].lower()) or "table"
    if form not in FORMATS:
        raise InputError(f"--out {options.out}: unknown ending; say which --format ({', '.join(FORMATS)})")
    if options.out:
        check_folder(options.out)
    try:
        with alone(options.out), rows_in_files(options.files, options.column) as options.files:
            if form == "html":
                write_report(options, classifier, left_out)
            else:
                write_rows(options, form, classifier, left_out)
    except KeyboardInterrupt:
        if is_file(options.out) and all(map(is_table, options.files)):
            print("interrupted; of tables nothing is kept, the same command begins again", file=sys.stderr)
        elif is_file(options.out):
            print("interrupted; the same command does not repeat the documents that are finished", file=sys.stderr)
        raise
    return _report(left_out)


def _report(left_out: LeftOut) -> int:
    """Say what was left out; a document that cannot be read is a failure, a file of another kind is not."""
    if left_out.other_kinds:
        endings = Counter(Path(name).suffix or "no ending" for name in left_out.other_kinds)
        print(f"passed over: {', '.join(f'{count} {ending}' for ending, count in endings.items())}", file=sys.stderr)
    for note in left_out.notes:
        print(note, file=sys.stderr)
    for error in left_out.unreadable:
        print(f"claimclf: {error}", file=sys.stderr)
    return 1 if left_out.unreadable else 0


def _evaluate(options: argparse.Namespace) -> int:
    classifier = load(options.model, threads=options.threads)
    figures: dict[str, Any] = {}
    if options.calibration and not options.files:
        raise InputError("evaluate --calibration: name a FILE of labelled texts")
    if options.files:
        examples = load_examples(options.files, labels=classifier.labels, columns=Columns(**named_columns(options)))
        report = evaluate_on(classifier, examples)
        figures |= report.to_dict()
        if not options.json:
            print(report)
        for name, part in _by_drawing(examples).items() if options.calibration else ():
            found = reliability_on(classifier, part)
            figures[name] = {label.label: label.to_dict() for label in found}
            if not options.json:
                print("\n".join(map(str, [f"{name} on {len(part)} sentences", *found])))
    if options.behaviour:
        deciders: dict[str, Decider] = {
            options.model: classifier,
            "baseline": load("baseline"),
            "keywords": KeywordRule(),
            "none": Never(),
        }
        pairs = [pair for pair in read_pairs() if pair.label in classifier.labels]
        outcomes = {name: behaviour(decider, pairs) for name, decider in deciders.items()}
        figures["behaviour"] = {name: outcome.to_dict() for name, outcome in outcomes.items()}
        if not options.json:
            print(comparison(outcomes))
    if not figures:
        raise InputError("evaluate: name a FILE of labelled texts, or --behaviour, or both")
    if options.json:
        print(json.dumps(figures, indent=2))
    return 0


def _by_drawing(examples: list[Example]) -> dict[str, list[Example]]:
    """Sentences drawn at random show the base rates of an archive; those near topic words do not."""
    at_random = [example for example in examples if example.how == "random"]
    return {"calibration": examples, **({"calibration, drawn at random": at_random} if at_random else {})}


def _info(options: argparse.Namespace) -> int:
    classifier = load(options.bundle)
    manifest = classifier.manifest
    print(f"{manifest['name']}: {manifest['kind']}, format {manifest['format_version']}, {classifier.path}")
    if manifest["base"]:
        print(f"base: {manifest['base']['id']}")
    for label in manifest["labels"]:
        start = "" if manifest.get("exclusive") else f" (from {label['threshold']:.3f})"
        print(f"  {label['name']}{start}: {label['definition']}")
    if manifest.get("exclusive"):
        print("exactly one of them each")
    if HELD_OUT_FILE in manifest["files"]:
        held_out = classifier.held_out
        rates = zip(classifier.labels, held_out.base_rates(), held_out.base_rates(at_random=True), strict=True)
        print(f"held-out scores of {len(held_out.truth)} texts; share with each label, among all (drawn at random):")
        print("  " + ", ".join(f"{label} {share:.1%} ({_percent(random)})" for label, share, random in rates))
    if "macro_f1" in manifest["metrics"]:
        print(f"macro F1 {manifest['metrics']['macro_f1'][0]} on {manifest['metrics']['what']}")
    if not options.verify:
        return 0
    verification = verify(classifier)
    equal = verification.n_texts - len(verification.differing)
    print(
        f"verified: {equal} of {verification.n_texts} pinned texts decided as stored, "
        f"largest difference of a score {verification.largest_difference:.4f}"
    )
    for text in verification.differing:
        print(f"decided differently: {text}", file=sys.stderr)
    return 0 if verification.passed else 1


def _percent(share: float) -> str:
    return "unknown" if math.isnan(share) else f"{share:.1%}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="claimclf", description="Classify claims, sentence by sentence.")
    parser.add_argument("--version", action="version", version=f"claimclf {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", default="default", help="shipped name, folder or hub id (default: %(default)s)")
    add_threads(model)

    command = commands.add_parser(
        "predict", parents=[model], help="label the sentences of documents or the rows of tables"
    )
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="documents (.txt, .md, .html, .pdf, .docx, .eml), folders, .zip, tables (.jsonl, .csv, .tsv, .parquet), "
        "- for a document, JSON lines or Parquet on standard input",
    )
    command.add_argument("--format", choices=FORMATS, help="default: by the ending of --out, else table")
    add_out(command)
    add_column(command)
    command.add_argument(
        "--labelled-only", action="store_true", help="leave out sentences with no label asserted or referred"
    )
    add_policy(command)
    command.set_defaults(run=_predict)

    command = commands.add_parser("evaluate", parents=[model], help="measure a bundle on labelled texts")
    command.add_argument("files", nargs="*", metavar="FILE", help=LABELLED)
    add_column_options(command)
    command.add_argument("--calibration", action="store_true", help="say also whether scores mean what they say")
    command.add_argument("--behaviour", action="store_true", help="run the minimal pairs that ship with the package")
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    command.set_defaults(run=_evaluate)

    command = commands.add_parser("info", help="describe a bundle")
    command.add_argument("bundle", nargs="?", default="default", help="shipped name, folder or hub id")
    command.add_argument("--verify", action="store_true", help="run its pinned texts and compare decisions")
    command.set_defaults(run=_info)

    add_app(commands, model)
    add_replay(commands)
    add_recalibrate(commands)
    add_push(commands)
    add_corpus(commands)
    add_suggest(commands, model)
    add_doubts(commands)
    return parser
