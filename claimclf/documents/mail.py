"""E-mail messages: subject and body; attachments are documents of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from typing import cast

from claimclf.documents.decoding import decode_prose
from claimclf.documents.extracted import Composer, Extracted
from claimclf.documents.html import read_html
from claimclf.documents.plain import read_plain

_QUOTED = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- \r?\n.*\Z", re.MULTILINE | re.DOTALL)


def read_mail(data: bytes) -> Extracted:
    """Take subject and body out of a message. The marks of quoted lines and the signature go.

    Parameters
    ----------
    data : bytes
        The message, with its headers.

    Returns
    -------
    Extracted
        The subject is a heading.

    Raises
    ------
    MissingExtraError
        If the body is HTML only, without the extra ``documents``.
    """
    message = _parsed(data)
    composer = Composer()
    composer.add(str(message.get("subject", "")), "heading")
    part = message.get_body(("plain", "html"))
    if part is not None:
        body = _extracted(part)
        for block in body.blocks:
            composer.add(body.text[block.start : block.end], block.kind)
    return composer.extracted()


def attachments(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the attachments of a message.

    Parameters
    ----------
    data : bytes
        The message.

    Yields
    ------
    tuple of str and bytes
        Name and content.
    """
    for part in _parsed(data).iter_attachments():
        if part.get_content_type() == "message/rfc822":
            yield f"{part.get_filename() or 'message'}.eml", part.get_content().as_bytes()
        else:
            yield part.get_filename() or "attachment", cast(bytes, part.get_payload(decode=True) or b"")


def _parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def _extracted(part: MIMEPart) -> Extracted:
    content = cast(bytes, part.get_payload(decode=True) or b"")
    if part.get_content_subtype() == "html":
        return read_html(content, part.get_content_charset())
    text = decode_prose(content, part.get_content_charset())
    return read_plain(_SIGNATURE.sub("", _QUOTED.sub("", text)))
