import hashlib
import hmac
import json

import pytest

from livechat.whatsapp.webhook.signature import is_signed
from tests.whatsapp.catalogue import payload

SECRET = "test-app-secret"
# Meta escapes its bodies in a way that no JSON library repeats: the vector of the protocol's reference.
VECTOR = "sha256=976e57c9322fcc205c5d687198bf549386e7c02691d552e9b5609b3c64bfcf74"


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_bytes_as_meta_sent_them_are_signed():
    assert is_signed(payload("edge-meta-escaped-bytes.json"), VECTOR, [SECRET])


def test_the_same_object_written_again_is_not_signed():
    document = json.loads(payload("edge-meta-escaped-bytes.json"))
    for body in (json.dumps(document), json.dumps(document, ensure_ascii=False, separators=(",", ":"))):
        assert not is_signed(body.encode(), VECTOR, [SECRET])


def test_any_of_two_secrets_signs_while_one_is_rotated():
    assert is_signed(b"{}", signature(b"{}", "new"), ["old", "new"])
    assert is_signed(b"{}", signature(b"{}", "old"), ["old", "new"])
    assert not is_signed(b"{}", signature(b"{}", "older"), ["old", "new"])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        signature(b"{}").upper(),
        signature(b"{}").replace("sha256=", ""),
        signature(b"{}").replace("sha256", "sha1"),
        signature(b"{}") + "\n",
        " " + signature(b"{}"),
        signature(b"{}")[:-1],
        "sha256=" + "é" * 64,
        "sha256=" + "٣" * 64,
    ],
)
def test_a_malformed_header_signs_nothing(header):
    assert not is_signed(b"{}", header, [SECRET])


def test_no_secret_and_an_empty_secret_sign_nothing():
    assert not is_signed(b"{}", signature(b"{}"), [])
    assert not is_signed(b"{}", signature(b"{}", ""), [""])
