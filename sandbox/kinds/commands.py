"""From a command `{kind, …}` to the changes of a webhook, for every kind."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.customer_voice import CustomerVoice
from sandbox.errors import ControlError, webhook_error
from sandbox.kinds.account_kinds import ACCOUNT_KINDS
from sandbox.kinds.call_kinds import CALL_KINDS
from sandbox.kinds.customer_kinds import CUSTOMER_KINDS
from sandbox.kinds.handover_kinds import HANDOVER_KINDS, standby_echo
from sandbox.kinds.number_kinds import NUMBER_KINDS
from sandbox.kinds.phone_app_kinds import PHONE_APP_KINDS
from sandbox.lifecycle import Lifecycle
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.webhooks.shapes import Update, number_update
from sandbox.world import World

MESSAGE_KINDS = frozenset(
    {
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "button",
        "button_reply",
        "list_reply",
        "flow_reply",
        "address_reply",
        "call_permission_reply",
        "shared_phone",
        "order",
        "reaction",
        "edit",
        "revoke",
        "system",
        "unsupported",
        "request_welcome",
    }
)
OF_A_NUMBER = {**ACCOUNT_KINDS, **NUMBER_KINDS}
OF_A_CUSTOMER = {**CALL_KINDS, **CUSTOMER_KINDS, **HANDOVER_KINDS, **PHONE_APP_KINDS}


class Kinds:
    """Builds the changes of a command."""

    def __init__(self, world: World, voice: CustomerVoice, lifecycle: Lifecycle) -> None:
        self._world = world
        self._voice = voice
        self._lifecycle = lifecycle
        self._builders: dict[str, Callable[[Json], list[Update]]] = {
            "message": self._message,
            "status": self._status,
            "group_message": self._group_message,
            "standby": self._standby,
            "dashboard_test": self._dashboard_test,
        }

    def names(self) -> list[str]:
        """The kinds that a command may name."""
        return sorted({*self._builders, *MESSAGE_KINDS, *OF_A_NUMBER, *OF_A_CUSTOMER, "batch"})

    def build(self, command: Json) -> list[Update]:
        """The changes of one command. `batch` has further commands as its `items`. Raises ControlError."""
        kind = command.get("kind")
        if kind == "batch":
            items = command.get("items")
            if not isinstance(items, list) or not items:
                raise ControlError("a batch needs items")
            return [update for item in items for update in self.build(item)]
        if kind in MESSAGE_KINDS:
            return self._message({**command, "type": kind})
        if kind in OF_A_NUMBER:
            number = self._world.number(command.get("phone_number_id"))
            return [OF_A_NUMBER[kind](self._world, number, command)]
        if kind in OF_A_CUSTOMER:
            number, customer = self._parties(command)
            return [OF_A_CUSTOMER[kind](self._world, number, customer, command)]
        builder = self._builders.get(str(kind))
        if builder is None:
            raise ControlError(f"unknown kind {kind!r}; known: {', '.join(self.names())}")
        return builder(command)

    def _parties(self, command: Json) -> tuple[PhoneNumber, Customer]:
        return self._world.number(command.get("phone_number_id")), self._world.speaker(
            command.get("customer")
        )

    def _message(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        return [self._voice.compose(customer, number, command)[1]]

    def _status(self, command: Json) -> list[Update]:
        """`{wamid, status, code, merge}`. The wamid may be unknown. `merge` adds or replaces keys."""
        wamid, status = str(command.get("wamid", "")), str(command.get("status", "delivered"))
        at = command.get("timestamp")
        message = self._world.messages.get(wamid)
        if message is not None and message.direction == "outbound":
            update = self._lifecycle.advance(
                message, status, code=command.get("code"), at=at, force=bool(command.get("force", True))
            )
            if update is None:
                return []
        else:
            number, customer = self._parties(command)
            wamid = wamid or self._world.ids.outbound_wamid(customer.key)
            entry: Json = {"id": wamid, "status": status, "timestamp": str(int(at or time.time()))}
            if customer.wa_id:
                entry["recipient_id"] = customer.wa_id
            if status == "failed":
                entry["errors"] = [webhook_error(int(command.get("code", 131000)))]
            else:
                entry["recipient_user_id"] = customer.user_id
            update = number_update(number, "messages", f"status:{status}", statuses=[entry])
        merge = command.get("merge")
        if isinstance(merge, dict):
            for entry in update.value["statuses"]:
                entry.update(merge)
                for name in [name for name, value in merge.items() if value is None]:
                    del entry[name]
        if command.get("contacts") is False:
            update.value.pop("contacts", None)
        return [update]

    def _group_message(self, command: Json) -> list[Update]:
        group_id = str(command.get("group_id", "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"))
        extra = {"group_id": group_id}
        return self._message({**command, "type": command.get("type", "text"), "message": extra})

    def _standby(self, command: Json) -> list[Update]:
        """What Meta's agent hears, one level deeper than usual. `of` is `message`, `echo` or `status`."""
        what = str(command.get("of", "message"))
        if what == "echo":
            number, customer = self._parties(command)
            inner: Json = {"message_echoes": [standby_echo(self._world, number, customer, command)]}
        else:
            update = (self._status if what == "status" else self._message)(command)[0]
            inner = {k: v for k, v in update.value.items() if k in {"contacts", "messages", "statuses"}}
            number = self._world.number(command.get("phone_number_id"))
        return [number_update(number, "standby", f"standby:{what}", standby=inner)]

    def _dashboard_test(self, command: Json) -> list[Update]:
        """The webhook that the button "Test" of the app dashboard sends."""
        value: Json = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "16505551111", "phone_number_id": "123456123"},
            "contacts": [{"profile": {"name": "test user name"}, "wa_id": "16315551181"}],
            "messages": [
                {
                    "from": "16315551181",
                    "id": "ABGGFlA5Fpa",
                    "timestamp": "1504902988",
                    "type": "text",
                    "text": {"body": "this is a text message"},
                }
            ],
        }
        return [Update("0", "messages", value, "dashboard_test")]
