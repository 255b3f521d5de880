"""Run a command inside the product that `make run` has started: `python -m local.within COMMAND …`.

The command gets the environment of the running web, with its secrets and addresses, so that
`flask --app wsgi livechat doctor` sees what the product sees. LIVECHAT_DATA_DIR names the run.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local import procfs
from local.errors import LocalError
from local.settings import LocalSettings

PROJECT = Path(__file__).resolve().parent.parent
_WEB = b"LIVECHAT_PROGRAM=web"


def environment_of_run(environ: Mapping[str, str], project: Path = PROJECT) -> dict[str, str]:
    """The environment of the running web. Raises LocalError where nothing runs in this data folder."""
    root = LocalSettings.from_env(environ, project).folder.root
    for pid in procfs.processes_of(root):
        try:
            pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if _WEB in pairs:
            return dict(os.fsdecode(pair).split("=", 1) for pair in pairs if b"=" in pair)
    raise LocalError(f"Nothing runs in {root}: start it by `make run`, or name its LIVECHAT_DATA_DIR.")


def main(arguments: Sequence[str]) -> int:
    """Become the command. Returns only where that fails."""
    if not arguments:
        print("usage: python -m local.within COMMAND …", file=sys.stderr)
        return 2
    try:
        environment = environment_of_run(os.environ)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    # The command lies beside this interpreter, whose folder may not be on the caller's PATH.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # The command is no part of the product, and must not be stopped with it.
    environment.pop("LIVECHAT_PROGRAM", None)
    os.chdir(PROJECT)
    try:
        os.execvpe(arguments[0], list(arguments), environment)  # noqa: S606
    except OSError as error:
        print(f"{arguments[0]} cannot be run: {error.strerror}", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
