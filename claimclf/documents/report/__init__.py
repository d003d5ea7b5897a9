"""A document, or a folder of them, as HTML to read: the text with its labels, and where in it they cluster."""

from claimclf.documents.report.overview import Overview
from claimclf.documents.report.page import document_page

__all__ = ["Overview", "document_page"]
