"""Where the walk through a body stands, and the items found so far."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from livechat.whatsapp.reading import READ_ERRORS, Json, UnreadableError, check_storable, reason_of
from livechat.whatsapp.webhook.clocks import keep_in_time
from livechat.whatsapp.webhook.items import Broken, Ignored, Item, Source


class Walk:
    """Collects items; ``one`` and ``each`` isolate them, so that a broken one harms no neighbour."""

    __slots__ = ("field", "happened_at", "is_suspect", "items", "phone_number_id", "received_at", "waba_id")

    def __init__(self, *, is_suspect: bool, received_at: datetime | None = None) -> None:
        self.received_at = received_at
        self.items: list[Item] = []
        self.is_suspect = is_suspect
        self.waba_id: str | None = None
        self.happened_at: datetime | None = None
        self.field = ""
        self.phone_number_id: str | None = None

    def enter(self, *, waba_id: str | None, happened_at: datetime | None) -> None:
        """Begin an entry."""
        self.waba_id, self.happened_at = waba_id, happened_at
        self.open_change("", None)

    def open_change(self, field: str, phone_number_id: str | None) -> None:
        """Begin a change."""
        self.field, self.phone_number_id = field, phone_number_id

    def source(self) -> Source:
        """The place of the next item."""
        return Source(len(self.items), self.field, self.waba_id, self.phone_number_id, self.received_at)

    def broken(self, reason: str) -> None:
        """Report something that cannot be read."""
        self.items.append(Broken(self.source(), reason))

    def ignored(self, reason: str) -> None:
        """Report something understood that holds nothing to store."""
        self.items.append(Ignored(self.source(), reason))

    def one(self, raw: Any, read: Callable[[Source, Json], Item]) -> None:
        """Read one item. Where reading raises one of READ_ERRORS, the item is Broken."""
        source = self.source()
        try:
            if not isinstance(raw, dict):
                raise UnreadableError("item_not_an_object")
            if self.is_suspect:
                check_storable(raw)
            item = read(source, raw)
            if self.received_at is not None:
                keep_in_time(item, raw, self.received_at)
            self.items.append(item)
        except READ_ERRORS as error:
            self.items.append(Broken(source, reason_of(error)))

    def each(self, raws: Any, read: Callable[[Source, Json], Item]) -> None:
        """Read every element of an array; absent is empty, another type is reported once."""
        if isinstance(raws, list):
            for raw in raws:
                self.one(raw, read)
        elif raws is not None and raws != "":
            self.broken("not_a_list")
