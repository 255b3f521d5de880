"""The list of templates that agents choose from, and the check before one is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from livechat.core.errors import ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.models import MessageTemplate, PhoneNumber
from livechat.templates import queries as queries
from livechat.templates.sync_templates import request_sync
from livechat.whatsapp.templates.definition import APPROVED, DELETED, Template, language_code
from livechat.whatsapp.templates.parameters import Parameter, parameters_of
from livechat.whatsapp.templates.rendering import filled_text, render
from livechat.whatsapp.templates.values import check_values

Json = dict[str, Any]

_STATUS_SENTENCES = {
    "PENDING": "Meta has not approved this template yet.",
    "IN_APPEAL": "Meta has not approved this template yet.",
    "REJECTED": "Meta has rejected this template.",
    "PAUSED": "Meta has paused this template because of its quality.",
    "DISABLED": "Meta has disabled this template for good.",
}


def templates_json(
    session: AnySession,
    number: PhoneNumber,
    *,
    status: str | None,
    search: str | None = None,
    language: str | None = None,
    category: str | None = None,
) -> Json:
    """``{"templates": […], "synced_at"}`` of the number's account; ``status`` None: of every status."""
    rows = queries.list_templates(
        session, number.account_id, status=status, search=search, language=language, category=category
    )
    return {
        "templates": [template_json(row) for row in rows],
        "synced_at": rfc3339(queries.synced_at(session, number.account_id)),
    }


def template_json(row: MessageTemplate) -> Json:
    """A template as the API shows it; ``parameters`` lists what a send of it fills in."""
    template = _template_of(row)
    return {
        "id": str(row.id),
        "name": row.name,
        "language": row.language,
        "status": row.status,
        "category": row.category,
        "sub_category": row.sub_category,
        "quality": row.quality,
        "rejected_reason": row.rejected_reason,
        "parameter_format": row.parameter_format,
        "components": row.components,
        "parameters": [_parameter_json(each) for each in parameters_of(template)],
    }


def _parameter_json(parameter: Parameter) -> Json:
    return {
        "key": parameter.key,
        "component": parameter.component,
        "kind": parameter.kind,
        "index": parameter.index,
        "name": parameter.name,
        "card": parameter.card,
        "example": parameter.example,
        "required": parameter.required,
    }


def _template_of(row: MessageTemplate) -> Template:
    return Template(
        name=row.name,
        language=row.language,
        status=row.status,
        category=row.category,
        parameter_format=row.parameter_format,
        components=row.components,
    )


def ask_for_sync(session: AnySession, number: PhoneNumber) -> datetime | None:
    """Read the account's templates again soon; when they were last read. The caller commits."""
    request_sync(session, [number.account_id])
    return queries.synced_at(session, number.account_id)


@dataclass(frozen=True, slots=True)
class CheckedTemplate:
    """A template that can be sent with the values given, and how the customer sees it."""

    template: Template
    rendered: Json

    @property
    def text(self) -> str | None:
        """The text that the list of conversations shows of it."""
        return filled_text(self.rendered)


def check_template(session: AnySession, number: PhoneNumber, part: Json) -> CheckedTemplate | None:
    """The template that ``part``, the well-formed part of a send, names.

    None where the account's templates have never been read: then Meta decides, and they are read as soon as
    possible. Raises ValidationFailedError where Meta would refuse the send.
    """
    name, code = part["name"], language_code(part["language"]["code"]) or ""
    row = queries.find_template(session, number.account_id, name, code)
    if row is None or row.status == DELETED:
        if queries.synced_at(session, number.account_id) is None:
            request_sync(session, [number.account_id])
            return None
        raise ValidationFailedError(errors={"template.name": [f"There is no template {name} in {code}."]})
    if row.status != APPROVED:
        sentence = _STATUS_SENTENCES.get(row.status, f"This template cannot be sent: {row.status.lower()}.")
        raise ValidationFailedError(errors={"template.name": [sentence]})
    template = _template_of(row)
    errors = check_values(template, part.get("components"))
    if errors:
        raise ValidationFailedError(errors=errors)
    return CheckedTemplate(template, render(template, part.get("components")))
