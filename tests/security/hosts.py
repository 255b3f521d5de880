"""Host and Origin headers as they should not be."""

MALFORMED_HOSTS = [
    "", " ", "a b", "a,b", "127.0.0.1,127.0.0.1", "http://127.0.0.1", "127.0.0.1/", "127.0.0.1:port", "127.0.0.1:99999",
    "127.0.0.1:80:80", "[::1", "::1", "[::1]]", "[127.0.0.1]", "[:::1]", "[v1.x]", "user@127.0.0.1", "127.0.0.1?x", "127.0.0.1#x",
    "\\evil", "<script>", "%31", "..", ".", "-a", "a..b", ":", ":80", "a" * 300, "*", "'", '"', "[", "]", "[]", "localhost..",
]  # fmt: skip
# Well-formed, and not ours.
FOREIGN_HOSTS = [
    "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "evil.localhost",
    "10.1.2.3", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "127.0.0.2", "[::2]", "[::ffff:127.0.0.1]", "local_host",
    "xn--localhost-9za", "metadata.google.internal",
]  # fmt: skip
OWN_HOSTS = [
    "127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:8000", "localhost.", "[::1]", "[::1]:8000", "[0:0:0:0:0:0:0:1]", "localhost:",
]  # fmt: skip
MALFORMED_ORIGINS = [
    "", " ", "x", "http:", "http:/127.0.0.1", "http://", "http://[", "http://[::1", "http://]", "http://a b", "http://127.0.0.1:port",
    "http://127.0.0.1:99999", "://x", "http://127.0.0.1/path", "NULL ", "http://a,http://b", "http://user@127.0.0.1", "1http://x",
    "http://[v6.x]", "http://[fe80::1%25eth0]", "//x", "http://..",
]  # fmt: skip
