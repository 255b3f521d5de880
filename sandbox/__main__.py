"""`python -m sandbox`: one process, many threads, until SIGINT or SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import sys

from sandbox.app import create_app
from sandbox.httpd import HttpServer
from sandbox.mail_sink import MailSink
from sandbox.sandbox_config import ConfigError, SandboxConfig


def main() -> int:
    """Serve until a signal ends it. Returns 2 when the environment is not usable."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = SandboxConfig.from_env(os.environ)
    except ConfigError as error:
        for fault in error.faults:
            print(f"sandbox: {fault}", file=sys.stderr)
        return 2
    app = create_app(config)
    server = HttpServer(app, config.host, config.port)
    mails = None
    if config.smtp_port is not None:
        mails = MailSink(app.extensions["sandbox"].outbox, config.host, config.smtp_port)
        mails.start()

    def stop(signum: int, frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"sandbox: {config.public_url}/ -> {config.callback_url}", flush=True)
    try:
        server.serve_forever()
    finally:
        server.stop()
        if mails is not None:
            mails.stop()
        app.extensions["sandbox"].stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
