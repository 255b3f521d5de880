"""The benchmark runs to its end at a tiny size; how fast it is, no test can say on a shared machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.load import _status_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_every_part_measures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--big-messages", "1000"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    for line in (
        "acknowledged",
        "HTTP to commit",
        "in batches",
        "GET /messages, 1,000",
        "the most frequent word, 1,000",
        "sends at 100 ms",
    ):
        assert line in run.stdout
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
