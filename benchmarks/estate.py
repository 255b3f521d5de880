"""Three hundred numbers in fifty accounts of ten owners; one of the accounts has a third of them."""

from uuid import UUID

OWNER = UUID("0198c0de-0000-7000-8000-000000000001")
ACCOUNTS, OWNERS = 50, 10
LARGEST, OTHERS = 104, 4


def accounts() -> list[tuple[str, UUID]]:
    """(account, its owner) of each."""
    return [(f"waba{n:04d}", UUID(int=OWNER.int + n % OWNERS)) for n in range(ACCOUNTS)]


def numbers_of(waba: str) -> list[str]:
    """The numbers of an account."""
    count = LARGEST if waba == "waba0000" else OTHERS
    return [f"4930{waba.removeprefix('waba')}{n:04d}" for n in range(count)]


def numbers() -> list[str]:
    """All of them."""
    return [number for waba, _ in accounts() for number in numbers_of(waba)]
