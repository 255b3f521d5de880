"""`python -m local`, behind `make run`."""

import os
import sys
from pathlib import Path

from local.launcher import main

project = Path(__file__).resolve().parent.parent
sys.exit(main(os.environ, project, follow_parent="--follow-parent" in sys.argv[1:]))
