"""Lay sentences.txt out for LibreOffice and for Chromium; README.md says what is then done with that."""

from __future__ import annotations

from html import escape
from pathlib import Path

HERE = Path(__file__).parent
RUNNING = "The Tessel Review, No. 14"

ODF = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
<style:style style:name="Standard" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.3cm"/>
<style:text-properties fo:font-size="13pt" style:font-name="DejaVu Serif"/></style:style>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph"
 style:parent-style-name="Standard" style:default-outline-level="1">
<style:text-properties fo:font-size="17pt" fo:font-weight="bold"/></style:style>
</office:styles>
<office:automatic-styles><style:page-layout style:name="a5"><style:page-layout-properties fo:page-width="14.8cm"
 fo:page-height="21cm" fo:margin="1.8cm"/><style:header-style/><style:footer-style/></style:page-layout>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="a5">
<style:header><text:p>{running}</text:p></style:header>
<style:footer><text:p>Page <text:page-number/> of <text:page-count/></text:p></style:footer>
</style:master-page></office:master-styles>
<office:body><office:text>
{body}
</office:text></office:body></office:document>
"""
HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{running}</title>
<style>@page {{ size: A5; margin: 20mm; }} body {{ font: 16px/1.5 "DejaVu Serif"; text-align: justify; hyphens: auto; }}
</style></head>
<body>
{body}
</body></html>
"""


def main() -> None:
    """Write both."""
    blocks = (HERE / "sentences.txt").read_text("utf-8").strip().split("\n\n")
    texts = [(block.startswith("# "), escape(" ".join(block.removeprefix("# ").split("\n")))) for block in blocks]
    odf = [
        f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{text}</text:h>'
        if head
        else f'<text:p text:style-name="Standard">{text}</text:p>'
        for head, text in texts
    ]
    html = [f"<h2>{text}</h2>" if head else f"<p>{text}</p>" for head, text in texts]
    (HERE / "harbour.fodt").write_text(ODF.format(running=RUNNING, body="\n".join(odf)), "utf-8")
    (HERE / "harbour.html").write_text(HTML.format(running=RUNNING, body="\n".join(html)), "utf-8")


if __name__ == "__main__":
    main()
