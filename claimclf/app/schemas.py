"""What goes in and out, for the OpenAPI description."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, FailFast, Field

from claimclf.records import Prediction, Provenance, Sentence

MOST = 20_000
"""Texts of a request or sentences of a document, at most."""


class Texts(BaseModel):
    """Sentences to classify."""

    texts: Annotated[list[str], FailFast(), Field(max_length=MOST)]


class Text(BaseModel):
    """A plain text to read as a document."""

    text: str


class Predictions(BaseModel):
    """What the bundle says of each text, in order."""

    predictions: list[Prediction]
    provenance: Provenance


class LabelledDocument(BaseModel):
    """A document as extracted, and what the bundle says of its sentences: text[start:end] is each of them."""

    source: str | None
    sha256: str
    labels: list[str]
    text: str
    sentences: list[Sentence]
    notes: list[str]
    provenance: Provenance


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Sent by a page of another site"},
    413: {"model": Problem, "description": "Too large"},
    415: {"model": Problem, "description": "No kind of document that can be read"},
    422: {"model": Problem, "description": "Cannot be used, or not be read; the detail says why"},
    503: {"model": Problem, "description": "Busy; try again later"},
}
"""Responses that are no results."""

DOCUMENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": Text.model_json_schema()},
        },
    }
}
"""A document comes as the body itself, so that it stays in memory; parsers of forms put files on disk."""
