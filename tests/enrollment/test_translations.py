"""Spanish: every sentence has it, with the same values in it, and the compiled file is that of the text."""

import re

import pytest

from scripts.translations import MO, PO, Catalogue, Key, mo_bytes, po_text, read_po, sentences
from tests.enrollment.conftest import Phone

VALUE = re.compile(r"%\((\w+)\)s|%%")
CATALOGUE = read_po(PO.read_text(encoding="utf-8"))


def test_every_sentence_has_spanish() -> None:
    """EN-1: no sentence of the Enrollment site lacks its Spanish (run `python -m scripts.translations`)."""
    assert [key for key in sentences() if not all(CATALOGUE.get(key, ("",)))] == []


def test_translations_have_the_same_values() -> None:
    """EN-1: a translation has the values of its sentence, no other and none less."""
    wrong = {
        key: texts
        for key, texts in CATALOGUE.items()
        for sentence, text in zip(key, texts, strict=True)
        if sorted(VALUE.findall(sentence)) != sorted(VALUE.findall(text))
    }
    assert wrong == {}


def test_the_compiled_file_is_current() -> None:
    """EN-1: django.po and django.mo are what the sentences and their translations make."""
    wanted = sentences()
    assert PO.read_text(encoding="utf-8") == po_text(wanted, CATALOGUE)
    assert MO.read_bytes() == mo_bytes({key: CATALOGUE[key] for key in wanted})


@pytest.mark.parametrize(("given", "kept"), [({("a",): ("b",)}, {("a",): ("b",)}), ({("a", "as"): ("b", "bs")},) * 2])
def test_a_written_file_is_read_back(given: Catalogue, kept: Catalogue) -> None:
    """EN-1: what the script writes it reads again, quotes and line ends too."""
    wanted: dict[Key, str] = dict.fromkeys(given, "x.py") | {('say "hi"\n',): "y.py"}
    text = po_text(wanted, given | {('say "hi"\n',): ('di "hola"\n',)})
    assert read_po(text) == kept | {('say "hi"\n',): ('di "hola"\n',)}


def test_pages_speak_spanish(phone: Phone) -> None:
    """EN-1: the button for Spanish turns the pages over, also those of errors, and stays on the next visit."""
    client = phone("P-0001")
    assert 'lang="en"' in client.get("/enroll/greeting/").content.decode()
    answer = client.post("/enroll/language/", {"language": "es", "path": "/enroll/personal/?from=check"})
    assert answer.headers["Location"] == "/enroll/personal/?from=check"
    page = client.get("/enroll/greeting/").content.decode()
    assert '<html lang="es">' in page
    assert "Hola, Ada. Ahorre para su jubilación" in page
    refused = client.post("/enroll/personal/", {"first_name": "", "last_name": "B"})
    assert "Escriba su nombre." in refused.content.decode()
    client.post("/enroll/leave/")
    assert "Su sesión terminó" in client.get("/enroll/signed-out/").content.decode()


def test_typed_words_survive_the_language(phone: Phone) -> None:
    """EN-1: the button for Spanish turns a question over with all that is typed on it, without keeping it as an answer."""
    client = phone("P-0001")
    typed = {"first_name": "Adela Típica", "last_name": "", "from": "check"}
    answer = client.post("/enroll/personal/", typed | {"language": "es"})
    page = answer.content.decode()
    assert (answer.status_code, answer.cookies["language"].value) == (200, "es")
    assert 'value="Adela Típica"' in page
    assert 'name="from" value="check"' in page
    assert "Escriba su nombre." not in page
    assert "Adela" not in client.get("/enroll/personal/").content.decode()
    refused = client.post("/enroll/personal/", typed).content.decode()
    assert 'name="refused"' in refused
    in_english = client.post("/enroll/personal/", typed | {"language": "en", "refused": "yes"}).content.decode()
    assert "There is a problem" in in_english
    assert 'value="Adela Típica"' in in_english


def test_rows_added_survive_the_language(phone: Phone) -> None:
    """EN-1: rows for beneficiaries that were added and not saved are there in the other language too."""
    rows = {"primary-rows": "2", "contingent-rows": "0", "primary-1-name": "Bo", "primary-1-percent": "4x"}
    page = phone("P-0001").post("/enroll/beneficiaries/", rows | {"language": "es"}).content.decode()
    assert '<html lang="es">' in page
    assert re.search(r'name="primary-1-name" value="Bo"', page)
    assert 'value="4x"' in page


def test_enter_goes_on_and_does_not_change_the_language(phone: Phone) -> None:
    """EN-1: the button for the language belongs to the question's form, but the first one, for Enter, goes on."""
    page = phone("P-0001").get("/enroll/goal/").content.decode()
    first, second = re.findall(r'<button[^>]*form="question"[^>]*>', page)
    assert "name=" not in first
    assert 'name="language"' in second
    assert page.index(first) < page.index(second) < page.index('id="question"')


def test_the_browsers_language_is_taken(phone: Phone) -> None:
    """EN-1: without a choice the browser's language is taken, and English for any other."""
    client = phone("P-0001")
    for said, shown in (("es-US,es;q=0.9", "es"), ("fr", "en"), ("en-US,es;q=0.5", "en")):
        page = client.get("/enroll/greeting/", headers={"Accept-Language": said}).content.decode()
        assert f'<html lang="{shown}">' in page, said


def test_the_language_leads_nowhere_else(phone: Phone) -> None:
    """EN-1: choosing a language never leads to another site."""
    client = phone("P-0001")
    for path in ("https://elsewhere.example.test/enroll/", "//elsewhere.example.test/enroll/", "/plans/", ""):
        answer = client.post("/enroll/language/", {"language": "es", "path": path})
        assert answer.headers["Location"] == "/enroll/"
