"""Receipt numbers: short, quotable on the telephone, with a check character, each given once."""

# Crockford's alphabet: no I, L, O or U, which are read or heard as others.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})
_CHARACTERS = 8
_SPACE = len(ALPHABET) ** _CHARACTERS
# Odd, so that multiplying by it modulo a power of two gives each number once; neighbors come out far apart.
_SPREAD, _OFFSET = 0x9E3779B97F, 0x5851F42D4C


def receipt_of(number: int) -> str:
    """The receipt of the n-th submission (n from 0 to 32**8 - 1), as "K3M9-QX24-7"; another one for each number."""
    if not 0 <= number < _SPACE:
        raise ValueError(f"no receipt for number {number}")
    value = (number * _SPREAD + _OFFSET) % _SPACE
    digits = [ALPHABET[value >> shift & 31] for shift in range(5 * (_CHARACTERS - 1), -1, -5)]
    text = "".join(digits)
    return f"{text[:4]}-{text[4:]}-{check_character(text)}"


def check_character(text: str) -> str:
    """Luhn's check modulo 32: finds every single wrong character and almost all that changed places."""
    total = 0
    for place, character in enumerate(reversed(text)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def read_receipt(text: str) -> str | None:
    """A receipt as somebody wrote or spoke it, in its usual form; None when it cannot be one."""
    plain = text.upper().translate(_READ_AS)
    if len(plain) != _CHARACTERS + 1 or any(character not in ALPHABET for character in plain):
        return None
    body, check = plain[:-1], plain[-1]
    return f"{body[:4]}-{body[4:]}-{check}" if check_character(body) == check else None
