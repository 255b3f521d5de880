"""What the benchmark counts with: processor time of other processes, and webhooks in Meta's mix."""

import os
import subprocess
import sys
import time

import orjson

from benchmarks import mix
from benchmarks.processes import memory_mib, processor_s, program, used_s


def test_a_process_used_what_it_says_that_it_used() -> None:
    before = time.process_time()
    told = used_s(os.getpid()) - _of_ended_children()
    after = time.process_time()
    # Ended children are told in hundredths of a second.
    assert before - 0.02 <= told <= after + 0.02


def test_a_program_is_a_process_with_its_children_and_those_that_have_ended() -> None:
    # It works a while, as does its child, which ends before the look at it.
    work = "sum(range(3_000_000))"
    code = (
        f"import subprocess, sys; {work}; subprocess.run([sys.executable, '-S', '-c', {work!r}]); "
        "print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        alone = time.clock_gettime((~process.pid << 3) | 2)
        assert process.pid in program(os.getpid())
        # Both did the same work.
        assert processor_s({"it": process.pid})["it"] > 1.2 * alone > 0
        assert memory_mib([process.pid]) > 1
        process.stdin.write(b"\n")
        process.stdin.close()
    assert used_s(process.pid) == 0


def test_meta_tells_three_things_of_each_of_our_messages_and_one_message_of_a_customers() -> None:
    requests = mix.signed_mix("secret", 20, 1000, 10)
    bodies = [orjson.loads(each.partition(b"\r\n\r\n")[2]) for each in requests]
    changes = [change["value"] for body in bodies for change in body["entry"][0]["changes"]]
    assert [len(body["entry"][0]["changes"]) for body in bodies] == [10] * 8
    told = [status for value in changes for status in value.get("statuses", [])]
    wamids = [mix.sent_wamid(serial) for serial in range(1000, 1020)]
    assert [[each["status"] for each in told if each["id"] == wamid] for wamid in wamids] == [
        list(mix.STATUSES)
    ] * 20
    came = [message["id"] for value in changes for message in value.get("messages", [])]
    assert len(came) == len(set(came)) == 20


def _of_ended_children() -> float:
    times = os.times()
    return times.children_user + times.children_system
