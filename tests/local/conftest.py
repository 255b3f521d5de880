"""Projects that are removed with everything that still runs in them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.local.support import Project


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    made: list[Project] = []

    def make(folder: Path | None = None, *, initialised: bool = True, **environ: str) -> Project:
        project = Project(folder or tmp_path / "project", **environ)
        made.append(project)
        if initialised:
            project.initialise()
        return project

    yield make
    for project in made:
        project.close()
