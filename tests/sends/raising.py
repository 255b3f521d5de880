"""Modules whose every statement can be made to raise: for errors that come from nowhere."""

import ast
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

Where = tuple[str, int]
_HOOK = "__before_line__"


class Lines:
    """Sees each statement before it is executed; ``raise_at`` one of them the next time, once."""

    def __init__(self) -> None:
        self.seen: dict[Where, None] = {}
        self._at: Where | None = None
        self._error: Callable[[], BaseException] = RuntimeError

    def raise_at(self, where: Where, error: Callable[[], BaseException]) -> None:
        self._at, self._error = where, error

    @property
    def is_armed(self) -> bool:
        """Whether the statement has not been reached yet."""
        return self._at is not None

    def before(self, file: str, line: int) -> None:
        here = (file, line)
        self.seen[here] = None
        if here == self._at:
            self._at = None
            raise self._error()


@contextmanager
def raising(
    modules: Collection[tuple[ModuleType, Collection[str]]], left_out: Collection[str]
) -> Iterator[Lines]:
    """The modules with a look before each statement of their functions.

    With each module the functions concerned, none named: all but ``left_out``. Their code is exchanged where
    it stands, so that whoever has imported a function or a class has the watched one.
    """
    lines = Lines()
    usual = []
    for module, names in modules:
        for function, watched in _functions(module, lines, names, left_out):
            usual.append((function, function.__code__))
            function.__globals__[_HOOK] = lines.before
            function.__code__ = watched
    try:
        yield lines
    finally:
        for function, code in usual:
            function.__code__ = code


def _functions(module: ModuleType, lines: Lines, names: Collection[str], left_out: Collection[str]) -> list:
    assert module.__file__ is not None
    path = Path(module.__file__)
    tree = _Watching(path.name).visit(ast.parse(path.read_text(encoding="utf-8")))
    namespace = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(ast.fix_missing_locations(tree), str(path), "exec"), namespace)
    found = []
    for name, made in namespace.items():
        here = vars(module).get(name)
        if isinstance(made, type) and made.__module__ == module.__name__:
            found += [
                (_plain(vars(here)[inner]), _plain(function).__code__)
                for inner, function in vars(made).items()
                if hasattr(_plain(function), "__code__") and _is_ours(_plain(function), path)
            ]
        elif hasattr(made, "__code__") and made.__module__ == module.__name__:
            found.append((here, made.__code__))
    return [
        (function, code)
        for function, code in found
        if (function.__name__ in names if names else function.__name__ not in left_out)
    ]


def _plain(function: object) -> object:
    return function.fget if isinstance(function, property) else function


def _is_ours(function: object, path: Path) -> bool:
    return function.__code__.co_filename == str(path)


class _Watching(ast.NodeTransformer):
    """Puts the look before each statement of a function."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._depth = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if self._depth:
            for part in ("body", "orelse", "finalbody"):
                statements = getattr(node, part, None)
                if isinstance(statements, list):
                    setattr(node, part, [each for one in statements for each in (self._look(one), one)])
        return node

    def _look(self, statement: ast.stmt) -> ast.stmt:
        call = ast.Call(
            ast.Name(_HOOK, ast.Load()),
            [ast.Constant(self._file), ast.Constant(statement.lineno)],
            [],
        )
        return ast.copy_location(ast.Expr(call), statement)
