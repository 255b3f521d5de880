"""`python -m local.supervise FOLDER`: supervisord for a data folder, and a last look at what it leaves.

supervisord takes a program for stopped once its own process has ended, though children of it may live. The
launcher ends those when it stops. This program does so where the launcher was killed.

Programs of the product become forks of this process, which then loads their modules (local/image.py).
"""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor import process, supervisord

from local import procfs
from local.data_folder import DataFolder
from local.image import Image, become, forked

_image = Image()


class Subprocess(process.Subprocess):  # type: ignore[misc]  # it has no types
    """A program that is a fork of ours where its command allows that, and is executed otherwise."""

    def spawn(self) -> Any:
        """Load what forks share before the first of them. The parent waits, as nothing runs yet."""
        if forked(shlex.split(self.config.command)):
            _image.load()
        return super().spawn()

    def _spawn_as_child(self, filename: str, argv: Sequence[str]) -> None:
        fork = forked(argv)
        self._is_fork = fork is not None and _image.load()
        if fork is not None and self._is_fork:
            self._module, self._arguments = fork
            self.config.options.execve = self._become
        super()._spawn_as_child(filename, argv)

    def _prepare_child_fds(self) -> None:
        if not self._is_fork:
            super()._prepare_child_fds()
            return
        for number, name in enumerate(("child_stdin", "child_stdout", "child_stdout")):
            os.dup2(self.pipes[name], number)
        _image.close_others()

    def _become(self, filename: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        # Whoever asked for its end meanwhile has asked the supervisor's handler.
        become(self._module, self._arguments, environment, asked=self.config.options.get_signal())


def main() -> None:
    """Run until a signal comes, then end what still runs for the folder."""
    folder = DataFolder(Path(sys.argv[1]))
    # The file with its process id has a relative name.
    os.chdir(folder.run)
    process.Subprocess = Subprocess
    try:
        supervisord.main(["-c", "supervisord.conf"])
    finally:
        procfs.kill_processes_of(folder.root)


if __name__ == "__main__":
    main()
