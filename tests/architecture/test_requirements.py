"""Requirements name what is imported, and nothing else but what has its reason here."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# Each file of requirements, and what it is for. Each holds what the ones before it do.
TREES = {
    "requirements.txt": ("livechat", "workers", "migrations", "wsgi.py", "celery_app.py"),
    "local/requirements.txt": ("local", "sandbox"),
    "tests/requirements.txt": ("tests", "benchmarks", "frontend/scripts"),
}
REASONS = {
    "requirements.txt": {
        "flower": "a process of the product, which local/flower.py starts",
        "granian": "the web server of wsgi.py, which local/web.py starts",
    },
    "local/requirements.txt": {},
    "tests/requirements.txt": {
        "flask-cors": "moto's server imports it",
        "import-linter": "a command of `make lint`",
        "mypy": "a command of `make lint`",
        "pre-commit": "runs .pre-commit-config.yaml",
        "pytest-timeout": "pytest loads it: `timeout` in pyproject.toml",
        "ruff": "a command of `make lint`",
        "types-requests": "mypy reads it",
        "uv": "a command of `make lock`",
    },
}
# Type checkers bring it; it is imported for them alone.
TYPES_ONLY = {"_typeshed"}
FILES = pytest.mark.parametrize("file", TREES)


def normal(name: str) -> str:
    """A distribution's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(file: str) -> set[str]:
    """What this file itself names."""
    lines = re.findall(r"^[A-Za-z0-9_.-]+(?=\[|==)", (PROJECT / file).read_text(), re.MULTILINE)
    return {normal(line) for line in lines}


def before(file: str) -> set[str]:
    """What the files name that this one builds on."""
    chain = re.findall(r"^-r (.+)$", (PROJECT / file).read_text(), re.MULTILINE)
    files = [str((PROJECT / file).parent.joinpath(name).resolve().relative_to(PROJECT)) for name in chain]
    return {name for other in files for name in named(other) | before(other)}


def modules_of(node: ast.AST) -> list[str]:
    """What a statement imports by its full name, or finds for the sake of its files."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case ast.Call(
            func=ast.Attribute(attr="find_spec") | ast.Name(id="find_spec"),
            args=[ast.Constant(value=str(module)), *_],
        ):
            return [module]
    return []


def sources(tree: str) -> Iterator[Path]:
    place = PROJECT / tree
    assert place.exists(), f"{tree} is not there: say in TREES where it went"
    yield from [place] if place.is_file() else place.rglob("*.py")


@lru_cache
def imported(file: str) -> dict[str, str]:
    """Each module of others that the trees of this file import, with one of the places."""
    ours = {path.stem for path in PROJECT.iterdir()} | sys.stdlib_module_names | TYPES_ONLY
    found: dict[str, str] = {}
    for tree in TREES[file]:
        for source in sources(tree):
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                for module in modules_of(node):
                    found.setdefault(module.partition(".")[0], str(source.relative_to(PROJECT)))
    return {module: place for module, place in found.items() if module not in ours}


@lru_cache
def distributions() -> dict[str, set[str]]:
    """The distributions that bring each module which can be imported."""
    return {module: {normal(name) for name in names} for module, names in packages_distributions().items()}


@FILES
def test_what_is_imported_is_named(file: str) -> None:
    known = named(file) | before(file)
    missing = {
        f"{module} of {sorted(distributions().get(module, {'?'}))}, imported by {place}"
        for module, place in imported(file).items()
        if not distributions().get(module, set()) & known
    }
    assert not missing, f"{file} does not name them"


@FILES
def test_what_is_named_is_imported_or_has_its_reason(file: str) -> None:
    used = {name for module in imported(file) for name in distributions().get(module, set())}
    unused = named(file) - used
    assert unused == REASONS[file].keys()


@FILES
def test_nothing_is_named_twice(file: str) -> None:
    assert not named(file) & before(file)
