"""An ASGI application around the WSGI one: an event loop waits for slow clients, never a thread.

It reads a request's body, within limits of size, time and rate, and only then gives the request to a thread.
A streamed answer holds a thread while its next piece is made, not while the client takes it
(docs/decisions/slow-clients.md).
"""

from livechat.web.server.door import Door

__all__ = ["Door"]
