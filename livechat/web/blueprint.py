"""The blueprint class of every API route: it parses strictly and documents problems."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask_smorest import Blueprint

from livechat.web.context import API_PREFIX
from livechat.web.parsing import StrictParser

View = TypeVar("View", bound=Callable[..., Any])
# Every API route can answer with these.
_COMMON = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class ApiBlueprint(Blueprint):
    """A blueprint under ``/api/live-chat``; ``livechat.registry`` lists all of them."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(name, import_name, url_prefix=API_PREFIX, description=description)

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """As the library's; the document says which permission a route needs, as ``x-permission``."""
        declare = super().route(rule, **options)
        needs = options.get("needs")

        def decorate(view: View) -> View:
            documented = view if needs is None else self.doc(**{"x-permission": str(needs)})(view)
            return cast(View, declare(documented))

        return decorate

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:
        """As the library's; a schema is made once, since making one costs more than what it reads."""
        made = schema() if isinstance(schema, type) else schema
        return cast(Callable[[View], View], super().arguments(made, **options))

    def problems(self, *statuses: HTTPStatus) -> Callable[[View], View]:
        """Document that a route answers with these problems, and with those that every route can answer."""

        def decorate(view: View) -> View:
            for status in (*statuses, *_COMMON):
                view = self.alt_response(status.value, status.name)(view)
            return view

        return decorate
