from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import requests

from sandbox.mail_sink import MAX_LINE, MAX_MAIL, MailSink
from sandbox.outbox import Mail, Outbox
from sandbox.testing import SandboxServer

JOIN = "http://127.0.0.1:8000/live-chat/join"


@pytest.fixture
def sink() -> Iterator[MailSink]:
    running = MailSink(Outbox(), "127.0.0.1", 0)
    running.start()
    yield running
    running.stop()


def letter(text: str, subject: str = "Ada invites you to <b>Brot & Söhne</b>") -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["From"], message["To"], message["Subject"] = "chat@example.com", "eve@example.com", subject
    message.set_content(text)
    return message


def hand_over(sink: MailSink, message: EmailMessage, *to: str) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as server:
        server.send_message(message, to_addrs=to)


def kept(sink: MailSink) -> list[Mail]:
    return sink.outbox.listed()


def test_a_mail_is_kept_as_it_was_written_once_for_each_address(sink: MailSink) -> None:
    hand_over(sink, letter("Grüße!\n.\n..dots\nEnd\n"), "eve@example.com", "renée@example.com")
    hand_over(sink, letter("Later", "Second"), "eve@example.com")
    assert [(mail.to, mail.subject) for mail in kept(sink)] == [
        ("eve@example.com", "Second"),
        ("renée@example.com", "Ada invites you to <b>Brot & Söhne</b>"),
        ("eve@example.com", "Ada invites you to <b>Brot & Söhne</b>"),
    ]
    assert kept(sink)[1].text.splitlines() == ["Grüße!", ".", "..dots", "End"]


def test_an_invitation_opens_as_whoever_it_is_for_and_other_links_as_they_are() -> None:
    text = f"Open\n\n{JOIN}#tok_en-1\n\nor https://example.com/live-chat/join, please."
    mail = Mail(1, 0.0, "eve+x@example.com", "", "", text)
    assert mail.as_json()["links"] == [
        f"{JOIN}?as=eve%2Bx%40example.com#tok_en-1",
        "https://example.com/live-chat/join,",
    ]
    assert "".join(words for words, _ in mail.pieces()) == text


def test_what_is_no_mail_is_refused_and_the_next_mail_is_taken(sink: MailSink) -> None:
    def said(*lines: bytes) -> list[bytes]:
        answer = b""
        address = ("127.0.0.1", sink.port)
        # What was not read when the server hangs up makes the end a reset, which may swallow its last word.
        with (
            suppress(ConnectionResetError, BrokenPipeError),
            socket.create_connection(address, timeout=10) as connection,
        ):
            connection.sendall(b"".join(line + b"\r\n" for line in lines))
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65_536):
                answer += part
        return [line[:3] for line in answer.splitlines()]

    to_eve = (b"MAIL FROM:<a@example.com>", b"RCPT TO:<eve@example.com>")
    # A browser that somebody has led here speaks HTTP.
    assert b"354" not in said(b"POST / HTTP/1.1", *to_eve, b"DATA", b"x", b".")
    assert said(b"RCPT TO:<e@example.com>", b"DATA", b"MAIL", b"VRFY x", b"QUIT") == [
        *(b"220", b"503", b"503", b"501", b"502", b"221")
    ]
    assert b"354" not in said(b"x" * (MAX_LINE + 1), *to_eve, b"DATA", b"x", b".")
    said(*to_eve, b"DATA", *[b"x" * 1000] * (MAX_MAIL // 1000 + 1), b".")
    assert said(*to_eve, b"DATA", b"half a mail") == [b"220", b"250", b"250", b"354", b"552"]
    assert kept(sink) == []
    hand_over(sink, letter("Hi"), "eve@example.com")
    assert len(kept(sink)) == 1


def test_the_page_shows_mails_with_links_and_no_markup_of_theirs() -> None:
    with SandboxServer() as server:
        url = f"{server.base_url}/sandbox/outbox"
        assert "No mail yet" in requests.get(url, timeout=5).text
        server.outbox.take(letter(f"{JOIN}#t0ken\n<script>").as_bytes(), ["eve@example.com"])
        page = requests.get(url, timeout=5)
        assert f'<a href="{JOIN}?as=eve%40example.com#t0ken"' in page.text
        assert "Ada invites you to &lt;b&gt;Brot &amp; Söhne&lt;/b&gt;" in page.text
        assert "&lt;script&gt;" in page.text
        assert (page.headers["Cache-Control"], page.text.count("<script")) == ("no-store", 1)
        assert requests.get(f"{server.base_url}/static/outbox.js", timeout=5).status_code == 200
        assert server.client.call("DELETE", "/mails") == {"mails": []}
        assert server.client.call("GET", "/mails") == {"mails": []}
