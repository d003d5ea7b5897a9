"""Many documents: a page that shows what is in each and leads to its report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from claimclf import pages
from claimclf.documents.reading import LeftOut
from claimclf.documents.report.page import document_page, hues
from claimclf.documents.report.strip import strips

if TYPE_CHECKING:
    from claimclf.documents.document import Document

N_PARTS = 40
"""Parts of a strip."""

_UNSAFE = re.compile(r"[^a-zA-Z0-9]+")


@dataclass
class Overview:
    """Writes reports of documents one after the other, and then the page that leads to them.

    Attributes
    ----------
    path : Path
        Where that page goes. The reports go into a folder beside it: ``overview_files`` for ``overview.html``.
    """

    path: Path
    _rows: list[dict[str, Any]] = field(default_factory=list, repr=False)
    _labels: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the reports."""
        return self.path.with_name(f"{self.path.stem}_files")

    def add(self, document: Document) -> None:
        """Write the report of a document.

        Parameters
        ----------
        document : Document
            With its predictions; it is not kept.
        """
        slug = _UNSAFE.sub("-", PurePath(document.source or "text").name)[:60].strip("-")
        name = f"{len(self._rows) + 1:04d}-{slug}.html"
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_text(document_page(document), "utf-8", newline="")
        self._labels = document.labels
        self._rows.append(
            {
                "source": document.source or "text",
                "report": f"{_address(self.folder.name)}/{name}",
                "n_sentences": len(document),
                "counts": document.counts,
                "n_referred": sum(bool(sentence.referred) for sentence in document),
                "strips": strips(document, N_PARTS),
                "notes": document.notes,
                "provenance": document.provenance,
            }
        )

    def write(self, left_out: LeftOut) -> None:
        """Write the page that leads to the reports.

        Parameters
        ----------
        left_out : LeftOut
            What could not be read, to be listed.
        """
        largest = max(
            (part.asserted + part.referred for row in self._rows for parts in row["strips"].values() for part in parts),
            default=1,
        )
        values = {
            "rows": self._rows,
            "labels": self._labels,
            "hues": hues(len(self._labels)),
            "n_parts": N_PARTS,
            "largest": largest,
            "left_out": left_out,
        }
        page = pages.render("overview", values, feature="A report in HTML", extra="documents")
        self.path.write_text(page, "utf-8", newline="")


def _address(name: str) -> str:
    """Return a file name as a relative address: a colon, for example, must not make a scheme of it."""
    from urllib.parse import quote

    return "./" + quote(name, errors="replace")
