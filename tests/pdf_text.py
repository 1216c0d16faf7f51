"""The text of a PDF that is not compressed, as a reader would find it: line after line."""

import re

SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)


def pdf_text(content: bytes) -> str:
    """The lines that the text operators of a PDF show."""
    return "\n".join(plain(match.group(1)).decode("cp1252") for match in SHOWN.finditer(content))


def plain(text: bytes) -> bytes:
    """A PDF's string without its escapes."""

    def character(match: re.Match[bytes]) -> bytes:
        found = match.group(1)
        return bytes([int(found, 8)]) if found.isdigit() else found

    return ESCAPED.sub(character, text)
