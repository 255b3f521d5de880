"""Message templates: list with cursors, create, edit, delete."""

from __future__ import annotations

import base64
import re

from flask import request

from sandbox.errors import GraphError
from sandbox.graph import checks
from sandbox.graph.gateway import Call
from sandbox.model import Json, Template
from sandbox.running import sandbox

DEFAULT_FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
DEFAULT_LIMIT, MAX_LIMIT = 25, 1000
MAX_TEMPLATES = 250
CATEGORIES = {"MARKETING", "UTILITY", "AUTHENTICATION"}
_NAME = re.compile(r"^[a-z0-9_]{1,512}$")


def as_node(template: Template) -> Json:
    """All fields of a template under Graph's names."""
    return {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": "CUSTOM",
        "quality_score": {"score": template.quality, "date": 1795305600},
        "rejected_reason": template.rejected_reason,
        "id": template.template_id,
    }


def listed(call: Call, waba_id: str) -> Json:
    """One page: `{data, paging: {cursors, next?}}`. Raises 131059 for an unknown cursor."""
    box = sandbox()
    found = [t for t in box.world.templates_of(waba_id) if _matches(t)]
    fields = _fields()
    try:
        limit = min(max(int(request.args.get("limit", DEFAULT_LIMIT)), 1), MAX_LIMIT)
    except ValueError:
        raise GraphError(100, "(#100) Param limit must be an integer.") from None
    start = _position(found, request.args.get("after"))
    page = found[start : start + limit]
    data = [{name: node[name] for name in fields if name in node} for node in map(as_node, page)]
    if not page:
        return {"data": []} | _summary(waba_id, len(found))
    paging: Json = {"cursors": {"before": _cursor(page[0]), "after": _cursor(page[-1])}}
    if start + limit < len(found):
        query = f"limit={limit}&after={paging['cursors']['after']}"
        if request.args.get("fields"):
            query = f"fields={request.args['fields']}&{query}"
        paging["next"] = f"{request.base_url}?{query}"
    return {"data": data, "paging": paging} | _summary(waba_id, len(found))


def create(call: Call, waba_id: str) -> Json:
    """A new template, which is pending: `{id, status, category}`. `allow_category_change` has no effect."""
    box = sandbox()
    body = call.body
    name = checks.text(body, "name", "name", limit=512)
    language = checks.text(body, "language", "language", limit=15)
    category = str(body.get("category", "")).upper()
    if not _NAME.match(name):
        raise GraphError(100, "(#100) Invalid parameter", details="The name may hold a-z, 0-9 and _ only.")
    if category not in CATEGORIES:
        raise GraphError(100, f"(#100) Param category must be one of {{{', '.join(sorted(CATEGORIES))}}}")
    components = checks.items(body, "components", "components")
    if not any(str(c.get("type", "")).upper() == "BODY" for c in components):
        raise GraphError(100, "(#100) Invalid parameter", details="A template needs a BODY component.")
    if box.world.find_template(waba_id, name, language) is not None:
        raise GraphError(
            100,
            "Invalid parameter",
            subcode=2388024,
            details="Content in this language already exists for this template.",
        )
    if len(list(box.world.templates_of(waba_id))) >= MAX_TEMPLATES:
        raise GraphError(80008, "(#80008) The account has reached its limit of templates.")
    template = Template(
        box.world.ids.object_id(),
        waba_id,
        name,
        language,
        category,
        components,
        status="PENDING",
        parameter_format=str(body.get("parameter_format", "POSITIONAL")).upper(),
    )
    with box.world.lock:
        box.world.templates[template.template_id] = template
        box.world.touch("template", template.template_id)
    return {"id": template.template_id, "status": template.status, "category": template.category}


def edit(call: Call, template: Template) -> Json:
    """Change components or category: `{success}`. The template is pending again."""
    box = sandbox()
    if "components" in call.body:
        template.components = checks.items(call.body, "components", "components")
    if "category" in call.body:
        template.category = str(call.body["category"]).upper()
    template.status = "PENDING"
    with box.world.lock:
        box.world.touch("template", template.template_id)
    return {"success": True}


def delete(call: Call, waba_id: str) -> Json:
    """Delete every language by `name`, or one by `hsm_id` with `name`: `{success}`."""
    box = sandbox()
    name, template_id = request.args.get("name"), request.args.get("hsm_id")
    if not name:
        raise GraphError(100, "(#100) The parameter name is required.")
    with box.world.lock:
        doomed = [
            t
            for t in box.world.templates_of(waba_id)
            if t.name == name and (template_id is None or t.template_id == template_id)
        ]
        if not doomed:
            raise GraphError(100, "(#100) Invalid parameter", subcode=2593002, details="No such template.")
        for template in doomed:
            del box.world.templates[template.template_id]
            box.world.touch("template", template.template_id)
    return {"success": True}


def _matches(template: Template) -> bool:
    wanted = request.args
    return (
        wanted.get("name", "").lower() in template.name
        and wanted.get("status", template.status).upper() == template.status
        and wanted.get("language", template.language) == template.language
        and wanted.get("category", template.category).upper() == template.category
    )


def _fields() -> list[str]:
    asked = request.args.get("fields")
    names = [name for name in asked.split(",") if name] if asked else list(DEFAULT_FIELDS)
    return names if "id" in names else [*names, "id"]


def _summary(waba_id: str, found: int) -> Json:
    """The counts that `?summary=total_count,…` asks for."""
    asked = request.args.get("summary")
    if not asked:
        return {}
    counts: Json = {
        "total_count": found,
        "message_template_count": len(list(sandbox().world.templates_of(waba_id))),
        "message_template_limit": MAX_TEMPLATES,
        "are_translations_complete": True,
    }
    return {"summary": {name: value for name, value in counts.items() if name in asked.split(",")}}


def _cursor(template: Template) -> str:
    return base64.urlsafe_b64encode(template.template_id.encode()).decode().rstrip("=")


def _position(found: list[Template], cursor: str | None) -> int:
    if not cursor:
        return 0
    for index, template in enumerate(found):
        if _cursor(template) == cursor:
            return index + 1
    raise GraphError(131059)
