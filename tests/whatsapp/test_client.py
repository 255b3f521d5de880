import pickle
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from livechat.whatsapp.graph.client import Accepted, GraphClient, PhoneNumberInfo, SubscribedApp
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from tests.whatsapp.catalogue import NUMBER, SENDS
from tests.whatsapp.graph_server import Reply, graph_server, hang_up, reset, silence

TOKEN = "EAAGsecret"
BODY = orjson.loads((SENDS / "text.request.json").read_bytes())
HTTP_STATUS = {
    "error-190-token-expired": (401, Disposition.PAUSE),
    "error-131056-pair-rate-limit": (400, Disposition.PAIR_LIMIT),
    "error-130429-throughput": (400, Disposition.RETRY),
    "error-100-missing-parameter": (400, Disposition.REJECT),
    "error-132001-template-missing": (404, Disposition.REJECT),
    "error-131030-recipient-not-allowed": (400, Disposition.REJECT),
    "error-2-transient": (503, Disposition.UNKNOWN),
    "error-131047-window-closed": (400, Disposition.REJECT),
}


@pytest.fixture
def graph():
    with graph_server() as server:
        yield server


@pytest.fixture
def observed():
    return []


@pytest.fixture
def client(graph, observed):
    client = GraphClient(
        graph.url + "/",
        "v26.0",
        connect_timeout_s=2,
        read_timeout_s=0.5,
        observer=lambda endpoint, outcome, seconds: observed.append((endpoint, outcome, seconds >= 0)),
    )
    yield client
    client.close()


def failure(client, body=BODY, token=TOKEN):
    with pytest.raises(GraphError) as caught:
        client.send(NUMBER, token, body)
    error = caught.value
    for text in (str(error), repr(error), repr(error.__dict__)):
        assert token not in text or not token.strip()
    assert error.__cause__ is None
    assert error.__context__ is None
    return error


class TestSend:
    def test_an_accepted_message(self, client, graph, observed):
        graph.answers.append(Reply(200, (SENDS / "template-named-held.response.json").read_bytes()))
        accepted = client.send(NUMBER, TOKEN, BODY | {"text": {"body": "Grüße 🙂 \ud800"}})
        assert accepted.message_status == "held_for_quality_assessment"
        assert (accepted.wa_id, accepted.user_id) == ("917755991051", None)
        [request] = graph.requests
        assert (request.method, request.path) == ("POST", f"/v26.0/{NUMBER}/messages")
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.headers["Content-Type"] == "application/json"
        assert observed == [("messages", "ok", True)]

    def test_an_answer_to_a_business_scoped_id(self, client, graph):
        graph.answers.append(Reply(200, (SENDS / "text-bsuid.response.json").read_bytes()))
        accepted = client.send(NUMBER, TOKEN, BODY)
        assert accepted == Accepted(accepted.wamid, None, "IN.13491208655302741918", None)

    @pytest.mark.parametrize("name", sorted(HTTP_STATUS))
    def test_the_catalogues_errors(self, client, graph, observed, name):
        status, disposition = HTTP_STATUS[name]
        content = (SENDS / f"{name}.response.json").read_bytes()
        graph.answers.append(Reply(status, content))
        error = failure(client)
        expected = orjson.loads(content)["error"]
        assert (error.code, error.disposition, error.http_status) == (expected["code"], disposition, status)
        assert error.fbtrace_id == expected["fbtrace_id"]
        assert error.subcode == expected.get("error_subcode")
        assert not error.title.startswith("(#")
        assert observed == [("messages", str(error.code), True)]
        shown = error.as_message_error()
        assert shown.keys() == {"code", "title", "detail", "retryable"}
        assert shown["retryable"] is (disposition is not Disposition.REJECT)

    @pytest.mark.parametrize(
        "answer",
        [
            Reply(502, b"<html>Bad gateway</html>"),
            Reply(500, b""),
            Reply(500, {"error": {"code": 999_999, "message": "new"}}),
            Reply(503, {"error": "odd"}),
            Reply(200, b"<html>"),
            Reply(200, b""),
            Reply(200, {}),
            Reply(200, []),
            Reply(200, {"messages": []}),
            Reply(200, {"messages": [{"id": ""}]}),
            Reply(200, {"error": {"code": 999_999}}),
            Reply(302, b"", {"Location": "http://127.0.0.1:9/"}),
            Reply(408, b""),
            Reply(200, b"{", {"Content-Length": "100", "Connection": "close"}),
            Reply(200, b"not gzip", {"Content-Encoding": "gzip"}),
            reset,
            hang_up,
            silence,
        ],
    )
    def test_an_answer_that_says_neither_yes_nor_no_is_uncertain(self, client, graph, answer):
        graph.answers.append(answer)
        error = failure(client)
        assert error.disposition is Disposition.UNKNOWN
        assert error.as_message_error()["retryable"] is True
        assert len(graph.requests) == 1

    @pytest.mark.parametrize(
        ("answer", "disposition"),
        [
            (Reply(400, {"error": {"code": 999_999, "message": "new"}}), Disposition.REJECT),
            (Reply(400, b"<html>"), Disposition.REJECT),
            (Reply(429, b"slow down"), Disposition.RETRY),
            (Reply(400, {"error": {"code": 131000}}), Disposition.UNKNOWN),
            (Reply(403, {"error": {"code": 230}}), Disposition.PAUSE),
            (Reply(400, {"error": {"code": "131026", "error_data": "text"}}), Disposition.REJECT),
        ],
    )
    def test_the_code_decides_and_the_status_where_there_is_none(self, client, graph, answer, disposition):
        graph.answers.append(answer)
        assert failure(client).disposition is disposition

    def test_a_token_that_meta_quotes_is_taken_out(self, client, graph):
        error = {"code": 190, "message": f"Malformed access token {TOKEN}", "error_data": {"details": TOKEN}}
        graph.answers.append(Reply(400, {"error": error}))
        found = failure(client)
        assert found.title == "Malformed access token …"
        assert TOKEN not in str(found.as_message_error())

    @pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "é", "a\x00"])
    def test_a_token_that_cannot_stand_in_a_header_is_never_sent(self, client, graph, token):
        with pytest.raises(GraphError) as caught:
            client.send(NUMBER, token, BODY)
        assert (caught.value.code, caught.value.disposition) == (190, Disposition.PAUSE)
        assert graph.requests == []

    def test_a_body_that_is_no_json_is_rejected_unsent(self, client, graph):
        assert (
            failure(client, BODY | {"location": {"latitude": float("nan")}}).disposition is Disposition.REJECT
        )
        assert graph.requests == []

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "17"}, 17),
            ({"Retry-After": "999999999"}, 86_400),
            ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
            ({"Retry-After": "soon"}, None),
            (
                {"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":3},{"type":"x"}]}'},
                180,
            ),
            ({"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":0}]}'}, None),
            ({"X-Business-Use-Case-Usage": "{"}, None),
            ({}, None),
        ],
    )
    def test_how_long_meta_asks_us_to_wait(self, client, graph, headers, seconds):
        graph.answers.append(Reply(400, {"error": {"code": 80007}}, headers))
        assert failure(client).retry_after_s == seconds

    def test_an_id_cannot_leave_its_place_in_the_path(self, client, graph):
        graph.answers.append(Reply(404, {"error": {"code": 33}}))
        with pytest.raises(GraphError):
            client.phone_number("../me?x=1#", TOKEN)
        assert graph.requests[0].path.startswith("/v26.0/..%2Fme%3Fx%3D1%23?fields=")

    def test_no_proxy_netrc_or_cookie_is_used(self, client, graph, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        graph.answers += [Reply(200, {"success": True}, {"Set-Cookie": "a=b"}), Reply(200, {"success": True})]
        for _ in range(2):
            client.mark_read(NUMBER, TOKEN, "w")
        assert "Cookie" not in graph.requests[1].headers

    def test_many_threads_share_one_client(self, client, graph):
        content = (SENDS / "text.response.json").read_bytes()
        graph.answers += [Reply(200, content)] * 64
        with ThreadPoolExecutor(16) as pool:
            accepted = list(pool.map(lambda _: client.send(NUMBER, TOKEN, BODY), range(64)))
        assert len(accepted) == len(graph.requests) == 64


class TestNothingSent:
    """Failures before the request left: the message may go again by itself."""

    def fails(self, url, connect_timeout_s=2.0):
        seen = []
        client = GraphClient(
            url,
            "v26.0",
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=5,
            observer=lambda *call: seen.append(call[:2]),
        )
        error = failure(client)
        client.close()
        assert (error.disposition, error.code, error.http_status) == (Disposition.RETRY, None, None)
        assert seen == [("messages", "unsent")]

    def test_a_refused_port(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            self.fails(f"http://127.0.0.1:{holder.getsockname()[1]}")
            self.fails(f"https://127.0.0.1:{holder.getsockname()[1]}")

    def test_a_name_that_does_not_exist(self):
        self.fails("http://graph.invalid")

    def test_an_address_that_is_none(self):
        self.fails("http://")
        self.fails("ftp://graph.facebook.com")

    def test_a_connection_that_takes_too_long(self):
        with socket.socket() as full:
            # A listener whose queue is full answers no further connection.
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            address = full.getsockname()
            with socket.socket() as first, socket.socket() as second:
                first.connect(address)
                second.settimeout(0.05)
                second.connect_ex(address)
                self.fails(f"http://127.0.0.1:{address[1]}", connect_timeout_s=0.2)

    def test_a_server_that_speaks_no_tls(self, graph):
        self.fails(graph.url.replace("http:", "https:"))

    @pytest.mark.parametrize("does", ["hang up", "stay silent"])
    def test_a_tls_handshake_that_breaks_off(self, does):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            over = threading.Event()

            def serve():
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1)
                    if does == "stay silent":
                        over.wait(10)

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            self.fails(f"https://127.0.0.1:{listener.getsockname()[1]}", connect_timeout_s=0.3)
            over.set()
            thread.join()


class TestOtherCalls:
    def test_reading_with_and_without_typing(self, client, graph):
        graph.answers += [Reply(200, {"success": True})] * 2
        client.mark_read(NUMBER, TOKEN, "w")
        twin = orjson.loads((SENDS / "mark-read-typing.request.json").read_bytes())
        client.mark_read(NUMBER, TOKEN, twin["message_id"], typing=True)
        assert graph.requests[0].body == {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "w",
        }
        assert graph.requests[1].body == twin

    def test_what_was_not_done_is_an_error(self, client, graph):
        graph.answers.append(Reply(200, {"success": False}))
        with pytest.raises(GraphError):
            client.subscribe("1", TOKEN)

    def test_a_number(self, client, graph):
        row = {"id": NUMBER, "display_phone_number": "+91 77559 91053", "verified_name": "Lucky Shrub"}
        graph.answers.append(
            Reply(200, row | {"quality_rating": "GREEN", "throughput": {"level": "STANDARD"}})
        )
        assert client.phone_number(NUMBER, TOKEN) == PhoneNumberInfo(
            NUMBER, "+91 77559 91053", "Lucky Shrub", "GREEN", "STANDARD"
        )
        graph.answers.append(Reply(200, {}))
        with pytest.raises(GraphError):
            client.phone_number(NUMBER, TOKEN)

    def test_numbers_of_all_pages_without_following_metas_link(self, client, graph):
        graph.answers += [
            Reply(
                200,
                {
                    "data": [{"id": "1"}],
                    "paging": {"cursors": {"after": "c"}, "next": "http://127.0.0.1:9/?access_token=x"},
                },
            ),
            Reply(200, {"data": [{"id": "2"}], "paging": {"cursors": {"after": "d"}}}),
        ]
        assert [number.phone_number_id for number in client.phone_numbers("77", TOKEN)] == ["1", "2"]
        assert graph.requests[0].path.startswith("/v26.0/77/phone_numbers?limit=100&fields=id%2C")
        assert graph.requests[1].path.endswith("&after=c")

    def test_subscriptions(self, client, graph):
        graph.answers += [
            Reply(200, {"success": True}),
            Reply(200, {"data": [{"whatsapp_business_api_data": {"id": "5", "name": "App"}}, {}]}),
        ]
        client.subscribe("77", TOKEN)
        assert (graph.requests[0].method, graph.requests[0].path) == ("POST", "/v26.0/77/subscribed_apps")
        assert graph.requests[0].body is None
        assert client.subscriptions("77", TOKEN) == [
            SubscribedApp("5", "App", None),
            SubscribedApp(None, None, None),
        ]


def test_an_error_survives_the_way_between_processes():
    error = GraphError(
        131056, "t", "d", disposition=Disposition.PAIR_LIMIT, http_status=400, retry_after_s=4.0
    )
    again = pickle.loads(pickle.dumps(error))
    assert again.__dict__ == error.__dict__
    assert str(again) == "pair_limit 131056: t (HTTP 400)"
