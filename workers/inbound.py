"""The inbound queue: webhooks into conversations. Latency first."""
