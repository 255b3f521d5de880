"""What went wrong with a mail, as a sentence for whoever invited."""


class MailError(Exception):
    """``is_passing``: it may go better later. The sentence quotes no server: answers may hold an address."""

    def __init__(self, sentence: str, *, is_passing: bool, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_passing = is_passing
        self.retry_after_s = retry_after_s
