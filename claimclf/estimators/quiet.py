"""Keep libraries' notes to their own developers off the user's terminal."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

from transformers.utils import logging as transformers_logging


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence progress reports, warnings and log messages below errors while exporting, loading and saving.

    Errors are still raised; nothing that concerns the user's data or parameters is reported this way.
    """
    disabled = logging.root.manager.disable
    shows_progress = transformers_logging.is_progress_bar_enabled()
    logging.disable(logging.WARNING)
    transformers_logging.disable_progress_bar()
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        if shows_progress:
            transformers_logging.enable_progress_bar()
