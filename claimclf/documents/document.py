"""A document with what a bundle says of its sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol, overload

from claimclf.documents.exporting import Row, data_frame, flat, open_text, write_csv, write_jsonl, write_parquet
from claimclf.documents.extracted import Block
from claimclf.records import Neighbour, Provenance, Sentence


class Scorer(Protocol):
    """What scored the sentences, such as :class:`claimclf.Classifier`."""

    @property
    def keeps_examples(self) -> bool: ...

    def predict_proba(self, texts: Sequence[str]) -> Any: ...

    def nearest(self, texts: Sequence[str]) -> list[list[Neighbour]]: ...


@dataclass(frozen=True)
class Document:
    """A document, sentence by sentence.

    Attributes
    ----------
    text : str
        The text as extracted: ``document.text[s.start:s.end] == s.text`` for every sentence.
    sentences : tuple of Sentence
        In order. Iterating over the document, indexing and ``len`` go through them.
    labels : tuple of str
        The label order of the bundle.
    source : str or None
        The file, ``archive.zip/inner.pdf`` for one in an archive; None for a text from memory.
    sha256 : str
        Hash of the file, of the text in UTF-8 where there is none.
    provenance : Provenance
        The bundle and the policy that decided.
    notes : tuple of str
        What could not be read, such as pages without text.
    blocks : tuple of Block
        Its paragraphs, headings and captions, in order.
    scorer : Scorer or None
        What scored the sentences, to find the words that decisions hang on, and sentences that it sees as alike; a
        pickled document forgets it.
    """

    text: str = field(repr=False)
    sentences: tuple[Sentence, ...] = field(repr=False)
    labels: tuple[str, ...]
    source: str | None
    sha256: str
    provenance: Provenance
    notes: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    scorer: Scorer | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "scorer": None}

    def __iter__(self) -> Iterator[Sentence]:
        return iter(self.sentences)

    def __len__(self) -> int:
        return len(self.sentences)

    @overload
    def __getitem__(self, position: int) -> Sentence: ...

    @overload
    def __getitem__(self, position: slice) -> tuple[Sentence, ...]: ...

    def __getitem__(self, position: int | slice) -> Sentence | tuple[Sentence, ...]:
        return self.sentences[position]

    @property
    def counts(self) -> dict[str, int]:
        """On how many sentences each label is asserted, in label order. Not shares: see :func:`claimclf.prevalence`."""
        return {label: sum(label in sentence.labels for sentence in self) for label in self.labels}

    def rows(self) -> Iterator[Row]:
        """Return a row of plain JSON types for each sentence: source, place, prediction and provenance."""
        return map(self._row, self)

    def _row(self, sentence: Sentence) -> Row:
        return {"source": self.source, "sha256": self.sha256, **sentence.to_dict(), **asdict(self.provenance)}

    def columns(self) -> list[str]:
        """Return the columns of CSV and Parquet; they hang on nothing but the labels."""
        return list(flat(self._row(Sentence("", (), dict.fromkeys(self.labels, 0.0)))))

    def to_jsonl(self, path: str | Path | None = None) -> str | None:
        """Write one JSON object a sentence.

        Parameters
        ----------
        path : str or Path, optional
            The file; by default the text is returned.
        """
        out = StringIO()
        write_jsonl(self.rows(), out)
        return _written(out.getvalue(), path)

    def to_csv(self, path: str | Path | None = None) -> str | None:
        """Write one line a sentence, with a column for each score.

        Parameters
        ----------
        path : str or Path, optional
            The file; by default the text is returned.
        """
        out = StringIO()
        write_csv(self.rows(), self.columns(), out)
        return _written(out.getvalue(), path)

    def to_html(self, path: str | Path | None = None) -> str | None:
        """Write a report to read: the text with its labels, where they cluster, and the words that they hang on.

        It is one page that needs nothing else. For the words, each sentence with a label is scored again with each of
        its words left out; :mod:`claimclf.documents.report.occlusion` says what that shows. If the bundle keeps
        examples, those nearest to each such sentence are shown.

        Parameters
        ----------
        path : str or Path, optional
            The file; by default the page is returned.

        Raises
        ------
        MissingExtraError
            Without jinja2.
        """
        from claimclf.documents.report.page import document_page

        return _written(document_page(self), path)

    def to_pandas(self) -> Any:
        """Return a :class:`pandas.DataFrame` with one row a sentence and a column for each score.

        Raises
        ------
        MissingExtraError
            Without pandas.
        """
        return data_frame(self.rows(), self.columns())

    def to_parquet(self, path: str | Path | BinaryIO) -> None:
        """Write one row a sentence, with a column for each score; the columns are the same for every document.

        Parameters
        ----------
        path : str, Path or binary stream
            The file.

        Raises
        ------
        MissingExtraError
            Without pyarrow.
        """
        write_parquet(self.rows(), self.columns(), path)


def _written(text: str, path: str | Path | None) -> str | None:
    if path is None:
        return text
    with open_text(Path(path)) as out:
        out.write(text)
    return None
