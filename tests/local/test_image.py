"""Programs as forks of the supervisor: like executed ones for themselves, for the kernel and for who looks."""

import subprocess
import sys
import textwrap

import orjson

from local import child
from local.image import forked
from tests.local.support import ROOT

PROBE = """
    import atexit, json, os, signal, sys
    atexit.register(lambda: print("at exit", flush=True))
    # Whoever closes what came with the image has the files that were opened there, and not others.
    noted = open("noted", "w"); noted.write("kept"); import opened; opened.file.close(); noted.flush()
    print(json.dumps({
        "argv": sys.argv[1:], "name": __name__, "environ": dict(os.environ),
        "signals": [signal.getsignal(each) == signal.SIG_DFL for each in (signal.SIGTERM, signal.SIGHUP)],
        "shown": open("/proc/self/cmdline").read().strip("\\0"),
        "marks": [each for each in open("/proc/self/environ").read().split("\\0") if each.startswith("LIVECHAT_")],
        "files": sorted(set(os.listdir("/proc/self/fd")) - {"0", "1", "2"})[:-1],
    }), flush=True)
    sys.exit(7)
"""
SUPERVISOR = """
    import os, signal, sys
    from local.image import Image, become
    image = Image(["opened"])
    own = open("own", "w")
    signal.signal(signal.SIGTERM, lambda *_: None)
    assert image.load()
    assert "probe" not in sys.modules
    if not (pid := os.fork()):
        image.close_others()
        become("probe", ["one", "two"], {"LIVECHAT_RUN": "here", "LIVECHAT_PROGRAM": "a-program-with-a-name"})
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    if not (pid := os.fork()):
        become("probe", [], {"LIVECHAT_RUN": "here", "LIVECHAT_PROGRAM": "asked"}, asked=signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    # What cannot be loaded is executed, and says so itself. A thread would be missing in a fork.
    print(Image(["wrong_setting"]).load(), Image(["with_a_thread"]).load())
"""


def test_a_fork_is_the_program(tmp_path):
    modules = {
        "probe": PROBE,
        "opened": 'file = open("opened", "w")',
        "wrong_setting": "raise SystemExit('DATABASE_URL is missing')",
        "with_a_thread": "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
    }
    for name, text in modules.items():
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SUPERVISOR)],
        cwd=tmp_path,
        env={
            "PYTHONPATH": f"{ROOT}:{tmp_path}",
            "PYTHONUNBUFFERED": "1",
            "LIVECHAT_RUN": "here",
            "LIVECHAT_PROGRAM": "supervisord",
            "LIVECHAT_ROOM": "." * 32,
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    seen, *rest = told.stdout.splitlines()
    assert rest == ["at exit", "7", "-15", "False False"]
    assert (tmp_path / "noted").read_text() == "kept"
    found = orjson.loads(seen)
    assert found == {
        "argv": ["one", "two"],
        "name": "__main__",
        "environ": {"LIVECHAT_RUN": "here", "LIVECHAT_PROGRAM": "a-program-with-a-name"},
        "signals": [True, True],
        "shown": "livechat a-program-with-a-name",
        "marks": ["LIVECHAT_PROGRAM=a-program-with-a-name", "LIVECHAT_RUN=here"],
        "files": found["files"],
    }
    # The one of ``noted``: the image's is closed, and the supervisor's was.
    assert len(found["files"]) == 1


def test_a_command_says_whether_it_may_be_a_fork():
    command = [sys.executable, "-m", "celery", "worker", "--", "-x"]
    assert forked(child.wrap(command, forked=True)) == ("celery", ["worker", "--", "-x"])
    assert forked(child.wrap(command)) is None
    assert forked(child.wrap(["postgres", "-D", "x"], forked=True)) is None
