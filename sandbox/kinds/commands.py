"""Every kind of webhook by command: `{kind, …}` becomes one or more changes."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox import media_store
from sandbox.asked_orders import PAYMENT_STATES, told_orders
from sandbox.customer_voice import CustomerVoice
from sandbox.errors import ControlError, webhook_error
from sandbox.kinds.account_kinds import ACCOUNT_KINDS
from sandbox.kinds.phone_app_kinds import PHONE_APP_KINDS
from sandbox.lifecycle import Lifecycle
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.webhooks.shapes import Update, number_update, sender
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
            "group_status": self._group_status,
            "errors": self._errors,
            "empty_messages": self._empty_messages,
            "number_changed": self._number_changed,
            "user_id_changed": self._user_id_changed,
            "call_connect": self._call,
            "call_terminate": self._call,
            "call_status": self._call_status,
            "call_recording": self._call_file,
            "call_transcript": self._call_file,
            "payment": self._payment,
            "standby": self._standby,
            "handover": self._handover,
            "user_preference": self._user_preference,
            "field": self._field,
            "dashboard_test": self._dashboard_test,
        }

    def names(self) -> list[str]:
        """The kinds that a command may name."""
        return sorted({*self._builders, *MESSAGE_KINDS, *ACCOUNT_KINDS, *PHONE_APP_KINDS, "batch"})

    def build(self, command: Json) -> list[Update]:
        """The changes of one command; `batch` holds `items` of commands. Raises ControlError."""
        kind = command.get("kind")
        if kind == "batch":
            items = command.get("items")
            if not isinstance(items, list) or not items:
                raise ControlError("a batch needs items")
            return [update for item in items for update in self.build(item)]
        if kind in MESSAGE_KINDS:
            return self._message({**command, "type": kind})
        if kind in ACCOUNT_KINDS:
            number = self._world.number(command.get("phone_number_id"))
            return [ACCOUNT_KINDS[kind](self._world, number, command)]
        if kind in PHONE_APP_KINDS:
            number, customer = self._parties(command)
            return [PHONE_APP_KINDS[kind](self._world, number, customer, command)]
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
        """`wamid` of ours, or unknown; `status`, `code` for `failed`, `merge` adds or replaces keys."""
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

    def _group_status(self, command: Json) -> list[Update]:
        """One message, one status, an entry per participant."""
        number = self._world.number(command.get("phone_number_id"))
        people = [self._world.customer(ref) for ref in command.get("participants", [])]
        people = people or list(self._world.customers.values())[:2]
        wamid = str(command.get("wamid") or self._world.ids.outbound_wamid(people[0].key))
        now = int(command.get("timestamp") or time.time())
        statuses = []
        for index, person in enumerate(people):
            entry: Json = {
                "id": wamid,
                "status": str(command.get("status", "read")),
                "timestamp": str(now + index),
            }
            entry |= {
                "recipient_id": str(command.get("group_id", "Y2FwaV9ncm91cDox")),
                "recipient_type": "group",
            }
            if person.wa_id:
                entry["recipient_participant_id"] = person.wa_id
            statuses.append(entry | {"recipient_participant_user_id": person.user_id})
        return [number_update(number, "messages", "status:group", statuses=statuses)]

    def _errors(self, command: Json) -> list[Update]:
        number = self._world.number(command.get("phone_number_id"))
        errors = [webhook_error(int(command.get("code", 130429)))]
        return [number_update(number, "messages", "errors", errors=errors)]

    def _empty_messages(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        return [number_update(number, "messages", "empty", contacts=[customer.contact()], messages=[])]

    def _number_changed(self, command: Json) -> list[Update]:
        """The customer moves to `new_wa_id`; `with_user_id` also gives a new business-scoped id."""
        number, customer = self._parties(command)
        if customer.wa_id is None:
            raise ControlError("this customer has no phone number to change")
        new, old = str(command.get("new_wa_id", "917755991099")), customer.wa_id
        system: Json = {"body": f"User {customer.name} changed from {old} to {new}", "wa_id": new}
        new_user_id = None
        if command.get("with_user_id"):
            new_user_id = str(command.get("new_user_id") or self._world.ids.user_id())
            system |= {"user_id": new_user_id}
            if command.get("new_parent_user_id"):
                system["parent_user_id"] = str(command["new_parent_user_id"])
            system["previous_user_id"] = customer.user_id
            if customer.parent_user_id:
                system["previous_parent_user_id"] = customer.parent_user_id
        body = {"from": old, **self._stamp(command, old)}
        body |= {"type": "system", "system": system | {"type": "user_changed_number"}}
        self._world.rekey_customer(customer, wa_id=new, user_id=new_user_id)
        return [number_update(number, "messages", "message:system", messages=[body])]

    def _user_id_changed(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        old, new = customer.user_id, str(command.get("new_user_id") or self._world.ids.user_id())
        system = {
            "body": f"User {customer.name} changed their user ID",
            "user_id": new,
            "previous_user_id": old,
        }
        body = {"from_user_id": old, **self._stamp(command, old)}
        body |= {"type": "system", "system": system | {"type": "user_changed_user_id"}}
        self._world.rekey_customer(customer, wa_id=None, user_id=new)
        return [number_update(number, "messages", "message:system", messages=[body])]

    def _stamp(self, command: Json, user: str) -> Json:
        wamid = str(command.get("wamid") or self._world.ids.inbound_wamid(user))
        return {"id": wamid, "timestamp": str(int(command.get("timestamp") or time.time()))}

    def _call(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        event = str(command["kind"]).removeprefix("call_")
        now = int(command.get("timestamp") or time.time())
        call: Json = {"id": str(command.get("call_id") or self._world.ids.call_id())}
        call |= {"to": number.display_phone_number, **sender(customer), "event": event, "timestamp": str(now)}
        call["direction"] = "USER_INITIATED"
        call |= {key: str(command[key]) for key in ("cta_payload", "deeplink_payload") if command.get(key)}
        if event == "connect":
            sdp = "v=0\r\no=- 7669997803033704573 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
            call["session"] = {"sdp_type": "offer", "sdp": sdp}
            # A call opens the window as a message does (Meta, About the platform).
            self._world.customer_wrote((number.phone_number_id, customer.key), now)
        else:
            call |= {"status": "COMPLETED", "start_time": str(now - 60), "end_time": str(now), "duration": 60}
        return [number_update(number, "calls", f"call:{event}", contacts=[customer.contact()], calls=[call])]

    def _call_file(self, command: Json) -> list[Update]:
        """What was recorded of `call_id`; its file can be had as any other."""
        number, customer = self._parties(command)
        key = str(command["kind"])
        kind = "audio" if key == "call_recording" else "document"
        media = media_store.customer_file(self._world, number.phone_number_id, kind, {})
        call: Json = {"id": str(command.get("call_id") or self._world.ids.call_id()), **sender(customer)}
        call |= {"timestamp": str(int(command.get("timestamp") or time.time()))}
        word = "recording" if kind == "audio" else "transcription"
        call |= {"event": f"call_{word}_available"}
        call[key] = {"type": kind, kind: media_store.webhook_part(self._world, media, kind, {})}
        return [number_update(number, "calls", f"call:{word}", calls=[call])]

    def _payment(self, command: Json) -> list[Update]:
        """The customer pays, or tries to: `reference_id`; `status` `captured`, `pending` or `failed`.

        What is paid is what the order asked for, where the sandbox has taken one of that reference.
        """
        number, customer = self._parties(command)
        reference = str(command.get("reference_id", "order-1"))
        status = str(command.get("status", "captured"))
        if status not in PAYMENT_STATES:
            raise ControlError(f"status must be one of {', '.join(sorted(PAYMENT_STATES))}")
        asked = next(
            (told for told in told_orders(self._world, number) if told["reference_id"] == reference), {}
        )
        now = int(command.get("timestamp") or time.time())
        outcome = {"captured": "success", "pending": "pending", "failed": "failed"}[status]
        payment: Json = {
            "reference_id": reference,
            "amount": command.get("amount") or asked.get("total_amount") or {"value": 21000, "offset": 100},
            "currency": str(command.get("currency") or asked.get("currency") or "INR"),
            "transaction": {
                "id": f"order_{reference}",
                "type": "razorpay",
                "status": outcome,
                "created_timestamp": now,
                "updated_timestamp": now,
                "method": {"type": "upi"},
            },
        }
        if status == "failed":
            payment["transaction"]["error"] = {"code": "BAD_REQUEST_ERROR", "reason": "payment_failed"}
        entry: Json = {"id": self._world.ids.inbound_wamid(customer.key)}
        if customer.wa_id:
            entry["recipient_id"] = customer.wa_id
        else:
            entry["recipient_user_id"] = customer.user_id
        entry |= {"type": "payment", "status": status, "payment": payment, "timestamp": str(now)}
        self._world.payments[(number.phone_number_id, reference)] = status
        return [number_update(number, "messages", f"payment:{status}", statuses=[entry])]

    def _call_status(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        entry: Json = {"id": str(command.get("call_id") or self._world.ids.call_id()), "type": "call"}
        entry |= {"status": str(command.get("status", "RINGING")), "timestamp": str(int(time.time()))}
        if customer.wa_id:
            entry["recipient_id"] = customer.wa_id
        return [number_update(number, "calls", "call:status", statuses=[entry])]

    def _standby(self, command: Json) -> list[Update]:
        """What Meta's agent sees: the usual lists, one level deeper. `of`: `message`, `echo` or `status`."""
        what = str(command.get("of", "message"))
        if what == "echo":
            number, customer = self._parties(command)
            wamid = self._world.ids.outbound_wamid(customer.key)
            text = str(command.get("text", "We open at eight."))
            sent: Json = {"messaging_product": "whatsapp", "to": customer.key, "type": "text"}
            sent["text"] = {"body": text}
            echo: Json = {"id": wamid, "timestamp": str(int(time.time())), "message": sent}
            if command.get("template"):
                # Beside a template's values stands the template.
                name, language = str(command["template"]), str(command.get("language", "en_US"))
                template = self._world.find_template(number.waba_id, name, language)
                if template is None:
                    raise ControlError(f"there is no template {name} in {language}")
                part = {"name": name, "language": {"code": language}}
                part |= {"components": command.get("components", [])}
                echo["message"] = {**sent, "type": "template", "template": part}
                del echo["message"]["text"]
                echo["template"] = {
                    key: getattr(template, key)
                    for key in ("name", "language", "category", "parameter_format", "components")
                }
            inner: Json = {"message_echoes": [echo]}
        else:
            update = (self._status if what == "status" else self._message)(command)[0]
            inner = {k: v for k, v in update.value.items() if k in {"contacts", "messages", "statuses"}}
            number = self._world.number(command.get("phone_number_id"))
        return [number_update(number, "standby", f"standby:{what}", standby=inner)]

    def _handover(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        kind = str(command.get("type", "control_passed"))
        detail: Json = {
            "new_owner_role": "escalation",
            "metadata": str(command.get("metadata", "user asked")),
        }
        if kind == "control_passed":
            detail = {
                "previous_owner_app_id": "634974688087057",
                "previous_owner_app_role": "meta_business_agent",
                **detail,
                "conversation_context": {
                    "type": "summary",
                    "summary": {"text": str(command.get("summary", "Customer wants to change the address."))},
                },
            }
        else:
            detail = {"previous_owner_role": "meta_business_agent", **detail}
        recipient = {
            "phone_number_id": number.phone_number_id,
            "display_phone_number": number.display_phone_number,
        }
        value: Json = {
            "messaging_product": "whatsapp",
            "sender": {"phone_number": customer.wa_id} if customer.wa_id else {"user_id": customer.user_id},
            "recipient": recipient,
            "type": kind,
            "timestamp": str(int(time.time())),
            kind: detail,
        }
        label = f"handover:{kind}"
        return [Update(number.waba_id, "messaging_handovers", value, label, number.phone_number_id)]

    def _user_preference(self, command: Json) -> list[Update]:
        number, customer = self._parties(command)
        value = str(command.get("value", "stop"))
        customer.accepts_marketing = value != "stop"
        preference: Json = {"wa_id": customer.wa_id} if customer.wa_id else {}
        preference |= {
            "user_id": customer.user_id,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(time.time()),
        }
        return [
            number_update(
                number,
                "user_preferences",
                f"preference:{value}",
                contacts=[customer.contact()],
                user_preferences=[preference],
            )
        ]

    def _field(self, command: Json) -> list[Update]:
        """Any `field` with any `value`; `field` null leaves the key out, as two of Meta's own examples do."""
        number = self._world.number(command.get("phone_number_id"))
        value = command.get("value")
        if not isinstance(value, dict):
            raise ControlError("value must be an object")
        waba_id = str(command.get("waba_id", number.waba_id))
        return [
            Update(
                waba_id, command.get("field"), value, f"field:{command.get('field')}", number.phone_number_id
            )
        ]

    def _dashboard_test(self, command: Json) -> list[Update]:
        """What the button "Test" of the app dashboard sends."""
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
