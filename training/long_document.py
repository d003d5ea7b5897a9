"""Read and label a PDF of 300 pages, made here, and say how long each takes: ``python training/long_document.py``."""

from __future__ import annotations

import argparse
import ctypes
import sys
import textwrap
import time
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from claimclf import load
from claimclf.console import reported
from claimclf.documents import read_bytes
from claimclf.predict import predict

TEXTS = Path(__file__).parent.parent / "tests" / "data" / "documents" / "tools" / "sentences.txt"
LINES = 42
WIDTH = 78


def main() -> None:
    """Make, read, predict, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300, help="default: %(default)s")
    parser.add_argument("--model", default="default", help="shipped name, folder or hub id (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="threads to compute with (default: one per core)")
    options = parser.parse_args()
    classifier = load(options.model, threads=options.threads)
    data = made(options.pages)
    start = time.perf_counter()
    reading = read_bytes("long.pdf", data)
    read = time.perf_counter()
    document = predict.labelled(reading, model=classifier)
    done = time.perf_counter()
    classifier.predict_proba([sentence.text for sentence in document])
    scored = time.perf_counter()
    print(f"{options.pages} pages, {len(data) >> 10} KB, {len(document)} sentences, {classifier.parsed_manifest.name}")
    print(f"reading  {read - start:6.1f} s")
    print(f"the rest {done - read:6.1f} s: finding sentences, predicting")
    print(f"in all   {done - start:6.1f} s")
    print(f"alone    {scored - done:6.1f} s: the model on the same sentences")
    print(f"ratio    {(done - start) / (read - start + scored - done):6.2f}   of all to reading and the model alone")


def made(n_pages: int) -> bytes:
    """Set paragraphs of the text that the tests hold, again and again, under a running title.

    Parameters
    ----------
    n_pages : int
        How many.

    Returns
    -------
    bytes
        A PDF with a text layer.
    """
    from pypdfium2 import PdfDocument

    document = PdfDocument.new()
    lines = _lines()
    for number in range(1, n_pages + 1):
        page = document.new_page(595, 842)
        _write(document, page, 800, "The Tessel Review")
        for row, line in enumerate(islice(lines, LINES)):
            _write(document, page, 760 - 16 * row, line)
        _write(document, page, 40, str(number))
        page.gen_content()
        page.close()
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _lines() -> Iterator[str]:
    """Wrap the text without end; each time it comes it speaks of another year, so that no two sentences are equal."""
    blocks = TEXTS.read_text("utf-8").strip().split("\n\n")
    for year in cycle(range(1000, 2000)):
        for block in blocks:
            said = (f"In {year}, this was written: {line}" for line in block.removeprefix("# ").split("\n"))
            yield from textwrap.wrap(" ".join(said), WIDTH)
            yield ""


def _write(document: object, page: object, height: float, line: str) -> None:
    from pypdfium2 import raw

    if not line:
        return
    written = raw.FPDFPageObj_NewTextObj(document, b"Times-Roman", ctypes.c_float(11))
    encoded = ctypes.create_string_buffer((line + "\0").encode("utf-16-le"))
    raw.FPDFText_SetText(written, ctypes.cast(encoded, raw.FPDF_WIDESTRING))
    raw.FPDFPageObj_Transform(written, 1, 0, 0, 1, 72, height)
    raw.FPDFPage_InsertObject(page, written)


if __name__ == "__main__":
    sys.exit(reported(main))
