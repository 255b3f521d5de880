"""Locks hold the versions that the requirements name."""

import re
from pathlib import Path

import pytest

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)$", re.MULTILINE)


@pytest.mark.parametrize("folder", [".", "local", "tests"])
def test_every_requirement_stands_in_its_lock_with_hashes(folder: str) -> None:
    required = dict(PINNED.findall(Path(folder, "requirements.txt").read_text()))
    lock = Path(folder, "requirements.lock").read_text()
    for name, version in required.items():
        normal = re.sub(r"[-_.]+", "-", name).lower()
        assert re.search(
            rf"^{re.escape(normal)}(\[[^\]]*\])?=={re.escape(version)} [^\n]*\\\n    --hash",
            lock,
            re.MULTILINE,
        ), f"{name} {version}: run `make lock`"
