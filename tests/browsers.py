"""The browser that tests start."""

import os
import shutil

# Debian's shell is the engine without a window: the whole browser draws its own tabs and bars beside the page,
# which takes a third of what it takes in all.
_NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
HOW_TO_GET_ONE = "apt-get install chromium-headless-shell fonts-noto-core fonts-noto-color-emoji"


def chromium() -> str | None:
    """Its program: what ``CHROMIUM`` names, or the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
