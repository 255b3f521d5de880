"""`python -m local`, behind `make run`."""

import os
import sys
from pathlib import Path

from local.launcher import main
from local.stopping import stop_when_parent_dies

if "--stop-with-parent" in sys.argv[1:]:
    stop_when_parent_dies()
sys.exit(main(os.environ, Path(__file__).resolve().parent.parent))
