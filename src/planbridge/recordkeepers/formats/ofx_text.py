"""OFX as text: the header, the cut into statements, and SGML made into XML by closing the leaves.

A file is mapped and not read: what it costs in memory is a few statements at a time.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from lxml import etree

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.formats.canonical_csv import FileRefused
from planbridge.recordkeepers.formats.lines import refuse_packed

OPENING, CLOSING = b"<INVSTMTTRNRS>", b"</INVSTMTTRNRS>"
LIST_OPENING, LIST_CLOSING = b"<SECLIST>", b"</SECLIST>"
# A leaf: a tag with text behind it, closed or not.
LEAF = re.compile(r"<([A-Za-z][A-Za-z0-9_.-]*)>([^<]+)(?:</\1\s*>)?")
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_.-]*)\s*(/?)>")
LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CHARSETS = {
    "1252": "cp1252",
    "CP1252": "cp1252",
    "WINDOWS-1252": "cp1252",
    "ISO-8859-1": "latin-1",
    "8859-1": "latin-1",
}
HEADER_BYTES = 4096
DEPTH_MAX = 60
STATEMENT_CHARACTERS_MAX = 16 << 20
CHECKED_AT_ONCE = 4 << 20


@dataclass(frozen=True)
class Statement:
    """A statement's text and the line on which it begins; `is_whole` False: it begins and does not end."""

    line: int
    text: str
    is_whole: bool = True


@dataclass(frozen=True)
class OfxFile:
    """A mapped file whose text, from <OFX> at `start` on line `line`, is of one character set throughout."""

    content: mmap
    start: int
    line: int
    encoding: str

    def text(self, begin: int, end: int) -> str:
        """The text between two places; a longer one than any statement is cut, and then no tree can be made of it."""
        return self.content[begin : min(end, begin + STATEMENT_CHARACTERS_MAX + 1)].decode(self.encoding, "replace")


def open_ofx(name: str, content: mmap) -> OfxFile:
    """A file's text from <OFX> on; raises FileRefused for no OFX, one cut off, or no text of the character set it names."""
    refuse_packed(name, content[:16])
    start = content.find(b"<OFX>")
    if start < 0:
        raise FileRefused(Problem("HEADER_MISSING", value=name, detail="There is no <OFX> in it."))
    if content.find(b"<!DOCTYPE") >= 0 or content.find(b"<!ENTITY") >= 0:
        detail = "It declares entities, which no statement needs."
        raise FileRefused(Problem("FILE_UNREADABLE", value=name, detail=detail))
    if content.rfind(b"</OFX>") < start:
        # Cut between two statements nothing else would show it: those behind, and the names of the funds, would be missing.
        detail = "There is no </OFX> at its end: it was cut off, and nothing of it is read."
        raise FileRefused(Problem("FILE_TRUNCATED", value=name, detail=detail))
    encoding = charset_of(content[: min(start, HEADER_BYTES)])
    check_encoding(name, content, start, encoding)
    return OfxFile(content, start, content[:start].count(b"\n") + 1, encoding)


def check_encoding(name: str, content: mmap, start: int, encoding: str) -> None:
    """Raises FileRefused for bytes that are no text of a character set."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = content[:start].count(b"\n") + 1
    for place in range(start, len(content), CHECKED_AT_ONCE):
        piece = content[place : place + CHECKED_AT_ONCE]
        try:
            decoder.decode(piece, final=place + len(piece) == len(content))
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start)
            detail = f"It is not {encoding} there."
            raise FileRefused(Problem("FILE_ENCODING", value=f"{name}, line {line}", detail=detail)) from error
        lines += piece.count(b"\n")


def statements_of(file: OfxFile) -> Iterator[Statement]:
    """The statements of a file, also those that are cut off."""
    content, line = file.content, file.line
    place = counted = file.start
    while True:
        end = content.find(CLOSING, place)
        upto = end if end >= 0 else len(content)
        opened = content.find(OPENING, place, upto)
        while opened >= 0:
            line += content[counted:opened].count(b"\n")
            counted = opened
            following = content.find(OPENING, opened + len(OPENING), upto)
            is_whole = following < 0 and end >= 0
            last = following if following >= 0 else upto
            yield Statement(line, file.text(opened + len(OPENING), last), is_whole=is_whole)
            opened = following
        if end < 0:
            return
        place = end + len(CLOSING)


def securities_of(file: OfxFile) -> Iterator[str]:
    """The lists of securities of a file, as text."""
    place = file.start
    while (begin := file.content.find(LIST_OPENING, place)) >= 0:
        end = file.content.find(LIST_CLOSING, begin)
        if end < 0:
            return
        yield file.text(begin + len(LIST_OPENING), end)
        place = end


def charset_of(header: bytes) -> str:
    """The character set of a header; UTF-8 where it names none."""
    text = header.decode("latin-1").upper()
    found = re.search(r"CHARSET:\s*([\w-]+)", text) or re.search(r'ENCODING="([\w-]+)"', text)
    named = found.group(1) if found else "UTF-8"
    if "ENCODING:UTF-8" in text or "ENCODING:UNICODE" in text:
        return "utf-8"
    return CHARSETS.get(named, "utf-8")


def as_tree(text: str) -> etree._Element | None:
    """A fragment of OFX as a tree under a root of its own; None where no tree can be made of it."""
    if len(text) > STATEMENT_CHARACTERS_MAX or NO_TEXT.search(text):
        return None
    closed = LEAF.sub(closed_leaf, LOOSE_AMPERSAND.sub("&amp;", text))
    tree = parsed(closed)
    return parsed(with_empty_leaves_closed(closed)) if tree is None else tree


def closed_leaf(leaf: re.Match[str]) -> str:
    """A leaf with its end tag; white space alone is no text, so what has only that is left as it stands."""
    text = leaf[2].strip()
    return f"<{leaf[1]}>{text}</{leaf[1]}>" if text else leaf[0]


def parsed(text: str) -> etree._Element | None:
    """Text as a tree; entities and network are off."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(f"<R>{text}</R>".encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def with_empty_leaves_closed(text: str) -> str:
    """Text in which a tag that is never closed is closed where its parent's end stands: a leaf without a value."""
    done, place, opened = [], 0, []
    for tag in TAG.finditer(text):
        done.append(text[place : tag.start()])
        place = tag.end()
        if tag[3]:
            done.append(tag[0])
        elif not tag[1]:
            opened.append(tag[2])
            done.append(tag[0])
            if len(opened) > DEPTH_MAX * 20:
                return ""
        elif tag[2] in opened:
            while opened[-1] != tag[2]:
                done.append(f"</{opened.pop()}>")
            opened.pop()
            done.append(tag[0])
    done.append(text[place:])
    done += [f"</{name}>" for name in reversed(opened)]
    return "".join(done)
