"""The table of codes against Meta's own, row by row, and what the agent is told."""

import pytest

from livechat.whatsapp.graph.error_codes import RANGES, TABLE, entry_for
from livechat.whatsapp.graph.graph_errors import PAUSING_CODES, Disposition, decide, describe
from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import StatusUpdate
from tests.whatsapp.catalogue import payload

# "Retry" in the protocol's reference: yes, (yes, this recipient only), no, stop, maybe.
CODES = {
    Disposition.RETRY: "4 17 341 613 80007 130429 131059 131208 139102",
    Disposition.PAIR_LIMIT: "131056",
    Disposition.REJECT: """
        100 130403 130472 130497 130501 131008 131009 131014 131020 131041 131021 131026 131030 131047 131049
        131050 131051 131052 131053 131055 131060 131061 131062 131063 131201
        131207 131215 132000 132001 132005
        132007 132008 132012 132018 132015 132016 132068
        132069 134100 134101 134102 135000 137000 138000 138018
        139000 139004 139100 139101 139103 147001 147005 2388001 2593107 2593108 2593109""",
    Disposition.PAUSE: """
        0 3 10 33 102 104 190 200 230 299 368 131005 131031 131037 131042 131044 131045 131048 131064
        133000 133005
        133006 133008 133009 133010 133015 133016 134011 136024 136025""",
    Disposition.UNKNOWN: "1 2 131000 131016 131057 133004 2494100",
}
ROWS = [(disposition, int(code)) for disposition, codes in CODES.items() for code in codes.split()]


@pytest.mark.parametrize(("disposition", "code"), ROWS)
def test_a_code_means_what_metas_table_says(disposition, code):
    for status in (400, 500, 200):
        assert decide(code, status) is disposition
    assert (code in PAUSING_CODES) is (disposition is Disposition.PAUSE)
    error = describe(code, "Title", "Details.")
    assert (error["code"], error["title"]) == (code, "Title")
    assert error["detail"].endswith(".")
    by_hand = {131014, 131026, 131053, 132069, 134101, 134102}
    assert error["retryable"] is (disposition is not Disposition.REJECT or code in by_hand)


def test_no_row_of_the_table_is_unchecked():
    assert set(TABLE) <= {code for _, code in ROWS}
    assert all(first < last and entry_for(first) and entry_for(last) for first, last, _ in RANGES)


@pytest.mark.parametrize(
    ("status", "disposition"),
    [
        (400, Disposition.REJECT),
        (404, Disposition.REJECT),
        (408, Disposition.UNKNOWN),
        (429, Disposition.RETRY),
        (500, Disposition.UNKNOWN),
        (504, Disposition.UNKNOWN),
        (200, Disposition.UNKNOWN),
        (302, Disposition.UNKNOWN),
        (None, Disposition.UNKNOWN),
    ],
)
def test_without_a_known_code_the_status_decides(status, disposition):
    assert decide(None, status) is disposition
    assert decide(7_654_321, status) is disposition


def test_metas_details_are_shown_where_ours_cannot_know_them():
    assert describe(131053, "Media upload error", "Unsupported Audio mime type audio/webm.")["detail"] == (
        "WhatsApp did not accept the file. Unsupported Audio mime type audio/webm."
    )
    assert describe(7_654_321, None, "Meta's words.") == {
        "code": 7_654_321,
        "title": "Meta's words.",
        "detail": "Meta's words.",
        "retryable": False,
    }
    assert describe(None, None, None)["retryable"] is True


def test_the_failures_of_the_catalogue():
    expected = {
        131042: (True, True),
        130472: (False, False),
        131056: (True, False),
        131048: (True, True),
        130429: (True, False),
        131000: (True, False),
        131031: (True, True),
        131051: (False, False),
        132015: (False, False),
        130403: (False, False),
        131053: (True, False),
    }
    found = {}
    for item in parse(payload("status-failed-more-codes.json")):
        assert isinstance(item, StatusUpdate)
        found[item.error_code] = (item.error["retryable"], item.error_code in PAUSING_CODES)
    assert found == expected


def test_an_object_that_is_gone_is_the_number_s_trouble() -> None:
    assert decide(100, 400, 33) is Disposition.PAUSE
    assert decide(100, 400) is Disposition.REJECT
