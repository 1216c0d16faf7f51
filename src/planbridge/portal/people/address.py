"""How a participant id stands in an address: any text as one part of a path that no browser or server rewrites."""

import re

PLAIN = re.compile(r"[A-Za-z0-9_-]")
MARK = "~"


class ParticipantIdInPath:
    """Route converter: letters, digits, "-" and "_" as they are, every other byte of UTF-8 as ~XX.

    Percent signs would not do: servers and proxies undo them before the route is looked up ("a/b"), and browsers take
    "." and ".." for steps through folders.
    """

    regex = r"(?:[A-Za-z0-9_-]|~[0-9A-F]{2})+"

    def to_python(self, value: str) -> str:
        """The participant id; ValueError (no such page) for bytes that are no text."""
        found = re.sub(rb"~([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), value.encode()).decode()
        if "\x00" in found:  # no text of PostgreSQL has it
            raise ValueError(value)
        return found

    def to_url(self, value: str) -> str:
        """The part of the path."""
        return "".join(
            character if PLAIN.fullmatch(character) else "".join(f"{MARK}{byte:02X}" for byte in character.encode())
            for character in value
        )
