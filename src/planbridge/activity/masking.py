"""How SSNs are shown: masked, wherever a value or a text is shown to a person or written to a log."""

import re

_LOOKS_LIKE_SSN = re.compile(r"(?<![0-9])\d{3}[- ]?\d{2}[- ]?\d{4}(?![0-9])")


def mask_ssn(ssn: str) -> str:
    """Nine digits as ***-**-1234; anything else wholly masked."""
    digits = ssn.replace("-", "").replace(" ", "")
    return f"***-**-{digits[-4:]}" if re.fullmatch(r"\d{9}", digits) else "***"


def mask_text(text: str) -> str:
    """Any text with what looks like an SSN in it masked."""
    return _LOOKS_LIKE_SSN.sub(lambda match: mask_ssn(match.group()), text)
