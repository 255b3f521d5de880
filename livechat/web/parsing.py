"""Reads bodies and query strings strictly: text that PostgreSQL or UTF-8 cannot hold is refused by field."""

from typing import Any, NoReturn

import marshmallow as ma
import orjson
from flask import Request, Response
from webargs import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import UnsupportedMediaType

from livechat.core.errors import MalformedRequestError, ValidationFailedError
from livechat.web.problems import field_errors

_NUL = "The character U+0000 is not allowed."


class StrictParser(FlaskParser):
    """JSON by orjson, which refuses NaN, lone surrogates, invalid UTF-8 and absurd depth."""

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body; ``missing`` if there is none and neither schema nor headers ask for one."""
        body = req.get_data(cache=True)
        if not body and not any(field.required for field in schema.fields.values()):
            return missing
        if (body or req.mimetype) and not is_json_request(req):
            raise UnsupportedMediaType
        if not body and not req.mimetype:
            return missing
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedRequestError(f"The body is not JSON: {error}.") from error
        # A look through the raw bytes spares nearly every body the walk.
        if b"\\u0000" in body:
            _refuse_nul(_paths_with_nul(value, ""))
        return value

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The parameters of the query string; unknown ones are ignored."""
        _refuse_nul([name for name, value in req.args.items(multi=True) if "\x00" in value])
        return super().load_querystring(req, schema)

    def load_files(self, req: Request, schema: ma.Schema) -> Any:
        """The parts of a multipart body, files and fields alike: OpenAPI documents one body for both."""
        _refuse_nul([name for name, value in req.form.items(multi=True) if "\x00" in value])
        return self._makeproxy(CombinedMultiDict([req.files, req.form]), schema)

    def handle_error(self, error: ma.ValidationError, req: Request, schema: ma.Schema, **_: Any) -> NoReturn:
        """Raise a ValidationFailedError whose ``errors`` name the fields, without body, query or files."""
        by_place = error.messages if isinstance(error.messages, dict) else {"": error.messages}
        merged: dict[str, list[str]] = {}
        for messages in by_place.values():
            merged.update(field_errors(messages))
        raise ValidationFailedError(errors=merged) from error


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer with ``value`` as its JSON body."""
    return Response(orjson.dumps(value), status=status, headers=headers, content_type="application/json")


def _refuse_nul(names: list[str]) -> None:
    if names:
        raise ValidationFailedError(errors={name.replace("\x00", "") or "body": [_NUL] for name in names})


def _paths_with_nul(value: Any, path: str) -> list[str]:
    if isinstance(value, str):
        return [path] if "\x00" in value else []
    if isinstance(value, list):
        return [found for n, item in enumerate(value) for found in _paths_with_nul(item, f"{path}.{n}")]
    if isinstance(value, dict):
        return [
            found
            for key, item in value.items()
            for found in [
                *([path] if "\x00" in key else []),
                *_paths_with_nul(item, f"{path}.{key}" if path else key),
            ]
        ]
    return []
