import pytest

from livechat.whatsapp.webhook.body import number_ids, parse
from livechat.whatsapp.webhook.items import Broken, ThreadMessage
from tests.whatsapp.catalogue import NUMBER, PAYLOADS, payload
from tests.whatsapp.expected import EXPECTED
from tests.whatsapp.summary import summary

NAMES = sorted(path.name for path in PAYLOADS.glob("*.json"))


def test_every_payload_is_expected_and_every_expectation_has_its_payload():
    assert sorted(EXPECTED) == NAMES
    assert len(NAMES) == 90


@pytest.mark.parametrize("name", NAMES)
def test_a_payload_means_what_the_catalogue_says(name):
    items = parse(payload(name))
    assert [summary(item) for item in items] == EXPECTED[name]
    assert [item.source.n for item in items] == list(range(len(items)))
    assert not any(isinstance(item, Broken) for item in items)


def test_a_payload_twice_gives_equal_items():
    for name in NAMES:
        assert parse(payload(name)) == parse(payload(name))


def test_number_ids_names_every_number_of_a_body_once():
    assert number_ids(parse(payload("batch-two-numbers.json"))) == {NUMBER, "106540352242922"}
    assert number_ids(parse(payload("acct-alert.json"))) == set()
    assert number_ids(parse(payload("handover-control-passed.json"))) == {NUMBER}


def test_no_temporary_url_of_meta_and_no_session_description_is_kept():
    for name in NAMES:
        for item in parse(payload(name)):
            if isinstance(item, ThreadMessage):
                assert "lookaside.fbsbx.com" not in str(item.content)
                assert "sdp" not in str(item.content)
