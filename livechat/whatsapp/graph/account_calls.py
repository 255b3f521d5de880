"""Calls about an account and its numbers: templates, blocked customers, the phone app's chats.

Source: Meta's "Template management", "Block users", "Onboarding WhatsApp Business app users" and "Business
phone numbers" (read September 2026). Management calls are few an hour (200, or 5,000 for an active account).
"""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from livechat.whatsapp.graph.graph_errors import Disposition, GraphError, decide
from livechat.whatsapp.reading import Json, code_of, id_or_none, items_of, label, obj
from livechat.whatsapp.templates.definition import Template, read_template

CURSOR_EXPIRED = 131059
_TEMPLATE_FIELDS = (
    "id,name,language,status,category,sub_category,components,parameter_format,quality_score,rejected_reason"
)
_LIFE_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,throughput,is_on_biz_app,"
    "whatsapp_business_manager_messaging_limit"
)
_PAGE_SIZE = 100
# A number blocks 64,000 customers at most (Meta, "Block users").
_BLOCKS_PAGE_SIZE = 1000
# 6,000 templates at most (Meta, "Templates overview"); a cursor that runs in circles must end.
_MOST_PAGES = 100
# A list that changes while it is read is read from the beginning, so often at most.
_MOST_STARTS = 3

SyncType = Literal["smb_app_state_sync", "history"]


@dataclass(frozen=True, slots=True)
class NumberLife:
    """What Meta says today of a number that is connected; None where it says nothing."""

    display_phone_number: str | None
    verified_name: str | None
    quality_rating: str | None
    throughput_level: str | None
    messaging_limit: str | None
    on_business_app: bool


class AccountCalls:
    """The part of the Graph client that speaks of accounts. Every method raises GraphError."""

    def _call(
        self,
        endpoint: str,
        method: str,
        path: str,
        token: str,
        *,
        body: Json | None = None,
        params: dict[str, str] | None = None,
    ) -> Json:
        raise NotImplementedError

    def templates(self, waba_id: str, token: str) -> list[Template]:
        """Every template of an account, all pages; from the beginning again where the cursor has expired."""
        for start in range(1, _MOST_STARTS + 1):
            try:
                return self._all_templates(waba_id, token)
            except GraphError as error:
                if error.code != CURSOR_EXPIRED or start == _MOST_STARTS:
                    raise
        raise AssertionError("unreachable")

    def _all_templates(self, waba_id: str, token: str) -> list[Template]:
        found: dict[tuple[str, str], Template] = {}
        params = {"limit": str(_PAGE_SIZE), "fields": _TEMPLATE_FIELDS}
        for _ in range(_MOST_PAGES):
            answer = self._call(
                "templates", "GET", f"{quote(waba_id, safe='')}/message_templates", token, params=params
            )
            rows = answer.get("data")
            if not isinstance(rows, list):
                # Something that is not the Graph API has answered; an empty list would delete everything.
                raise GraphError(
                    None, "WhatsApp's answer lists no templates", disposition=Disposition.UNKNOWN
                )
            for row in rows:
                template = read_template(obj(row))
                if template is not None:
                    found[template.name, template.language] = template
            paging = obj(answer.get("paging"))
            after = id_or_none(obj(paging.get("cursors")).get("after"))
            if not paging.get("next") or after is None:
                return list(found.values())
            params |= {"after": after}
        raise GraphError(None, "WhatsApp's list of templates does not end", disposition=Disposition.UNKNOWN)

    def block(self, phone_number_id: str, token: str, customer: str) -> None:
        """Block a customer by phone number (with +) or business-scoped id: no message passes any more."""
        self._change_block("POST", phone_number_id, token, customer)

    def unblock(self, phone_number_id: str, token: str, customer: str) -> None:
        """Let a customer write and be written to again."""
        self._change_block("DELETE", phone_number_id, token, customer)

    def blocked_users(self, phone_number_id: str, token: str) -> set[str]:
        """Phone numbers (digits) and business-scoped ids of all customers whom the number has blocked.

        Raises GraphError also where an entry or the list's end cannot be read: whoever is not listed counts
        as not blocked, so half a list is of no use.
        """
        found: set[str] = set()
        params = {"limit": str(_BLOCKS_PAGE_SIZE)}
        for _ in range(_MOST_PAGES):
            answer = self._call(
                "block_users", "GET", f"{quote(phone_number_id, safe='')}/block_users", token, params=params
            )
            rows = answer.get("data")
            # Meta's page has users one level deeper in one of its examples.
            users = [
                user for row in map(obj, items_of(rows)) for user in items_of(row.get("block_users")) or [row]
            ]
            ids = [
                {id_or_none(obj(user).get(key)) for key in ("wa_id", "user_id")} - {None} for user in users
            ]
            if not isinstance(rows, list) or not all(ids):
                raise GraphError(
                    None, "WhatsApp's answer lists no blocked customers", disposition=Disposition.UNKNOWN
                )
            found |= {each.removeprefix("+") for entry in ids for each in entry if each is not None}
            after = id_or_none(obj(obj(answer.get("paging")).get("cursors")).get("after"))
            if not rows or after is None or after == params.get("after"):
                return found
            params |= {"after": after}
        raise GraphError(
            None, "WhatsApp's list of blocked customers does not end", disposition=Disposition.UNKNOWN
        )

    def _change_block(self, method: str, phone_number_id: str, token: str, customer: str) -> None:
        answer = self._call(
            "block_users",
            method,
            f"{quote(phone_number_id, safe='')}/block_users",
            token,
            body={"messaging_product": "whatsapp", "block_users": [{"user": customer}]},
        )
        failed = items_of(obj(answer.get("block_users")).get("failed_users"))
        if failed:
            # Of several users some may fail in an answer that is a success.
            errors = items_of(obj(failed[0]).get("errors"))
            first = obj(errors[0]) if errors else {}
            code = code_of(first.get("code"))
            raise GraphError(
                code,
                label(first.get("message")) or "The customer could not be blocked or unblocked",
                label(obj(first.get("error_data")).get("details")),
                disposition=decide(code, 400),
            )

    def number_life(self, phone_number_id: str, token: str) -> NumberLife:
        """Quality, limits and name of a number as they stand now."""
        answer = self._call(
            "number_life", "GET", quote(phone_number_id, safe=""), token, params={"fields": _LIFE_FIELDS}
        )
        if id_or_none(answer.get("id")) != phone_number_id:
            raise GraphError(None, "WhatsApp's answer names no number", disposition=Disposition.UNKNOWN)
        return NumberLife(
            display_phone_number=label(answer.get("display_phone_number")),
            verified_name=label(answer.get("verified_name")),
            quality_rating=label(answer.get("quality_rating")),
            throughput_level=label(obj(answer.get("throughput")).get("level")),
            messaging_limit=messaging_limit(answer.get("whatsapp_business_manager_messaging_limit")),
            on_business_app=answer.get("is_on_biz_app") is True,
        )

    def sync_phone_app(self, phone_number_id: str, token: str, what: SyncType) -> None:
        """Have the phone app's address book or old chats sent as webhooks: each once, within 24 hours."""
        self._call(
            "smb_app_data",
            "POST",
            f"{quote(phone_number_id, safe='')}/smb_app_data",
            token,
            body={"messaging_product": "whatsapp", "sync_type": what},
        )


_TIERS = {50: "50", 250: "250", 1000: "1K", 2000: "2K", 10_000: "10K", 100_000: "100K", -1: "UNLIMITED"}


def messaging_limit(value: Any) -> str | None:
    """A limit as Meta's tier (``TIER_2K``). Meta writes it as a word, an object or a number."""
    if isinstance(value, dict):
        value = value.get("tier") or value.get("messaging_limit_tier") or value.get("limit")
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return f"TIER_{_TIERS.get(value, value)}"
    word = label(value)
    return None if word in (None, "TIER_NOT_SET") else word
