"""Numbers: connected, stopped, let go on, and what Meta says of them."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from livechat.accounts.pause import pause_number
from livechat.core.tasknames import TaskName
from livechat.numbers.refresh_number import refresh_number, sweep_numbers
from livechat.templates.sync_templates import sync_templates
from livechat.whatsapp.webhook.items import AccountNews
from tests.events.changes.scene import KEYS, Scene, use_case
from tests.factories import make_account, make_number

PAUSED, RESUMED = "publish_numbers in pause.learn", "publish_numbers in pause._resumed"
CONNECTED = "publish_account in connect_number.connect_number"
RESTRICTION = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"


def _connect(scene: Scene, waba_id: str, number: str) -> None:
    body = {"waba_id": waba_id, "phone_number_id": number, "access_token": scene.inbox.box.access_token}
    scene.call("POST", "/phone-numbers", json=body)


def _pause(scene: Scene, code: int = 131031) -> None:
    pause_number(scene.inbox.session, scene.inbox.number, code, "Meta has stopped it.")
    scene.inbox.session.commit()


def _refresh(scene: Scene) -> None:
    scene.inbox.execute("UPDATE phone_numbers SET refresh_due_at = now()")
    refresh_number(scene.inbox.session, scene.inbox.sender.graph, KEYS, scene.inbox.number)
    scene.inbox.session.rollback()


@use_case("POST /phone-numbers", CONNECTED)
def another_number_is_connected(scene: Scene) -> Iterator[None]:
    scene.inbox.box.add_number(phone_number_id="4711", display_phone_number="917755991099")
    yield
    _connect(scene, scene.inbox.waba_id, "4711")
    yield


@use_case("POST /phone-numbers", CONNECTED)
def a_number_of_another_account_is_connected(scene: Scene) -> Iterator[None]:
    scene.inbox.box.add_number(phone_number_id="4711", waba_id="4712", display_phone_number="917755991099")
    yield
    _connect(scene, "4712", "4711")
    yield


@use_case("POST /phone-numbers", CONNECTED)
def a_paused_number_is_connected_again(scene: Scene) -> Iterator[None]:
    _pause(scene)
    yield
    _connect(scene, scene.inbox.waba_id, scene.inbox.number)
    yield


@use_case("POST /phone-numbers", CONNECTED)
def a_number_leaves_its_account(scene: Scene) -> Iterator[UUID | None]:
    inbox, colleague = scene.inbox, uuid4()
    inbox.execute(
        "INSERT INTO account_members (account_id, user_id, role) VALUES (:account, :user, 'agent')",
        account=inbox.account_id,
        user=colleague,
    )
    inbox.box.add_number(phone_number_id=inbox.number, waba_id="4712")
    yield colleague
    _connect(scene, "4712", inbox.number)
    yield None


@use_case("POST /phone-numbers", CONNECTED)
def a_notice_of_the_account_is_settled_by_another_owner(scene: Scene) -> Iterator[UUID | None]:
    inbox, neighbour = scene.inbox, uuid4()
    make_number(inbox.session, make_account(inbox.session, neighbour, waba_id=inbox.waba_id))
    inbox.session.commit()
    inbox.hears("account_update", event="PARTNER_REMOVED")
    yield neighbour
    _connect(scene, inbox.waba_id, inbox.number)
    yield None


@use_case("POST /phone-numbers/<phone_number_id>/resume", RESUMED)
def the_owner_resumes_a_number(scene: Scene) -> Iterator[None]:
    _pause(scene)
    yield
    scene.call("POST", f"/phone-numbers/{scene.inbox.number}/resume")
    yield


@use_case(TaskName.SWEEP_ACCOUNTS, RESUMED)
def a_restriction_ends(scene: Scene) -> Iterator[None]:
    restriction = [{"restriction_type": RESTRICTION, "expiration": 4_000_000_000}]
    scene.inbox.hears("account_update", detail={"restriction_info": restriction})
    scene.inbox.execute("UPDATE account_notices SET until = now() - interval '1 second'")
    yield
    sweep_numbers(scene.inbox.session, 10)
    yield


@use_case(TaskName.REFRESH_NUMBER, "publish_numbers in refresh_number.refresh_number")
def meta_says_another_quality(scene: Scene) -> Iterator[None]:
    scene.inbox.box.add_number(phone_number_id=scene.inbox.number, quality_rating="RED")
    yield
    _refresh(scene)
    yield


@use_case(TaskName.REFRESH_NUMBER, "publish in block.reconcile_blocks")
def a_customer_was_blocked_elsewhere(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    # What Meta says of the number is known already.
    _refresh(scene)
    scene.call("POST", f"/conversations/{chat}/block")
    scene.inbox.execute("UPDATE chat_conversations SET is_blocked = false")
    yield
    _refresh(scene)
    yield


@use_case(TaskName.REFRESH_NUMBER, PAUSED)
def meta_refuses_the_token_of_a_refresh(scene: Scene) -> Iterator[None]:
    scene.inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "phone_number"})
    yield
    _refresh(scene)
    yield


@use_case(TaskName.SYNC_TEMPLATES, PAUSED)
def meta_refuses_the_token_of_a_list_of_templates(scene: Scene) -> Iterator[None]:
    scene.inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "templates"})
    yield
    sync_templates(scene.inbox.session, scene.inbox.sender.graph, KEYS, scene.inbox.account_id)
    yield


@use_case(AccountNews, "publish_numbers in apply_news._apply")
def the_account_has_news(scene: Scene) -> Iterator[None]:
    yield
    scene.inbox.hears("account_update", event="ACCOUNT_VIOLATION")
    yield


@use_case(AccountNews, "publish_numbers in apply_news._apply")
def the_number_has_another_name(scene: Scene) -> Iterator[None]:
    yield
    scene.inbox.hears("number_name", name="The New Bakery")
    yield


@use_case(AccountNews, PAUSED)
def the_account_stops_without_other_news(scene: Scene) -> Iterator[None]:
    yield
    scene.inbox.hears("errors", code=131042)
    yield


@use_case(AccountNews, RESUMED)
def the_account_goes_on(scene: Scene) -> Iterator[None]:
    scene.inbox.hears("account_update", event="PARTNER_REMOVED")
    yield
    scene.inbox.hears("account_update", event="PARTNER_ADDED")
    yield
