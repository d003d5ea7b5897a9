"""From a template of this folder to one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from claimclf.bootstrap import Interval
from claimclf.errors import MissingExtraError

_TEMPLATES = Path(__file__).parent
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def render(name: str, values: dict[str, Any], *, feature: str, extra: str) -> str:
    """Write a page.

    A page is made of ``NAME.html``, of ``NAME.css`` if there is one, else ``base.css``, and of ``NAME.js`` if there is
    one. Its Content-Security-Policy allows that style and that script, by their hashes, and nothing else.

    Parameters
    ----------
    name : str
        Of the template, without its ending.
    values : dict
        What the template names.
    feature, extra : str
        For the message without jinja2, as in :class:`~claimclf.errors.MissingExtraError`.

    Returns
    -------
    str
        HTML; every text is escaped, and half characters, which a file cannot hold, are replaced.

    Raises
    ------
    MissingExtraError
        Without jinja2.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError as error:
        raise MissingExtraError(feature, extra) from error
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["interval"] = Interval.from_list
    environment.policies["json.dumps_kwargs"] = {}
    style = environment.select_template([f"{name}.css", "base.css"]).render(values)
    code = _script(name)
    page = environment.get_template(f"{name}.html").render(
        values,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(code),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(code),
    )
    return _LONE_SURROGATE.sub("\ufffd", page)


def script_hash(name: str) -> str:
    """Return the hash of a page's script, as a Content-Security-Policy names it.

    Parameters
    ----------
    name : str
        Of the template, without its ending.
    """
    return _hash(_script(name))


def _script(name: str) -> str:
    script = _TEMPLATES / f"{name}.js"
    return script.read_text("utf-8") if script.exists() else ""


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
