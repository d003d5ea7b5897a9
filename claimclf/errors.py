"""Exceptions raised by claimclf.

Every error is a :class:`ClaimclfError` and also the builtin that fits, so that both ``except ClaimclfError`` and
``except ValueError`` work::

    ClaimclfError
    ├── InputError (ValueError)             an argument has a value that cannot be used
    │   └── InputTypeError (TypeError)      … or the wrong type
    ├── DataError (ValueError)              a file of records is wrong; names file and line
    ├── DocumentError (ValueError)          a document cannot be read; names the file
    ├── BundleError (ValueError)            a bundle is damaged or of an unknown format
    │   └── BundleNotFoundError (FileNotFoundError)
    ├── HubError (OSError)                  the Hugging Face Hub refused an upload or could not be reached
    ├── ExportError (RuntimeError)          an exported model decides differently from the trained one
    └── MissingExtraError (ImportError)     a feature needs an optional dependency
"""

from __future__ import annotations


class ClaimclfError(Exception):
    """Base class of all errors of this package."""


class InputError(ClaimclfError, ValueError):
    """An argument has a value that cannot be used."""


class InputTypeError(InputError, TypeError):
    """An argument has the wrong type."""


class DataError(ClaimclfError, ValueError):
    """A file of records is wrong; the message names the file and the line."""


class DocumentError(ClaimclfError, ValueError):
    """A document cannot be read: damaged, encrypted, without text; the message names the file and the reason."""


class BundleError(ClaimclfError, ValueError):
    """A bundle is damaged, incomplete or of an unknown format."""


class BundleNotFoundError(BundleError, FileNotFoundError):
    """There is no bundle where one was expected."""

    # FileNotFoundError would otherwise print the errno form of its arguments.
    __str__ = Exception.__str__


class HubError(ClaimclfError, OSError):
    """The Hugging Face Hub refused an upload or could not be reached."""


class ExportError(ClaimclfError, RuntimeError):
    """An exported model does not decide as the trained one does."""


class MissingExtraError(ClaimclfError, ImportError):
    """A feature needs packages of an extra that is not installed.

    Parameters
    ----------
    feature : str
        What was asked for, as the subject of the sentence.
    extra : str
        The name of the extra that brings it.

    Examples
    --------
    >>> str(MissingExtraError("Training a transformer", "train"))
    "Training a transformer needs the extra 'train': pip install 'claimclf[train]'"
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs the extra '{extra}': pip install 'claimclf[{extra}]'")
