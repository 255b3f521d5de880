from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.testing import TEST_VERIFY_TOKEN, SandboxClient, SandboxServer
from tests.sandbox.callback import Callback

ASHA = "917755991051"


@pytest.fixture(scope="session")
def _callback() -> Iterator[Callback]:
    receiver = Callback(TEST_VERIFY_TOKEN)
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def server(_callback: Callback) -> Iterator[SandboxServer]:
    with SandboxServer(callback_url=_callback.url) as running:
        yield running


@pytest.fixture
def callback(_callback: Callback, box: SandboxClient) -> Callback:
    _callback.clear()
    return _callback


@pytest.fixture
def box(server: SandboxServer, _callback: Callback) -> SandboxClient:
    """The client of a sandbox in its default world, with quick statuses."""
    _callback.clear()
    server.client.reset(seed=None)
    server.client.configure(callback_url=_callback.url, app_secret="test-app-secret", webhook_timeout_s=10)
    server.client.behave(sent_delay_ms=0, delivered_delay_ms=10, read_delay_ms=10)
    return server.client


@pytest.fixture
def open_box(box: SandboxClient, callback: Callback) -> SandboxClient:
    """As `box`, and Asha has just written, so that free-form messages reach her."""
    box.customer_writes(ASHA, "Hi")
    assert box.flush()
    callback.clear()
    return box
