"""Make the documents beside this file: ``pip install typst fpdf2 python-docx``, then ``python make.py``.

brief.typ, page.html and this file were written for the project; states, firms and persons in them are invented.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import typst
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF

HERE = Path(__file__).parent
LEFT = """The port authority bought the gates in May and
paid for them with a loan. Its board did not ask
the town council. The council has asked for the
file and waits for an answer from the minister."""
RIGHT = """The second gate reads passports as well. It was
delivered by a firm from the capital, which also
keeps the register. Nobody has checked what the
firm stores and where it stores it until today."""
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def main() -> None:
    """Write all of them."""
    typst.compile(HERE / "brief.typ", output=HERE / "brief.pdf")
    rows()
    locked()
    picture()
    word()
    mail()


def rows() -> None:
    """Two columns that are drawn row by row, and a line across both."""
    pdf = page("B", 14)
    pdf.set_xy(20, 20)
    pdf.cell(text="Two columns, drawn row by row")
    pdf.set_font("Helvetica", size=10)
    for number, (left, right) in enumerate(zip(LEFT.split("\n"), RIGHT.split("\n"), strict=True)):
        pdf.set_xy(20, 35 + 5 * number)
        pdf.cell(text=left)
        pdf.set_xy(112, 35 + 5 * number)
        pdf.cell(text=right)
    pdf.set_xy(20, 60)
    pdf.cell(
        text="The ministry, which was asked for a comment twice, said that it would not speak of contracts under way."
    )
    pdf.output(HERE / "rows.pdf")


def locked() -> None:
    """A PDF that needs a password."""
    pdf = page()
    pdf.cell(text="A secret pact.")
    pdf.set_encryption(owner_password="owner", user_password="user")
    pdf.output(HERE / "locked.pdf")


def picture() -> None:
    """A PDF without a text layer."""
    pdf = page()
    pdf.rect(20, 20, 100, 50, "F")
    pdf.output(HERE / "picture.pdf")


def page(style: str = "", size: int = 12) -> FPDF:
    """Begin a PDF."""
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica", style, size)
    pdf.add_page()
    return pdf


def word() -> None:
    """Styles, a table, tracked changes, a content control, a table of contents, a running header, a footnote."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Lake Region Desk"
    document.add_heading("The gates of Sarn", level=0)
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("What was signed 1", style="toc 1")
    document.add_heading("What was signed", level=1)
    changed = document.add_paragraph("Veldania and Oro signed a ")
    word_xml(changed._p, '<w:del {ns} w:id="1"><w:r><w:delText>secret </w:delText></w:r></w:del>')
    word_xml(changed._p, '<w:ins {ns} w:id="2"><w:r><w:t>five-year </w:t></w:r></w:ins>')
    changed.add_run("memorandum.")
    document.add_paragraph("Figure 1: Cameras at terminal two.", style="Caption")
    document.add_paragraph().add_run("Who keeps the pictures").bold = True
    document.add_paragraph("The supplier does.\nNobody has checked it.")
    document.add_paragraph("340 cameras were bought.", style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Port of Sarn", "Twelve cameras never worked."
    control = (
        f"<w:sdt {{ns}}><w:sdtContent>{PARAGRAPH.format('Parliament should ban the gates.')}</w:sdtContent></w:sdt>"
    )
    document.element.body.insert(-1, parse_xml(control.format(ns=nsdecls("w"))))
    written = PARAGRAPH.format("The text was never published.")
    blob = f"<w:footnotes {nsdecls('w')}><w:footnote>{written}</w:footnote></w:footnotes>".encode()
    part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document.save(HERE / "brief.docx")


def word_xml(paragraph, xml: str) -> None:
    """Add what python-docx has no function for."""
    paragraph.append(parse_xml(xml.format(ns=nsdecls("w"))))


def mail() -> None:
    """A message with a quoted one, a signature and an attachment."""
    message = EmailMessage()
    message["Subject"] = "The gates of Sarn"
    message["From"], message["To"] = "Mara Ilves <m@courier.example>", "desk@lake.example"
    message.set_content(
        "Oro has signed – the minister’s office confirmed it\nthis morning.\n\n"
        "> Did they sign the memorandum\n> or not?\n\n-- \nMara Ilves, The Lake Courier\n",
        charset="cp1252",
    )
    message.add_attachment("Parliament should ban the gates.\n", filename="note.txt")
    (HERE / "message.eml").write_bytes(message.as_bytes())


if __name__ == "__main__":
    main()
