"""Who commits says so: the first word of its docstring is "Commits" (docs/decisions/commits.md).

Routes, tasks and commands commit what the use cases below them have written. A use case that commits by itself
ends its caller's transaction, so whoever calls it must be able to see that.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Routes, tasks and commands: nobody calls them but a client, a worker or an operator.
EDGES = {"api", "tasks", "commands"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method, and what it names. One inside another is part of it."""

    name: str
    full_name: str
    docstring: str
    commits: bool
    uses: frozenset[str]

    @property
    def is_public(self) -> bool:
        return not any(part.startswith("_") for part in self.name.split("."))


class Source:
    """The functions of some modules, and who calls whom as far as names tell."""

    def __init__(self, sources: dict[str, str]) -> None:
        # A name as it is used in a module, to the name where it is defined.
        self._defined: dict[str, str] = {}
        trees = {module: ast.parse(source) for module, source in sources.items()}
        for module, tree in trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module:
                    self._defined |= {
                        f"{module}.{each.asname or each.name}": f"{node.module}.{each.name}"
                        for each in node.names
                    }
        self.functions: list[Function] = []
        for module, tree in trees.items():
            for node in tree.body:
                inside = node.body if isinstance(node, ast.ClassDef) else [node]
                owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
                self.functions += [
                    self._function(module, owner, each) for each in inside if isinstance(each, Definition)
                ]

    def _function(self, module: str, owner: str, node: Definition) -> Function:
        commits, uses = False, set()
        for each in ast.walk(node):
            match each:
                case ast.Call(func=ast.Attribute(attr="commit")):
                    commits = True
                case ast.Name(id=name):
                    uses.add(self._resolved(f"{module}.{name}"))
                case ast.Attribute(value=ast.Name(id="self"), attr=name):
                    uses.add(f"{module}.{owner}{name}")
                case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                    uses.add(self._resolved(f"{self._resolved(f'{module}.{name}')}.{attribute}"))
        name = owner + node.name
        docstring = ast.get_docstring(node) or ""
        return Function(name, f"{module}.{name}", docstring, commits, frozenset(uses))

    def _resolved(self, name: str) -> str:
        # A package that imports its own module gives it the name that it has.
        while self._defined.get(name, name) != name:
            name = self._defined[name]
        return name

    def silent(self) -> list[str]:
        """Those that commit, or are public and call what does, and do not begin with saying so."""
        committing = {each.full_name for each in self.functions if each.commits}
        while more := {each.full_name for each in self.functions if each.uses & committing} - committing:
            committing |= more
        return sorted(
            each.full_name
            for each in self.functions
            if (each.commits or (each.is_public and each.full_name in committing))
            and not each.docstring.startswith("Commits")
        )


def below_the_edge() -> dict[str, str]:
    """{module: its source}"""
    found = {}
    for path in (ROOT / "livechat").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if not EDGES & set(parts):
            found[".".join(part for part in parts if part != "__init__")] = path.read_text(encoding="utf-8")
    return found


def test_who_commits_below_the_edge_says_so_first() -> None:
    source = Source(below_the_edge())
    assert sum(each.commits for each in source.functions) > 10
    assert source.silent() == []


def test_the_rule_follows_calls_through_helpers_modules_and_packages() -> None:
    source = Source(
        {
            "a.deep": 'def says(session):\n    """Commits."""\n    session.commit()',
            "a": "from a.deep import says",
            "b": "from a import says\n\n"
            "def _helper(session):\n    says(session)\n\n"
            "def public(session):\n    _helper(session)\n\n"
            "class C:\n    def put(self):\n        self.session.commit()\n",
            "c": "from a import deep\n\ndef through_the_module(session):\n    deep.says(session)",
            "d": 'def flushes(session):\n    """Write it; the caller commits."""\n    session.flush()',
        }
    )
    assert source.silent() == ["b.C.put", "b.public", "c.through_the_module"]
