"""Names of files: endings that fit the bytes, and nothing of a word lost."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livechat.files.formats.filenames import harmless, name_for, with_ending
from livechat.whatsapp.media_types import OOXML
from tests.media import files
from tests.media.conftest import Desk

PDF, DOCX, XLSX = "application/pdf", f"{OOXML}wordprocessingml.document", f"{OOXML}spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("name", "mime_type", "called"),
    [
        # No ending at all: the type gives it.
        ("cotizacion", PDF, "cotizacion.pdf"),
        ("report", DOCX, "report.docx"),
        ("Список", XLSX, "Список.xlsx"),
        # What follows the last dot is a part of the name.
        ("Foto 12.05.2026", "image/jpeg", "Foto 12.05.2026.jpg"),
        ("v1.2", PDF, "v1.2.pdf"),
        ("Dr. Smith", PDF, "Dr. Smith.pdf"),
        ("acme.com", "image/png", "acme.com.png"),
        ("report.final", DOCX, "report.final.docx"),
        # A right one stays, as it is written.
        ("scan.PDF", PDF, "scan.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("sheet.xlsm", XLSX, "sheet.xlsm"),
        ("voice.opus", "audio/ogg", "voice.opus"),
        # One of another known type is replaced.
        ("IMG_1.HEIC", "image/jpeg", "IMG_1.jpg"),
        ("dance.gif", "video/mp4", "dance.mp4"),
        ("scan.png", PDF, "scan.pdf"),
        # Text and archives are the outside of many formats.
        ("prices.csv", "text/plain", "prices.csv"),
        ("notes.md", "text/plain", "notes.md"),
        ("notes", "text/plain", "notes.txt"),
        ("notes 3.5", "text/plain", "notes 3.5.txt"),
        ("letter.odt", "application/zip", "letter.odt"),
        # Nothing is known of these.
        ("backup", "application/octet-stream", "backup"),
        ("setup.exe", "application/x-msdownload", "setup.exe"),
    ],
)
def test_an_ending_is_replaced_where_it_is_one_and_else_added(name: str, mime_type: str, called: str) -> None:
    assert with_ending(name, mime_type) == called


@pytest.mark.parametrize(
    ("mime_type", "called"),
    [
        (DOCX, "document.docx"),
        (XLSX, "document.xlsx"),
        (f"{OOXML}presentationml.presentation", "document.pptx"),
        ("application/msword", "document.doc"),
        ("application/vnd.ms-excel", "document.xls"),
        (PDF, "document.pdf"),
        ("text/plain", "document.txt"),
        ("application/zip", "document.zip"),
        ("application/octet-stream", "document"),
    ],
)
def test_a_file_without_a_name_is_called_by_its_kind_and_type(mime_type: str, called: str) -> None:
    assert name_for("document", None, mime_type) == called


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("کتاب\u200cها.pdf", "کتاب\u200cها.pdf"),  # Persian: without it the word is another one
        ("क्\u200dष.pdf", "क्\u200dष.pdf"),  # Hindi: the joiner shapes the letters
        ("👩\u200d💻.png", "👩\u200d💻.png"),
        ("invoice\u200d.pdf", "invoice.pdf"),
        ("in\u200cvoice.pdf", "invoice.pdf"),
        ("\u200cکتاب\u200c.pdf", "کتاب.pdf"),
        ("کتاب\u200c\u200cها.pdf", "کتابها.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("soft\u00adhyphen.pdf", "softhyphen.pdf"),
        ("e\u202e\u0301.pdf", "é.pdf"),
    ],
)
def test_what_joins_letters_is_kept_and_what_hides_is_not(name: str, shown: str) -> None:
    assert harmless(name) == shown


# Letters of several scripts, an accent, the joiners, a mark that turns the direction, spaces of two sorts.
_TRICKY = st.text(alphabet="aéא\u0301ک\u200c\u200d\u202e .\u00a0💻", max_size=20)


@given(_TRICKY)
def test_a_name_that_was_made_harmless_stays_as_it_is(name: str) -> None:
    shown = harmless(name)
    assert shown is None or harmless(shown) == shown


def test_a_document_reaches_whatsapp_and_the_agent_with_an_ending(desk: Desk) -> None:
    media = desk.upload(b"%PDF-1.4\n%%EOF", "cotizacion", kind="document").json["media"]
    assert 'filename="cotizacion.pdf"' in desk.get(media["url"]).headers["Content-Disposition"]


def test_a_customers_office_file_without_a_name_has_an_ending(desk: Desk) -> None:
    for data, mime_type, called in (
        (files.office("word"), DOCX, "document.docx"),
        (files.office("xl"), XLSX, "document.xlsx"),
    ):
        sent = base64.b64encode(data).decode()
        message_id = desk.customer_sends("document", data_base64=sent, mime_type=mime_type, filename="")
        assert desk.fetch() == ["ready"]
        answer = desk.get(desk.shown(message_id)["url"])
        assert f'filename="{called}"' in answer.headers["Content-Disposition"]
