"""`python -m local.supervise FOLDER`: supervisord for a data folder, and a last look at what it leaves.

supervisord takes a program for stopped once its own process has ended, though children of it may live. The
launcher ends those when it stops. This program does so where the launcher was killed.
"""

import os
import sys
from pathlib import Path

from supervisor import supervisord

from local import procfs
from local.data_folder import DataFolder


def main() -> None:
    """Run until a signal comes, then end what still runs for the folder."""
    folder = DataFolder(Path(sys.argv[1]))
    # The file with its process id has a relative name.
    os.chdir(folder.run)
    try:
        supervisord.main(["-c", "supervisord.conf"])
    finally:
        procfs.kill_processes_of(folder.root)


if __name__ == "__main__":
    main()
