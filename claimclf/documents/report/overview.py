"""Many documents: a page that shows what is in each and leads to its report."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from claimclf import pages
from claimclf.documents.exporting import open_text
from claimclf.documents.reading import LeftOut
from claimclf.documents.report.page import document_page, hues
from claimclf.documents.report.strip import strips

if TYPE_CHECKING:
    from claimclf.documents.document import Document

N_PARTS = 40
"""Parts of a strip."""

_UNSAFE = re.compile(r"[^a-zA-Z0-9]+")
_NAME = re.compile(r"(?:[a-zA-Z0-9-]+-)?[0-9a-f]{12}\.html")
"""What the reports of an overview are called."""


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

    @property
    def folder(self) -> Path:
        """The folder of the reports."""
        return self.path.with_name(f"{self.path.stem}_files")

    def add(self, document: Document) -> dict[str, Any]:
        """Write the report of a document.

        Parameters
        ----------
        document : Document
            With its predictions; it is not kept.

        Returns
        -------
        dict
            What the page says of it, in JSON types.
        """
        name = _name(document)
        self.folder.mkdir(exist_ok=True)
        with open_text(self.folder / name) as out:
            out.write(document_page(document))
        row = {
            "source": document.source or "text",
            "report": name,
            "n_sentences": len(document),
            "counts": document.counts,
            "n_referred": sum(bool(sentence.referred) for sentence in document),
            "strips": {label: list(map(asdict, parts)) for label, parts in strips(document, N_PARTS).items()},
            "notes": document.notes,
            "provenance": asdict(document.provenance),
        }
        self.take(row)
        return row

    def take(self, row: dict[str, Any]) -> None:
        """Take over a report that an earlier run wrote.

        Parameters
        ----------
        row : dict
            What :meth:`add` returned there.
        """
        self._rows.append(row)

    def write(self, left_out: LeftOut) -> None:
        """Write the page that leads to the reports, and remove reports of earlier runs that it does not lead to.

        Parameters
        ----------
        left_out : LeftOut
            What could not be read, to be listed.
        """
        largest = max(
            (
                part["asserted"] + part["referred"]
                for row in self._rows
                for parts in row["strips"].values()
                for part in parts
            ),
            default=1,
        )
        labels = list(self._rows[0]["counts"]) if self._rows else []
        values = {
            "rows": self._rows,
            "folder": _address(self.folder.name),
            "labels": labels,
            "hues": hues(len(labels)),
            "n_parts": N_PARTS,
            "largest": largest,
            "left_out": left_out,
        }
        page = pages.render("overview", values, feature="A report in HTML", extra="documents")
        with open_text(self.path) as out:
            out.write(page)
        reports = {row["report"] for row in self._rows}
        for file in self.folder.glob("*.html"):
            if _NAME.fullmatch(file.name) and file.name not in reports:
                file.unlink()


def _name(document: Document) -> str:
    """Name a report so that it stays what it is called, whatever other documents there are."""
    slug = _UNSAFE.sub("-", PurePath(document.source or "text").name)[:60].strip("-")
    trail = f"{document.source} {document.sha256}".encode("utf-8", "surrogatepass")
    return f"{slug}-{hashlib.sha256(trail).hexdigest()[:12]}.html".lstrip("-")


def _address(name: str) -> str:
    """Return a file name as a relative address: a colon, for example, must not make a scheme of it."""
    from urllib.parse import quote

    return "./" + quote(name, errors="replace")
