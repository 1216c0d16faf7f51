"""Keeps the Enrollment site's Spanish: gathers its sentences into django.po and writes django.mo, without gettext's tools.

Run `python -m scripts.translations` after changing a sentence, fill each empty msgstr of the .po file, and run it again.
Both files are committed: whoever installs Planbridge needs no tool for them.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.utils.translation.template import templatize

ENROLLMENT = Path(__file__).resolve().parents[1] / "src" / "planbridge" / "enrollment"
PO = ENROLLMENT / "locale" / "es" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
MARKS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(
    r"\b(?:n?gettext)\(\s*(u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))(?:\s*,\s*(u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")))?"
)
ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$|^(".*")$')
HEADER = (
    "Language: es\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
)
MAGIC, FIRST_TABLE = 0x950412DE, 28

# A sentence's key: its singular, and its plural where it has one. Translations: one text for each form.
Key = tuple[str, ...]
Catalogue = dict[Key, tuple[str, ...]]


def sentences() -> dict[Key, str]:
    """Every sentence to be translated, with the file it stands in first, in the order of the files."""
    found: dict[Key, str] = {}
    for file in sorted(ENROLLMENT.rglob("*.py")):
        for key in sentences_of_code(file.read_text(encoding="utf-8")):
            found.setdefault(key, str(file.relative_to(ENROLLMENT)))
    for file in sorted(ENROLLMENT.rglob("*.html")):
        for key in sentences_of_template(file.read_text(encoding="utf-8")):
            found.setdefault(key, str(file.relative_to(ENROLLMENT)))
    return found


def sentences_of_code(text: str) -> Iterator[Key]:
    """The sentences of a module: literal arguments of the marking functions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            count = 2 if node.func.id.startswith("n") else 1
            parts = [one.value for one in node.args[:count] if isinstance(one, ast.Constant)]
            if len(parts) == count:
                yield tuple(map(str, parts))


def sentences_of_template(text: str) -> Iterator[Key]:
    """The sentences of a template's translate and blocktranslate tags."""
    for found in IN_TEMPLATE.finditer(templatize(text)):
        yield tuple(str(ast.literal_eval(one)) for one in found.groups() if one)


def read_po(text: str) -> Catalogue:
    """The translations of a .po file; those without text as empty texts."""
    found: Catalogue = {}
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        last = ""
        for line in block.splitlines():
            match = ENTRY.match(line)
            if match is None:
                continue
            last = match[1] or last
            parts[last] = parts.get(last, "") + str(ast.literal_eval(match[2] or match[3]))
        if parts.get("msgid"):
            key = (parts["msgid"], *([parts["msgid_plural"]] if "msgid_plural" in parts else []))
            found[key] = tuple(value for name, value in parts.items() if name.startswith("msgstr"))
    return found


def po_text(wanted: dict[Key, str], known: Catalogue) -> str:
    """The .po file of the sentences, with the translations that are known."""
    blocks = [f'msgid ""\nmsgstr {quoted(HEADER)}']
    for key, place in wanted.items():
        texts = known.get(key) or ("",) * len(key)
        lines = [f"#: {place}", *(["#, python-format"] if "%(" in key[0] else []), f"msgid {quoted(key[0])}"]
        if len(key) > 1:
            lines += [f"msgid_plural {quoted(key[1])}"]
            lines += [f"msgstr[{number}] {quoted(text)}" for number, text in enumerate(texts)]
        else:
            lines += [f"msgstr {quoted(texts[0])}"]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def quoted(text: str) -> str:
    """A text as a .po file has it, on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def mo_bytes(catalogue: Catalogue) -> bytes:
    """The catalogue as gettext reads it: tables of lengths and places, then the texts, sorted by their keys."""
    pairs = [(b"", HEADER.encode())]
    for key, forms in catalogue.items():
        if all(forms):
            pairs.append(("\x00".join(key).encode(), "\x00".join(forms).encode()))
    pairs.sort()
    keys = [key for key, _ in pairs]
    texts = [text for _, text in pairs]
    at = FIRST_TABLE + 16 * len(pairs)
    tables = []
    for one in (*keys, *texts):
        tables.append(struct.pack("<II", len(one), at))
        at += len(one) + 1
    head = struct.pack("<7I", MAGIC, 0, len(pairs), FIRST_TABLE, FIRST_TABLE + 8 * len(pairs), 0, 0)
    return head + b"".join(tables) + b"".join(one + b"\x00" for one in (*keys, *texts))


def main() -> int:
    """Write both files; answers 1 while a sentence has no Spanish."""
    settings.configure()
    django.setup()
    known = read_po(PO.read_text(encoding="utf-8")) if PO.exists() else {}
    wanted = sentences()
    PO.write_text(po_text(wanted, known), encoding="utf-8")
    catalogue = {key: known.get(key, ("",)) for key in wanted}
    MO.write_bytes(mo_bytes(catalogue))
    missing = [key[0] for key, texts in catalogue.items() if not all(texts)]
    for sentence in missing:
        sys.stdout.write(f"no Spanish yet: {sentence}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
