"""The house: what import-linter cannot say of it. Its contracts, in pyproject.toml, hold who imports whom."""

from collections import defaultdict
from pathlib import Path

PRODUCT = Path(__file__).resolve().parents[2] / "livechat"
# A folder that one can take in at a glance; what is more has sub-rooms.
MOST_FILES = 12
# What each room has under the same name. All other names say what the file holds, so a search finds one.
AGREED = {"__init__.py", "api.py", "schemas.py", "queries.py", "tasks.py"}


def test_no_folder_has_more_than_a_dozen_files() -> None:
    files = defaultdict(list)
    for path in PRODUCT.rglob("*.py"):
        files[path.parent].append(path.name)
    crowded = {str(folder): len(names) for folder, names in files.items() if len(names) > MOST_FILES}
    assert not crowded


def test_no_two_files_share_a_name_but_the_agreed_ones() -> None:
    places = defaultdict(list)
    for path in PRODUCT.rglob("*.py"):
        places[path.name].append(str(path.relative_to(PRODUCT)))
    shared = {name: found for name, found in places.items() if len(found) > 1 and name not in AGREED}
    assert not shared


def test_every_package_says_what_it_holds() -> None:
    silent = [
        str(path.relative_to(PRODUCT))
        for path in PRODUCT.rglob("__init__.py")
        if not path.read_text(encoding="utf-8").startswith('"""')
    ]
    assert not silent
