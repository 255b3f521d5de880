"""`python -m local`, behind `make run`; with `--demo`, behind `make demo`."""

import os
import sys
from pathlib import Path

from local.launcher import main
from local.programs import demo, product

project = Path(__file__).resolve().parent.parent
asked = sys.argv[1:]
plan = demo if "--demo" in asked else product
sys.exit(main(os.environ, project, plan, follow_parent="--follow-parent" in asked))
