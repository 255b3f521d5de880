"""`make run`, with programs of a few lines in place of the product's: start, deaths, stop, faults."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from local import procfs
from local.data_folder import DataFolder
from local.settings import LocalSettings
from tests.local.support import ROOT, STEP, Project, wait_until
from tests.services import EmbeddedServices

KILLED = ("web", "worker", "postgres", "redis")


def secrets_of(project):
    lines = (project.data / "secrets.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def dsn(project):
    port = (project.data / "postgres.port").read_text().strip()
    return f"postgresql://livechat:{secrets_of(project)['POSTGRES_PASSWORD']}@127.0.0.1:{port}/livechat"


def redis_of(project):
    port = int((project.data / "redis.port").read_text())
    return redis.Redis(port=port, password=secrets_of(project)["REDIS_PASSWORD"])


def answers(project):
    """Whether the web, PostgreSQL and Redis all serve."""
    try:
        psycopg.connect(dsn(project), connect_timeout=2).close()
        with redis_of(project) as client:
            client.ping()
    except (psycopg.OperationalError, redis.RedisError):
        return False
    return project.get()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One project that runs for the tests that only look at it, and its launcher."""
    project = Project(tmp_path_factory.mktemp("running"), WHATSAPP_APP_SECRET="given")
    project.initialise()
    project.data.chmod(0o755)
    project.write("seed.py", "import os; open('seen', 'w').write(os.environ['WHATSAPP_APP_SECRET'])")
    yield project, project.start()
    project.close()


def test_start_stop_and_start_again_keep_data_and_secrets(make_project):
    project = make_project(initialised=False)
    project.write("migrate.py", STEP)
    project.write("seed.py", STEP)
    # What fills the demo has all the time that it wants: neither `ready:` nor the end waits for it.
    project.write("fill.py", STEP + "    import time; time.sleep(600)")
    first = project.start()
    lines = project.output().splitlines()
    assert lines[-1].startswith(f"ready: http://127.0.0.1:{project.web_port}/")
    steps = project.folder / "steps"
    wait_until(lambda: steps.read_text().split() == ["migrate", "seed", "fill"], what="the filling")
    assert answers(project)
    kept = secrets_of(project)
    with psycopg.connect(dsn(project), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with redis_of(project) as client:
        client.set("kept", "7")

    assert project.stop(first) < 12
    assert project.processes() == []
    assert not project.get()

    assert "data folder is made" in project.output()
    project.write("fill.py", "")
    second = project.start()
    wait_until(lambda: "the demo's inbox is filled" in project.output(), what="its end")
    assert "data folder is made" not in project.output(), "a second start reuses it"
    assert secrets_of(project) == kept
    with psycopg.connect(dsn(project)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    with redis_of(project) as client:
        assert client.get("kept") == b"7"
    project.stop(second, signal.SIGINT)
    assert project.processes() == []


def test_every_program_killed_comes_back_and_leaves_no_orphan(make_project):
    project = make_project()
    project.write("fill.py", "raise SystemExit('no sandbox')")
    launcher = project.start()
    wait_until(lambda: "the next start goes on with it" in project.output(), what="a complaint")
    assert "    fill | no sandbox" in project.output()
    for name in KILLED:
        before = project.main_pid(name)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: project.main_pid(name) not in (0, before), what=name)  # noqa: B023
        wait_until(lambda: answers(project), what=f"everything after the death of {name}")
    # The worker's child ignores SIGTERM; that of the killed worker must not run beside its successor.
    wait_until(lambda: len(project.pids("worker")) == 2, what="one worker and its child")
    assert "web ended unexpectedly and was started again" in project.output()
    project.stop(launcher)
    assert project.processes() == []


def test_a_killed_supervisor_is_replaced(make_project):
    project = make_project()
    launcher = project.start()
    [supervisor] = project.pids("supervisord")
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: project.output().endswith("/ again\n"), what="the second ready:")
    assert answers(project)
    project.stop(launcher)
    assert project.processes() == []


def test_after_a_killed_launcher_nothing_is_left_and_the_next_start_works(make_project):
    project = make_project()
    launcher = project.start()
    launcher.kill()  # and, not being waited for, a zombie: that does not count as running
    second = project.start()
    launcher.wait()
    assert answers(project)
    assert len(project.pids("worker")) == 2
    second.kill()
    second.wait()
    wait_until(lambda: not project.processes(), what="the end of everything")

    # The number that a killed PostgreSQL leaves in its lock file may live on as something else.
    (project.data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n/nowhere\n0\n1\n\n\n\n")
    project.start()
    assert answers(project)


def test_launcher_and_supervisor_killed_at_once_leave_what_the_next_start_removes(make_project):
    project = make_project()
    launcher = project.start()
    [supervisor] = project.pids("supervisord")
    os.kill(supervisor, signal.SIGSTOP)  # so that it cannot react to its launcher's death
    launcher.kill()
    os.kill(supervisor, signal.SIGKILL)
    launcher.wait()
    orphans = project.pids("worker")
    second = project.start()
    assert not any(procfs.is_alive(pid) for pid in orphans)
    project.stop(second)
    assert project.processes() == []


def test_a_second_launcher_on_the_same_folder_says_so(running):
    project, launcher = running
    second = project.launch(output="second-output")
    assert second.wait(10) == 1
    assert project.output("second-output") == (
        f"make run: It already runs on {project.data} (process {launcher.pid}): stop that one first.\n"
    )
    assert answers(project)


def test_a_taken_port_is_named_with_its_variable_and_holder(make_project):
    project = make_project()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", project.web_port))
        taken.listen()
        launcher = project.launch()
        assert launcher.wait(10) == 1
    name = procfs.name_of(os.getpid())
    assert project.output() == (
        f"make run: Port {project.web_port} is taken by {name} (process {os.getpid()}): "
        "stop that, or set LIVECHAT_PORT to another port.\n"
    )
    assert project.processes() == []


def test_a_program_that_cannot_start_shows_its_last_words(make_project):
    project = make_project()
    (project.folder / "migrate.py").write_text("raise SystemExit('no such revision')")
    launcher = project.launch()
    assert launcher.wait(30) == 1
    assert "    migrate | no such revision" in project.output()
    assert project.output().splitlines()[-1].startswith("make run: migrate failed with exit code 1")
    assert project.processes() == []


def test_a_program_that_dies_at_once_ends_the_start(make_project):
    project = make_project()
    (project.folder / "worker.py").write_text("raise SystemExit('no broker')")
    # Ready only with the worker, as the product is.
    (project.folder / "web.py").write_text("import time; time.sleep(60)")
    launcher = project.launch()
    assert launcher.wait(30) == 1
    assert "    worker | no broker" in project.output()
    assert "make run: worker does not start" in project.output()
    assert project.processes() == []


def test_folder_and_secrets_are_the_owners_alone(running):
    project, _ = running
    assert mode(project.data) == 0o700
    assert mode(project.data / "secrets.env") == 0o600
    assert all(mode(path) & 0o077 == 0 for path in (project.data / "logs").iterdir())
    secrets = secrets_of(project)
    assert len(secrets["SUPABASE_JWT_SECRET"]) >= 32
    for pid in project.processes():
        command = Path(f"/proc/{pid}/cmdline").read_text()
        assert not any(value in command for value in secrets.values())


def test_the_environments_secret_wins_and_is_not_written_down(running):
    project, _ = running
    assert (project.folder / "seen").read_text() == "given"
    assert secrets_of(project)["WHATSAPP_APP_SECRET"] != "given"


def test_given_databases_take_the_place_of_the_embedded_ones(make_project):
    with EmbeddedServices() as services:
        urls = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
        project = make_project(initialised=False, **urls)
        launcher = project.start()
        assert (project.main_pid("postgres"), project.main_pid("redis")) == (0, 0)
        assert not (project.data / "postgres").exists()
        project.stop(launcher)
    assert project.processes() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try")
def test_root_runs_it_below_a_folder_that_is_closed_even_to_root_in_a_namespace(make_project, tmp_path):
    # The other tests run below a folder of pytest's that is root's and closed; this one is somebody else's.
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    os.chown(home, 1234, 1234)
    project = make_project(home / "project", initialised=False)
    project.start()
    assert answers(project)


def test_a_stop_during_the_start_is_heeded(make_project):
    project = make_project()
    (project.folder / "migrate.py").write_text("import time; print('migrating', flush=True); time.sleep(60)")
    launcher = project.launch()
    log = project.data / "logs" / "migrate.log"
    wait_until(lambda: log.exists() and "migrating" in log.read_text(), what="the migration")
    assert project.stop(launcher) < 10
    assert project.output().splitlines()[-1] == "stopped"
    assert project.processes() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_to_make_alone_stops_everything(make_project, number):
    project = make_project()
    project.write("Makefile", f"run:\n\t@exec {sys.executable} launch.py --follow-parent\n")
    make = project.launch("make", "run")
    project.wait_ready(make)
    make.send_signal(number)
    make.wait(15)
    wait_until(lambda: not project.processes(), what="the end of everything")
    wait_until(lambda: project.output().endswith("stopped\n"), what="the launcher's last word")


def test_a_signal_to_the_whole_group_is_one_wish(make_project):
    project = make_project()
    project.write("Makefile", f"run:\n\t@exec {sys.executable} launch.py --follow-parent\n")
    make = project.launch("make", "run")
    project.wait_ready(make)
    os.killpg(make.pid, signal.SIGTERM)
    make.wait(15)
    assert project.processes() == []
    assert "database system is shut down" in (project.data / "logs" / "postgres.log").read_text()


def test_an_empty_environment_finds_all_faults_at_once():
    result = subprocess.run(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env={"LIVECHAT_PORT": "http", "FLOWER_PORT": "70000", "LIVECHAT_SANDBOX": "yes"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        "make run: LIVECHAT_PORT is a port between 1 and 65535, not 'http'; FLOWER_PORT is a port between "
        "1 and 65535, not '70000'; LIVECHAT_SANDBOX is 0 or 1, not 'yes'.\n"
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"LIVECHAT_SANDBOX": "0"},
        {"SUPABASE_URL": "https://x.supabase.co"},
        {"LIVECHAT_SMTP_URL": "smtp://m"},
    ],
)
def test_the_sandbox_gets_the_mails_of_the_demo_alone(given):
    settings = LocalSettings.from_env(given, ROOT)
    assert settings.takes_mails == (given == {})
    told = settings.children_environment({}, "", "", 2525 if settings.takes_mails else 0)
    assert told.get("LIVECHAT_SMTP_URL") == (
        "smtp://127.0.0.1:2525" if given == {} else given.get("LIVECHAT_SMTP_URL")
    )
    assert told["SANDBOX_SMTP_PORT"] == ("2525" if given == {} else "")


def test_a_data_folder_may_lie_deeper_than_a_socket_s_path_is_long(make_project, tmp_path):
    project = make_project(tmp_path / ("deep" * 30))
    launcher = project.start()
    elsewhere = DataFolder(project.data).socket.parent
    assert project.data not in elsewhere.parents
    project.stop(launcher)
    assert not elsewhere.exists()
