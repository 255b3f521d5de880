"""What comments, docstrings and pages cite is in the repository: files, sections and modules."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("benchmarks", "docs", "frontend", "livechat", "local", "migrations", "sandbox", "tests", "workers")
BUILT = {"node_modules", "dist", "__pycache__", ".venv"}
# The changelog tells of files as they were called then.
HISTORY = {"docs/changelog.md"}
# What stands under such a heading is not there yet.
PLAN = "\n## A dry run"
# Files of other projects, which a page names as its source.
ELSEWHERE = {"pywa/errors.py", "docs/reference/business-messaging-api_v23.0.yaml"}
ROOMS = {folder.name for folder in (PROJECT / "livechat").iterdir() if (folder / "__init__.py").is_file()}

# A path: not the end of an address or of a longer path, nor one of another project ("owner/name:path").
PATH = re.compile(r"(?<![\w./:@%*{}-])(?:[\w.-]+/)*[\w-]+\.(?:md|py)\b(?![\w/*])")
TREE = re.compile(rf"(?<![\w./:@%*{{}}-])(?:{'|'.join(FOLDERS)})/[\w./*{{}}-]+")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
# A section, with whatever a comment puts at the beginning of its lines.
GAP = r"[\s#*/]+"
SECTION = re.compile(
    rf"([\w/.-]+\.md)`?,?{GAP}sections?{GAP}(\d+(?:\.\d+)*(?:(?:,{GAP}|{GAP}and{GAP}|{GAP}to{GAP})\d+(?:\.\d+)*)*)"
)
LOOSE = re.compile(rf"(?i)\b(?:contract|cloud api|cloud-api|design)(?:'s)?,?{GAP}sections?{GAP}\d")
MODULE = {
    ".md": re.compile(r"`((?:livechat|workers|sandbox|local|tests)(?:\.\w+)+)[`(]"),
    ".py": re.compile(
        rf"``((?:livechat|workers|sandbox|local|tests|{'|'.join(sorted(ROOMS))})(?:\.\w+)+)(?:``|\()"
    ),
}
ANY = re.compile(r"\.md\b|\.py\b|``\w+\.|[Ss]ections?\b|(?:" + "|".join(FOLDERS) + ")/")
COMMENTS = {
    ".ts": re.compile(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", re.DOTALL),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    # A run of lines as one, or what stands behind a line.
    ".toml": re.compile(r"(?:^[ ]*#[^\n]*\n)+|[ ]#[ ][^\n]*", re.MULTILINE),
}
# A string that stands alone.
DOCSTRING = re.compile(r'^ *"""(.*?)"""', re.DOTALL | re.MULTILINE)
COMMENTS |= dict.fromkeys((".tsx", ".js", ".mjs"), COMMENTS[".ts"])


def files() -> Iterator[Path]:
    """Whatever people write and others read: sources and pages."""
    folders = [PROJECT / name for name in FOLDERS]
    while folders:
        for path in folders.pop().iterdir():
            if path.is_dir() and path.name not in BUILT:
                folders.append(path)
            elif path.suffix in {".md", ".py", *COMMENTS}:
                yield path
    yield from (path for path in PROJECT.iterdir() if path.suffix in {".md", ".py", ".toml"})


def prose(path: Path) -> Iterator[str]:
    """A page whole; of a source its comments and docstrings."""
    text = path.read_text()
    if not ANY.search(text):
        return
    if path.suffix == ".md":
        yield text.partition(PLAN)[0]
    elif path.suffix == ".py":
        yield from COMMENTS[".toml"].findall(text)
        yield from DOCSTRING.findall(text)
    else:
        yield from COMMENTS[path.suffix].findall(text)


@lru_cache
def passages() -> list[tuple[Path, str]]:
    """All that is written about the code, and where."""
    return [
        (path, passage)
        for path in sorted(files())
        if str(path.relative_to(PROJECT)) not in HISTORY
        for passage in prose(path)
    ]


@lru_cache
def names() -> frozenset[str]:
    """The bare names of all files: a page that has named a folder may go on without it."""
    return frozenset(path.name for path in files())


def is_there(cited: str, path: Path) -> bool:
    """Sources cite from the root; pages may also from their own folder or ``livechat``, or by the bare name."""
    if (PROJECT / cited).exists():
        return True
    if path.suffix != ".md":
        return False
    beside = (path.parent / cited).exists() or (PROJECT / "livechat" / cited).exists()
    return beside or cited in ELSEWHERE or ("/" not in cited and cited in names())


def trees(passage: str) -> Iterator[str]:
    """Files of any kind and folders below ours, but for patterns that stand for several."""
    for found in TREE.findall(passage):
        if not set(found) & set("*{}"):
            yield found.rstrip(".-/")


def said(path: Path, what: str) -> str:
    return f"{path.relative_to(PROJECT)}: {what}"


def test_every_file_that_is_cited_is_there() -> None:
    cited = [
        (path, found) for path, passage in passages() for found in (*PATH.findall(passage), *trees(passage))
    ]
    assert len(cited) > 200
    assert [said(path, found) for path, found in cited if not is_there(found, path)] == []


def test_every_link_of_a_page_leads_to_a_file() -> None:
    links = [
        (path, link) for path, passage in passages() if path.suffix == ".md" for link in LINK.findall(passage)
    ]
    assert len(links) > 10
    assert [said(path, link) for path, link in links if not (path.parent / link).exists()] == []


def test_every_section_that_is_cited_is_there() -> None:
    cited = [
        (path, page, number)
        for path, passage in passages()
        for page, numbers in SECTION.findall(passage)
        for number in re.findall(r"\d+(?:\.\d+)*", numbers)
    ]
    assert len(cited) > 20
    wrong = [
        said(path, f"{page} section {number}")
        for path, page, number in cited
        if not re.search(rf"^#+ {re.escape(number)}\.? ", (PROJECT / page).read_text(), re.MULTILINE)
    ]
    assert wrong == []


def test_a_section_is_cited_with_its_file() -> None:
    # A section of "the contract" cannot be followed without knowing which page that is.
    loose = [
        said(path, " ".join(found.split()))
        for path, passage in passages()
        for found in LOOSE.findall(passage)
    ]
    assert loose == []


def has_module(cited: str) -> bool:
    """Whether this is a module, or something that a module names."""
    parts = cited.split(".")
    base = PROJECT / "livechat" if parts[0] in ROOMS else PROJECT
    for end in range(len(parts), 0, -1):
        module = base.joinpath(*parts[:end])
        for source in (module.with_suffix(".py"), module / "__init__.py"):
            if source.is_file():
                rest = parts[end:]
                return not rest or re.search(rf"\b{rest[0]}\b", source.read_text()) is not None
    return False


def test_every_module_that_is_cited_is_there() -> None:
    cited = [
        (path, found)
        for path, passage in passages()
        if path.suffix in MODULE
        for found in MODULE[path.suffix].findall(passage)
    ]
    assert len(cited) > 10
    assert [said(path, found) for path, found in cited if not has_module(found)] == []


def test_the_glossary_names_what_there_is() -> None:
    today, _, _ = (PROJECT / "docs" / "glossary.md").read_text().partition("\n## Reserved")
    # What was said before stands in the first column of a table.
    rest = [line.split("|", 2)[-1] for line in today.splitlines()]
    named = {name for line in rest for name in re.findall(r"`([A-Z][a-z]+[A-Z]?\w*|\w+_\w+)`", line)}
    assert len(named) > 15
    code = " ".join(path.read_text() for path in files() if path.suffix in {".py", ".ts"})
    assert named - set(re.findall(r"\w+", code)) == set()
