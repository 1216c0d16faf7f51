"""Sealed values open in their place, with their key, and nowhere else."""

import base64
import json
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from planbridge.security import content_key, keys, sealing, ssn
from planbridge.security.credentials import seal_credentials, unseal_credentials
from planbridge.security.keys import KeysUnusable, keyring, parse_keys, read_or_make_key_file
from planbridge.security.sealing import SealBroken, seal, unseal
from planbridge.security.ssn import seal_ssns, ssn_index, ssn_place, unseal_ssn

CACHES = (keys.keyring, sealing._cipher, ssn._index_key, content_key._cipher)  # noqa: SLF001 - what remembers keys


def forget() -> None:
    """Have the keys read anew."""
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture
def fresh_keys(settings: Settings) -> Iterator[Settings]:
    """Settings whose keys may be changed; afterwards the keys of before are read anew."""
    yield settings
    forget()


def key(version: int) -> str:
    """A new key of a version, as in PLANBRIDGE_KEYS."""
    return f"{version}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@pytest.mark.parametrize("place", ["participant.ssn/7/P-2", "participant.ssn/8/P-1", "quarantine.record/7/P-1", ""])
def test_a_sealed_value_moved_elsewhere_does_not_open(place: str) -> None:
    """US-2: a sealed value is bound to its row: in another row, plan or table it does not open."""
    sealed = seal(b"900110001", "participant.ssn/7/P-1")
    assert unseal(sealed, "participant.ssn/7/P-1") == b"900110001"
    with pytest.raises(SealBroken) as raised:
        unseal(sealed, place)
    assert "900110001" not in str(raised.value)


def test_an_altered_value_does_not_open() -> None:
    """US-2: a sealed value of which any byte differs does not open."""
    sealed = seal(b"900110001", "here")
    for position in range(2, len(sealed)):
        altered = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises(SealBroken):
            unseal(altered, "here")


def test_the_same_value_never_seals_alike() -> None:
    """US-2: two seals of one SSN tell nobody that they are of one SSN."""
    assert len({seal(b"900110001", "here") for _ in range(50)}) == 50


def test_many_seals_are_as_single_ones_are() -> None:
    """US-2: of thousands of SSNs sealed at once each opens in its own place alone, and no nonce comes twice."""
    rows = [(7, f"P-{number}", "900110001") for number in range(3000)]
    sealed = [bytes.fromhex(text.removeprefix("\\x")) for text in seal_ssns(rows)]
    assert {unseal_ssn(one, *row[:2]) for one, row in zip(sealed, rows, strict=True)} == {"900110001"}
    assert len({one[2 : 2 + sealing.NONCE_BYTES] for one in sealed}) == 3000
    with pytest.raises(SealBroken):
        unseal_ssn(sealed[0], 7, "P-1")


def test_a_new_key_seals_and_the_old_one_still_opens(fresh_keys: Settings) -> None:
    """US-2: after a second key came, new values are sealed with it, old ones open, and the index stays the same."""
    first, second = key(1), key(2)
    fresh_keys.SEALING_KEYS = first
    forget()
    old, index = seal(b"900110001", ssn_place(7, "P-1")), ssn_index("900110001")
    fresh_keys.SEALING_KEYS = f"{first},{second}"
    forget()
    new = seal(b"900110001", ssn_place(7, "P-1"))
    assert (old[:2], new[:2]) == (b"\x00\x01", b"\x00\x02")
    for sealed in (old, new):
        assert unseal_ssn(sealed, 7, "P-1") == "900110001"
    assert ssn_index("900110001") == index


def test_a_key_that_is_gone_is_named_and_its_values_stay_shut(fresh_keys: Settings) -> None:
    """US-2: without its key version a value does not open; the error names the version and repeats no key."""
    first, second = key(1), key(2)
    fresh_keys.SEALING_KEYS = first
    forget()
    sealed = seal(b"900110001", "here")
    fresh_keys.SEALING_KEYS = second
    forget()
    with pytest.raises(KeysUnusable, match="version 1 is missing") as raised:
        unseal(sealed, "here")
    assert second.split(":")[1] not in str(raised.value)


@pytest.mark.parametrize("text", ["", "1", "1:short", "x:" + "A" * 43 + "=", "1:" + "!" * 44])
def test_keys_that_are_none_are_refused_without_repeating_them(text: str) -> None:
    """US-2: what is no list of keys is refused in words that do not hold it."""
    with pytest.raises(KeysUnusable) as raised:
        parse_keys(text)
    assert "A" * 20 not in str(raised.value)


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    """US-2: the key file is its owner's alone (0600), and the second reader finds the same key."""
    path = tmp_path / "keys.json"
    made = read_or_make_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_or_make_key_file(path) == made
    assert list(tmp_path.iterdir()) == [path]
    assert list(json.loads(path.read_text())) == ["1"]


def test_a_broken_key_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    """US-2: a key file that cannot be read is never replaced by a new key."""
    path = tmp_path / "keys.json"
    path.write_text("{}x")
    with pytest.raises(KeysUnusable, match="restore it from a backup"):
        read_or_make_key_file(path)
    assert path.read_text() == "{}x"


def test_equal_ssns_have_equal_indexes_and_others_not() -> None:
    """US-2: the index finds exactly one SSN, and is not a digest that one without the key could make."""
    assert ssn_index("900110001") == ssn_index("900110001")
    assert ssn_index("900110001") != ssn_index("900110002")
    assert len(ssn_index("900110001")) == 16
    assert keyring().derive("ssn-index") != keyring().derive("seal", keyring().newest)


def test_credentials_are_sealed_for_their_connection() -> None:
    """RK-1: a connection's token cannot be read from its row, nor opened as another connection's."""
    sealed = seal_credentials(1, {"token": "very-secret-token"})
    assert b"very-secret-token" not in sealed
    assert unseal_credentials(1, sealed) == {"token": "very-secret-token"}
    with pytest.raises(SealBroken):
        unseal_credentials(2, sealed)
