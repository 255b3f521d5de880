"""`python -m local.supervise FOLDER`: supervisord for a data folder, and a last look around.

supervisord takes a program for stopped when its own process has ended, whatever it may have left. The
launcher looks for that when it stops; this is for the case that the launcher was killed.
"""

import os
import sys
from pathlib import Path

from supervisor import supervisord

from local import procfs
from local.data_folder import DataFolder


def main() -> None:
    """Run until told to stop; then end what still runs for the folder."""
    folder = DataFolder(Path(sys.argv[1]))
    # Its process id file has a relative name.
    os.chdir(folder.run)
    try:
        supervisord.main(["-c", "supervisord.conf"])
    finally:
        procfs.kill_processes_of(folder.root)


if __name__ == "__main__":
    main()
