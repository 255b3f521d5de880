"""The benchmark runs to its end at a tiny size; how fast it is, no test can say on a shared machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.load import _status_of
from tests.long_form import IS_LONG

ROOT = Path(__file__).resolve().parents[2]
# What each part says, {part: a line of it}.
SAYS = {
    "acknowledge": "acknowledged",
    "commit": "HTTP to commit",
    "batches": "in batches",
    "reads": "GET /messages, 1,000",
    "search": "the most frequent word, 1,000",
    "sends": "sends at 100 ms",
    "costs": "an event of the mix, ten in a body",
    "rest": "make run at rest",
    "large": "the doctor, 1,000 messages",
    "peer": "django-meta-whatsapp",
}
TIMEOUT_S = 900 if IS_LONG else 280
# The short form leaves out the parts that start the same programs, which is what takes the time, for questions of
# another kind: these have the web, both workers, what they send to, a table of so many messages, and a whole product.
SHORT = ("batches", "search", "sends", "costs")


@pytest.mark.long
@pytest.mark.timeout(TIMEOUT_S + 20)
def test_every_part_measures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    parts = () if IS_LONG else SHORT
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--big-messages", "1000", *parts],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    for part, line in SAYS.items():
        assert (line in run.stdout) == (not parts or part in parts)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}", 503),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{", None),
        (b"HTTP/1.1 200 OK\r\n", None),
    ],
)
def test_an_answer_counts_once_it_is_whole(data: bytes, status: int | None) -> None:
    assert _status_of(data) == status
