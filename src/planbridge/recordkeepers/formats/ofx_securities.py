"""The list of securities of an OFX file: what each id stands for."""

from collections.abc import Iterable

from lxml import etree

from planbridge.recordkeepers.formats.ofx_text import as_tree


def text_of(node: etree._Element, tag: str) -> str | None:
    """The text of the first tag of a name anywhere below a node; None for none, or an empty one."""
    found = next(node.iter(tag), None)
    return (found.text or "").strip() or None if found is not None else None


def security_key(node: etree._Element) -> tuple[str, str] | None:
    """Id and kind of id of the security that a node names."""
    secid = next(node.iter("SECID"), None)
    unique = text_of(secid, "UNIQUEID") if secid is not None else None
    return None if secid is None or unique is None else (unique, text_of(secid, "UNIQUEIDTYPE") or "")


def securities_in(lists: Iterable[str]) -> dict[tuple[str, str], dict[str, str]]:
    """Ticker, plan fund code (FIID) and name of each security by its id and kind of id; a list that is none is left out."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for text in lists:
        tree = as_tree(text)
        for info in tree.iter("SECINFO") if tree is not None else ():
            key = security_key(info)
            if key is not None:
                words = {tag: text_of(info, tag) for tag in ("FIID", "TICKER", "SECNAME")}
                found[key] = {tag: word for tag, word in words.items() if word}
    return found
