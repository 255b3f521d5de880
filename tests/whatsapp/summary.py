"""An item in one line, so that a table can say what every payload of the catalogue means."""

from livechat.whatsapp.webhook.items import (
    AccountNews,
    Broken,
    ContactName,
    CustomerPreference,
    Ignored,
    Item,
    MessageChange,
    Reaction,
    StatusUpdate,
    ThreadMessage,
)


def _who(item: ThreadMessage | Reaction | MessageChange | CustomerPreference | ContactName) -> str:
    customer = item.customer
    if customer.group_id:
        return "group"
    return f"{(customer.phone or '-')[-4:]}/{(customer.user_id or '-')[:6]}/{(customer.name or '-')[:8]}"


def summary(item: Item) -> str:
    match item:
        case ThreadMessage():
            flags = "".join(("U" if item.counts_unread else "-", "W" if item.opens_window else "-"))
            text = (item.text or "-")[:12]
            content = "+".join(sorted(item.content))
            return (
                f"{item.direction} {item.origin} {item.message_type} {item.status}{item.status_rank} {flags} "
                f"{_who(item)} [{content}] {text}"
            )
        case Reaction():
            return f"reaction {item.actor} {item.emoji or 'removed'} {_who(item)} {item.opens_window}"
        case MessageChange():
            return f"{item.kind} {item.message_type or '-'} {_who(item)} {item.text or '-'}"
        case StatusUpdate():
            callback = f" {item.callback_data}" if item.callback_data else ""
            participant = f" {item.participant}" if item.participant else ""
            return f"status {item.status} {item.error_code or '-'}{participant}{callback}"
        case CustomerPreference():
            return f"preference {item.opted_out} {_who(item)}"
        case ContactName():
            return f"name {item.name} {_who(item)}"
        case AccountNews():
            return f"news {item.source.field} {'+'.join(sorted(item.value))[:60]}"
        case Ignored():
            return f"ignored {item.reason}"
        case Broken():
            return f"broken {item.error}"
