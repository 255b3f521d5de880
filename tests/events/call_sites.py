"""Where the product says that something has changed: every call of ``publish``, and which of them ran."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from livechat.live import publish as publishing

_CALLED = (
    "publish",
    "publish_numbers",
    "publish_account",
    "publish_members",
    "publish_catalog",
    "publish_job",
)
_ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class CallSite:
    """``name`` as a person says it: "publish in mark_read.mark_read"."""

    name: str
    path: str
    first_line: int
    last_line: int


@lru_cache(maxsize=1)
def call_sites() -> list[CallSite]:
    """Every one in the product's source."""
    return [
        site
        for folder in ("livechat", "workers")
        for path in sorted((_ROOT / folder).rglob("*.py"))
        if path != Path(publishing.__file__)
        for site in _calls(path, ast.parse(path.read_text(encoding="utf-8")), (path.stem,))
    ]


def _calls(path: Path, node: ast.AST, within: tuple[str, ...]) -> Iterator[CallSite]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        within = (*within, node.name)
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        if called in _CALLED:
            name = f"{called} in {'.'.join(within)}"
            yield CallSite(name, str(path), node.lineno, node.end_lineno or node.lineno)
    for child in ast.iter_child_nodes(node):
        yield from _calls(path, child, within)


@contextmanager
def watched() -> Iterator[set[str]]:
    """The names of the call sites that had something to say, as they run in this process."""
    ran: set[str] = set()
    known = call_sites()
    usual = publishing._after_commit

    def after_commit(session: Any, changes: Any, *touched: Any) -> None:
        if changes:
            # The frame of publish, and of whoever has called that.
            caller = sys._getframe(2)
            where, line = caller.f_code.co_filename, caller.f_lineno
            ran.update(
                site.name
                for site in known
                if site.path == where and site.first_line <= line <= site.last_line
            )
        usual(session, changes, *touched)

    with patch.object(publishing, "_after_commit", after_commit):
        yield ran
