"""Numbers and switches that a function is given, checked: an error names the argument and what was expected."""

from __future__ import annotations

from typing import Any

import numpy as np

from claimclf.errors import InputError, InputTypeError


def check_count(name: str, value: Any) -> None:
    """Refuse what is no whole number from 1 up.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What it was given.

    Raises
    ------
    InputTypeError
        If it is no whole number.
    InputError
        If it is less than 1.

    Examples
    --------
    >>> check_count("threads", "2")
    Traceback (most recent call last):
    claimclf.errors.InputTypeError: threads: expected a whole number, got '2'
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise InputTypeError(f"{name}: expected a whole number, got {value!r}")
    if value < 1:
        raise InputError(f"{name}: expected a positive number, got {value}")


def check_number(name: str, value: Any) -> None:
    """Refuse what is no number.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What it was given.

    Raises
    ------
    InputTypeError
        If it is none.

    Examples
    --------
    >>> check_number("epochs", "3")
    Traceback (most recent call last):
    claimclf.errors.InputTypeError: epochs: expected a number, got '3'
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise InputTypeError(f"{name}: expected a number, got {value!r}")


def check_switch(name: str, value: Any) -> None:
    """Refuse what is neither True nor False, nor None for what is decided later.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What it was given.

    Raises
    ------
    InputTypeError
        If it is anything else; a word would count as True.

    Examples
    --------
    >>> check_switch("exclusive", "no")
    Traceback (most recent call last):
    claimclf.errors.InputTypeError: exclusive: expected True or False, got 'no'
    """
    if value is not None and not isinstance(value, (bool, np.bool_)):
        raise InputTypeError(f"{name}: expected True or False, got {value!r}")


def check_level(name: str, value: Any) -> None:
    """Refuse what is no number between 0 and 1, both excluded.

    Parameters
    ----------
    name : str
        The argument.
    value : object
        What it was given.

    Raises
    ------
    InputTypeError
        If it is no number.
    InputError
        If it is out of range.

    Examples
    --------
    >>> check_level("precision", 95)
    Traceback (most recent call last):
    claimclf.errors.InputError: precision: expected a number between 0 and 1, got 95
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise InputTypeError(f"{name}: expected a number between 0 and 1, got {value!r}")
    if not 0 < value < 1:
        raise InputError(f"{name}: expected a number between 0 and 1, got {value!r}")
