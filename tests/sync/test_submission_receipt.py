"""Receipt numbers: each given once, read however they are written, and a wrong one is noticed."""

from planbridge.sync.submission_receipt import ALPHABET, read_receipt, receipt_of

COUNT = 20_000


def test_each_number_has_a_receipt_of_its_own() -> None:
    """SB-2: no two submissions have one receipt, and neighbors do not look alike."""
    receipts = {receipt_of(number) for number in range(COUNT)}
    assert len(receipts) == COUNT
    assert receipt_of(1)[:4] != receipt_of(2)[:4]
    assert receipt_of(32**8 - 1) not in receipts


def test_read_as_it_is_spoken() -> None:
    """SB-2: small letters, missing dashes, and O, I and L for 0 and 1 are read right."""
    receipt = receipt_of(7)
    assert read_receipt(receipt) == receipt
    spoken = receipt.lower().replace("-", "").replace("0", "o").replace("1", "l")
    assert read_receipt(spoken) == receipt


def test_one_wrong_character_is_noticed() -> None:
    """SB-2: whichever character is wrong, the receipt is none."""
    plain = receipt_of(123_456).replace("-", "")
    for place, right in enumerate(plain):
        for wrong in ALPHABET:
            if wrong != right:
                assert read_receipt(plain[:place] + wrong + plain[place + 1 :]) is None
    assert read_receipt("") is None
    assert read_receipt("ÜÜÜÜ-ÜÜÜÜ-Ü") is None
