"""``claimclf app``: a page to paste or drop a document on, and the same over HTTP with an OpenAPI description."""

from claimclf.app.guard import LOOPBACK
from claimclf.app.server import LARGEST, make_app

__all__ = ["LARGEST", "LOOPBACK", "make_app"]
