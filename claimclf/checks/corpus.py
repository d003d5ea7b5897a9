"""All checks over a corpus: a folder with one JSONL file per split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from claimclf.checks.confounds import check_balance, check_giveaways, check_length
from claimclf.checks.duplicates import check_equal, check_overlap, check_similar, check_templates
from claimclf.checks.findings import Finding, judge
from claimclf.data import holds_references, read_examples, read_references, read_rows, resolve, without_text
from claimclf.data.references import default_cache
from claimclf.errors import DataError
from claimclf.labels import LABELS
from claimclf.records import Example, Reference

_TEXT_CHECKS = ("equal texts", "near-duplicates", "templates", "length", "giveaway words")


def check_corpus(
    path: str | Path,
    *,
    labels: Sequence[str] | None = LABELS,
    against: Sequence[str | Path] = (),
    cache: str | Path | None = None,
) -> Iterator[Finding]:
    """Check a corpus for what makes a model look better than it is.

    Parameters
    ----------
    path : str or Path
        A folder whose JSONL files are the splits of one corpus, or a single file.
    labels : sequence of str, optional
        The labels that may occur, by default those of the corpus of this project; None allows any.
    against : sequence of str or Path
        JSONL files with texts that are kept for evaluation and must not occur in the corpus.
    cache : str or Path, optional
        Where the texts of references are, by default the user's cache folder. Checks that read texts are not run on
        references whose text is not there.

    Yields
    ------
    Finding
        Check by check.

    Raises
    ------
    DataError
        If there is no such folder, it holds no JSONL file, or a file of `against` cannot be read.
    MissingExtraError
        Without the extra ``corpus``.
    """
    files = _files(Path(path))
    try:
        records = {file.stem: _read(file, labels) for file in files}
    except DataError as error:
        yield judge("schema", True, str(error))
        return
    everything = list(chain.from_iterable(records.values()))
    yield judge("schema", False, f"{len(everything)} records in {', '.join(records)}")
    names = labels or sorted({label for record in everything for label in record.labels})
    yield _check_ids(records)
    yield _check_groups(records)
    splits = _texts(records, cache)
    yield check_balance(splits or _without_texts(records), names)
    if not splits:
        for check in [*_TEXT_CHECKS, *(f"overlap with {file}" for file in against)]:
            yield Finding(check, "not run", "the texts of the references are not here; run training/materialise.py")
        return
    examples = list(chain.from_iterable(splits.values()))
    yield check_equal(splits)
    yield check_similar(examples)
    yield check_templates([example for example in examples if example.how is None])
    yield check_length(examples, names)
    yield check_giveaways(examples, names)
    for file in against:
        texts = [row["text"] for _, row in read_rows(file) if isinstance(row.get("text"), str)]
        yield check_overlap(examples, str(file), texts)


Record = Example | Reference


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: no .jsonl file in this folder; name the folder that holds the splits")
    return files


def _read(file: Path, labels: Sequence[str] | None) -> Sequence[Record]:
    records: Sequence[Record] = read_references(file, labels) if holds_references(file) else read_examples(file, labels)
    if not records:
        raise DataError(f"{file}: empty")
    return records


def _check_ids(records: Mapping[str, Sequence[Record]]) -> Finding:
    shared, _ = _in_several_splits(records, "id")
    return judge("ids", bool(shared), f"{len(shared)} in more than one split (allowed 0)", shared)


def _check_groups(records: Mapping[str, Sequence[Record]]) -> Finding:
    shared, total = _in_several_splits(records, "group")
    return judge("groups", bool(shared), f"{len(shared)} of {total} cut by a split (allowed 0)", shared)


def _in_several_splits(records: Mapping[str, Sequence[Record]], trait: str) -> tuple[list[str], int]:
    """Name the values of a trait that stand in more than one split, and count all values."""
    splits: dict[str, set[str]] = {}
    for split, members in records.items():
        for record in members:
            splits.setdefault(getattr(record, trait), set()).add(split)
    shared = [f"{value}: {' and '.join(sorted(found))}" for value, found in splits.items() if len(found) > 1]
    return shared, len(splits)


def _texts(records: Mapping[str, Sequence[Record]], cache: str | Path | None) -> dict[str, list[Example]]:
    """Return texts for all, or nothing where the text of a reference is missing."""
    references = [record for members in records.values() for record in members if isinstance(record, Reference)]
    if references and without_text(references, cache or default_cache()):
        return {}
    return {
        split: [
            *(record for record in members if isinstance(record, Example)),
            *resolve([record for record in members if isinstance(record, Reference)], cache),
        ]
        for split, members in records.items()
    }


def _without_texts(records: Mapping[str, Sequence[Record]]) -> dict[str, list[Example]]:
    return {s: [r.with_text("") if isinstance(r, Reference) else r for r in members] for s, members in records.items()}
