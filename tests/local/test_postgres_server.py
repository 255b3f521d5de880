"""The embedded PostgreSQL's identities, its refusal of foreign data, and what it says of faults."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import child
from local.errors import LocalError
from local.ports import service_port
from local.postgres_server import PostgresServer, copy_initialised
from tests.local.support import wait_until
from tests.services import template

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@contextmanager
def running(server: PostgresServer) -> Iterator[None]:
    command = child.wrap(server.command(), identity=server.prepare(), parent=os.getpid())
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


@only_root
def test_where_user_namespaces_are_forbidden_nobody_runs_it_below_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer(closed / "data", service_port(), "secret", identities=("nobody",))
    with running(server):
        wait_until(server.answers, what="PostgreSQL as nobody")
        server.create_database()
    assert server.folder.stat().st_uid == child.NOBODY

    # The next start may be on a machine that allows namespaces: the files become root's again.
    server = PostgresServer(server.folder, server.port, "secret", identities=("userns",))
    with running(server):
        wait_until(server.answers, what="PostgreSQL in a namespace")
    assert server.folder.stat().st_uid == 0


@only_root
def test_a_machine_that_allows_no_identity_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="PostgreSQL refuses to run as root"):
        PostgresServer(tmp_path / "data", service_port(), "secret", identities=()).initialise()
    assert list(tmp_path.iterdir()) == []


def test_another_password_than_the_kept_one_is_told_in_a_sentence(tmp_path: Path) -> None:
    _, made = template()
    copy_initialised(made, tmp_path / "data")
    server = PostgresServer(tmp_path / "data", service_port(), "another")
    with running(server), pytest.raises(LocalError, match="was made with another password"):
        wait_until(server.answers, what="the refusal")


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(LocalError, match="was written by PostgreSQL 15"):
        PostgresServer(data, service_port(), "secret").prepare()
    assert (data / "PG_VERSION").read_text() == "15\n"


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(LocalError, match="The disk is full"):
            PostgresServer(tmp_path / "data", service_port(), "secret").initialise()
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)
