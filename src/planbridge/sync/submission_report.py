"""The confirmation report: what a participant asked for, with receipts, as a PDF in their language; never an SSN.

The same submissions give the same bytes. The text is real text, the document has a title and a language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from planbridge.activity.masking import mask_text
from planbridge.sync.submission import Submission
from planbridge.sync.submission_language import ENGLISH, Words, language_from, moment_words, words_of
from planbridge.sync.submission_words import ChangeWords, CodeNames, words_of_change

PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
INK, LINE = HexColor("#182433"), HexColor("#9aa5b1")
MARGIN = 0.9 * inch
ID_CHARACTERS_SHOWN = 4
LABEL_WIDTH = 1.4 * inch
WHOLE_WIDTH = letter[0] - 2 * MARGIN


@dataclass(frozen=True)
class Confirmation:
    """What one confirmation is about: the submissions made together, and whose they are.

    `time_zone` is the firm's. `name` is the participant's; the id is shown by its last characters only.
    """

    plan_name: str
    participant_id: str
    name: str
    time_zone: str
    submissions: Sequence[Submission]
    names: CodeNames
    language: str = ENGLISH


def confirmation_report(asked: Confirmation) -> bytes:
    """The report of a confirmation as a PDF of US letter pages."""
    words = words_of(asked.language)
    buffer = BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=letter,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"{words['title']} - {asked.plan_name}",
        author="Planbridge",
        subject=f"{words['subject']} {', '.join(one.receipt for one in asked.submissions)}",
        lang="es-US" if language_from(asked.language) != ENGLISH else "en-US",
        invariant=1,
        # A page of text is small as it is, and readers of any kind find their way in it.
        pageCompression=0,
    )
    document.build(story_of(asked, words), onFirstPage=page_foot(words), onLaterPages=page_foot(words))
    return buffer.getvalue()


def file_name_of(asked: Confirmation) -> str:
    """What the report's file is called."""
    return f"confirmation-{asked.submissions[0].receipt}.pdf"


def story_of(asked: Confirmation, words: Words) -> list[Flowable]:
    """What stands in the report, from above."""
    first = asked.submissions[0]
    story: list[Flowable] = [paragraph(words["title"], size=18, is_bold=True), Spacer(1, 10)]
    story += [
        facts(
            [
                (words["plan"], asked.plan_name),
                (words["participant"], masked_person(asked, words)),
                (words["asked_at"], moment_words(first.requested_at, asked.time_zone, asked.language)),
            ]
        ),
        Spacer(1, 6),
        paragraph(words["sent"]),
    ]
    for one in asked.submissions:
        story.append(part_of(one.receipt, words_of_change(one, asked.names, language=asked.language), words))
    return [*story, Spacer(1, 14), paragraph(words["keep"]), paragraph(words["not_you"])]


def part_of(receipt: str, change: ChangeWords, words: Words) -> Flowable:
    """One change."""
    return KeepTogether(
        [
            Spacer(1, 14),
            paragraph(change.title, size=13, is_bold=True),
            Spacer(1, 4),
            facts(
                [
                    (words["receipt"], receipt),
                    (words["before"], *change.before),
                    (words["after"], *change.after),
                    (words["effective"], change.effective),
                ]
            ),
        ]
    )


def masked_person(asked: Confirmation, words: Words) -> str:
    """The name, and the end of the id."""
    end = words["id_ends_in"].format(end=asked.participant_id[-ID_CHARACTERS_SHOWN:])
    return f"{mask_text(asked.name)} ({end})" if asked.name else end


def facts(rows: Sequence[tuple[str, ...]]) -> Flowable:
    """Labels, each with the lines that belong to it: a row a line, so that a page may end between any two."""
    cells: list[list[Paragraph]] = []
    ends: list[int] = []
    for label, *lines in rows:
        texts = [label, *("" for _ in lines[1:])]
        cells += [[paragraph(text, is_bold=True), paragraph(line)] for text, line in zip(texts, lines, strict=True)]
        ends.append(len(cells) - 1)
    return Table(
        cells,
        colWidths=[LABEL_WIDTH, WHOLE_WIDTH - LABEL_WIDTH],
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            *(("LINEBELOW", (0, end), (-1, end), 0.4, LINE) for end in ends),
        ],
    )


def paragraph(text: str, *, size: int = 10, is_bold: bool = False) -> Paragraph:
    """A paragraph; signs that the plain font lacks are written in one that has more."""
    font = (BOLD if is_bold else PLAIN) if is_western(text) else wide_font()
    style = ParagraphStyle("text", fontName=font, fontSize=size, leading=size * 1.35, textColor=INK)
    return Paragraph(escape(text), style)


def is_western(text: str) -> bool:
    """Whether the fonts that every reader has can write a text."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def wide_font() -> str:
    """The name of a font with the letters of more languages; it goes into the file."""
    path = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    pdfmetrics.registerFont(TTFont("Vera", str(path)))
    return "Vera"


def page_foot(words: Words) -> "PageFoot":
    """What stands at the foot of each page."""
    return PageFoot(words["page"])


@dataclass(frozen=True)
class PageFoot:
    """Writes the page's number at its foot."""

    pattern: str

    def __call__(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Draw it."""
        canvas.setViewerPreference("DisplayDocTitle", "true")
        canvas.setFont(PLAIN, 8)
        canvas.drawRightString(letter[0] - MARGIN, MARGIN / 2, self.pattern.format(number=document.page))
