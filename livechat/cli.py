"""The command line: ``flask --app wsgi livechat …``."""
