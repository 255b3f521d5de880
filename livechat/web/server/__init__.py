"""Between the network and the application: strangers are waited for on an event loop, never by a thread.

An ASGI application around the WSGI one (docs/decisions/slow-clients.md). It reads a request's body, within
limits of size, time and rate, and only then gives the request to a thread; answers that are streamed hold a
thread while the next piece is made, not while a client takes it.
"""

from livechat.web.server.door import Door

__all__ = ["Door"]
