"""Answers: JSON, and labelled documents in the formats that can be downloaded, made in memory."""

from __future__ import annotations

import json
from dataclasses import asdict
from io import BytesIO
from pathlib import PurePath
from typing import Any, Literal
from urllib.parse import quote

from fastapi.responses import JSONResponse, Response

from claimclf.documents import Document

Format = Literal["json", "jsonl", "csv", "html", "parquet"]

_MEDIA_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "html": "text/html",
    "parquet": "application/vnd.apache.parquet",
}


class Answer(JSONResponse):
    """JSON that also holds half characters, as a text may that was cut in the middle of one."""

    def render(self, content: Any) -> bytes:
        """Write it in ASCII."""
        return json.dumps(content, allow_nan=False).encode()


def exported(document: Document, form: Format) -> Response:
    """Answer with a document.

    Parameters
    ----------
    document : Document
        With its predictions.
    form : str
        ``json`` is the answer itself, the others are files to save.

    Returns
    -------
    Response
        A file is named after the document. No browser shows it in place, where it would be a page of the app's.

    Raises
    ------
    MissingExtraError
        For Parquet, without pyarrow.
    """
    if form == "json":
        return Answer(_plain(document))
    name = quote(f"{PurePath(document.source or 'text').stem}.{form}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(_content(document, form), media_type=_MEDIA_TYPES[form], headers=headers)


def _content(document: Document, form: Format) -> bytes:
    if form == "parquet":
        out = BytesIO()
        document.to_parquet(out)
        return out.getvalue()
    text = {"jsonl": document.to_jsonl, "csv": document.to_csv, "html": document.to_html}[form]() or ""
    return text.encode("utf-8", "replace")


def _plain(document: Document) -> dict[str, object]:
    return {
        "source": document.source,
        "sha256": document.sha256,
        "labels": document.labels,
        "text": document.text,
        "sentences": [sentence.to_dict() for sentence in document],
        "notes": document.notes,
        "provenance": asdict(document.provenance),
    }
