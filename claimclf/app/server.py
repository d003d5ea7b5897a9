"""The page and the endpoints. Nothing that is sent is stored, and nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, Response

from claimclf import __version__
from claimclf.app.answers import Answer, Format, exported
from claimclf.app.guard import LOOPBACK, Guard
from claimclf.app.page import app_page
from claimclf.app.schemas import DOCUMENT_BODY, PROBLEMS, LabelledDocument, Predictions, Texts
from claimclf.app.uploads import read_upload
from claimclf.bundle import Classifier, provenance
from claimclf.errors import ClaimclfError
from claimclf.predict import predict

LARGEST = 20 * 2**20
"""Bytes of a request, unless asked otherwise."""

MOST_WAITING = 4
"""Requests that wait for their turn; more are refused."""

Made = TypeVar("Made")


def make_app(classifier: Classifier, *, largest: int = LARGEST, hosts: Sequence[str] = LOOPBACK) -> FastAPI:
    """Make the app.

    Parameters
    ----------
    classifier : Classifier
        What to predict with.
    largest : int
        Bytes of a request, at most.
    hosts : sequence of str
        Names that the app answers to.

    Returns
    -------
    FastAPI
        To be run by an ASGI server, such as uvicorn.

    Examples
    --------
    >>> from claimclf import load
    >>> list(make_app(load("baseline")).openapi()["paths"])
    ['/predict', '/document']
    """
    # The interactive documentation of FastAPI would load scripts from elsewhere.
    app = FastAPI(title="claimclf", version=__version__, docs_url=None, redoc_url=None)
    app.add_middleware(Guard, largest=largest)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_exception_handler(ClaimclfError, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    # One after the other: each computes on all threads already, and the reader of PDFs bears no second one.
    turns = CapacityLimiter(1)
    n_asked = 0

    async def in_turn(work: Callable[[], Made]) -> Made:
        nonlocal n_asked
        if n_asked > MOST_WAITING:
            raise HTTPException(503, f"busy: {MOST_WAITING} requests wait already; try again", {"Retry-After": "10"})
        n_asked += 1
        try:
            return await to_thread.run_sync(work, limiter=turns)
        finally:
            n_asked -= 1

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(app_page(classifier, largest))

    @app.post("/predict", response_model=Predictions, responses=PROBLEMS)
    async def predict_texts(body: Texts) -> Response:
        """Classify sentences."""

        def work() -> Response:
            found = predict(body.texts, model=classifier)
            return Answer(
                {"predictions": [one.to_dict() for one in found], "provenance": asdict(provenance(classifier))}
            )

        return await in_turn(work)

    @app.post("/document", response_model=LabelledDocument, responses=PROBLEMS, openapi_extra=DOCUMENT_BODY)
    async def predict_document(
        request: Request,
        name: Annotated[
            str | None, Query(max_length=255, description="of the file; its ending says what it is")
        ] = None,
        format: Annotated[Format, Query(description="json, or a file to save")] = "json",
        words: Annotated[bool, Query(description="html: also find the words that decisions hang on")] = False,
    ) -> Response:
        """Classify the sentences of a document: the body is the file itself, or a plain text in JSON."""
        data = await request.body()

        def work() -> Response:
            reading = read_upload(data, request.headers.get("content-type", ""), name)
            document = predict.labelled(reading, model=classifier)
            return exported(document if words else replace(document, scorer=None), format)

        return await in_turn(work)

    return app


def _refuse(request: Request, error: Exception) -> Response:
    return Answer({"detail": str(error)}, 422)


def _refuse_invalid(request: Request, error: Exception) -> Response:
    """Name the first mistake; what was sent is not repeated."""
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": str(error)}
    return Answer({"detail": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"}, 422)
