"""The product's sources: those beside this file, or those of another commit, which are not imported here."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
STEP_TIMEOUT_S = 300
# What the sources say of themselves, to a program that knows nothing of them.
_TELL = """
import json, os, sys
from pathlib import Path
from livechat.inbound.door.arrivals import STREAM
from local.programs import product
from local.settings import LocalSettings
programs = product(LocalSettings.from_env(os.environ, Path.cwd())).programs
print(json.dumps({"stream": STREAM, "programs": {each.name: each.command for each in programs}}))
"""


@dataclass(frozen=True, slots=True)
class Tree:
    """Sources with their name in the table. All run on this interpreter with its packages."""

    folder: Path = HERE
    name: str = "now"

    def run(self, command: list[str], environment: Mapping[str, str]) -> str:
        """Run a step to its end; what it printed. RuntimeError with its last words."""
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=STEP_TIMEOUT_S,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"{self.name}: {command[:4]} failed: {ended.stderr[-2000:]}")
        return ended.stdout

    def tell(self, environment: Mapping[str, str]) -> tuple[str, dict[str, list[str]]]:
        """(the stream that webhooks wait in, the commands of `make run`'s programs by name)"""
        told = json.loads(self.run([sys.executable, "-c", _TELL], environment))
        return told["stream"], told["programs"]

    def page_asks_for_numbers(self) -> bool:
        """Whether the page asks for the numbers' counts after what it is told, or is told these too."""
        stream = self.folder / "frontend" / "src" / "hooks" / "live-stream.ts"
        return "numbers.ask()" in stream.read_text(encoding="utf-8")

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of its programs: this one's, but for what names these sources."""
        return {**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **more}


@contextmanager
def tree_of(revision: str) -> Iterator[Tree]:
    """The sources of a commit, in a folder that is gone afterwards. RuntimeError where there is no such."""
    name = _git("rev-parse", "--short=8", "--verify", f"{revision}^{{commit}}").strip()
    with tempfile.TemporaryDirectory(prefix="livechat-before-") as scratch:
        folder = Path(scratch) / name
        _git("worktree", "add", "--detach", "--force", str(folder), name)
        try:
            yield Tree(folder, name)
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(HERE), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=STEP_TIMEOUT_S, check=False)
    if ended.returncode:
        raise RuntimeError(f"the commit to compare with: {ended.stderr.strip()[-500:]}")
    return ended.stdout
