"""Tests that are one thing over many cases: a part of the cases in ``make test``, all by ``make test-long``.

What has such a form bears the mark ``long``. The short form asserts the same of fewer cases.
"""

import os

IS_LONG = bool(os.environ.get("TESTS_LONG"))
