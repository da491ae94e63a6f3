import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter
from pydantic import ValidationError
from redis.exceptions import ConnectionError as RedisConnectionError

from system.common.errors import TooManyRequests
from system.gateway.throttle import Throttle, subject_of
from system.user.domain import normal_email
from tests.unit.system.gateway.fakes import fake_shop


class Gone(MovingWindowRateLimiter):
    """A limiter whose storage cannot be reached."""

    def __init__(self, error: Exception) -> None:
        super().__init__(MemoryStorage())
        self._error = error

    async def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        raise self._error


ADA, HERE = "ada@shop.example", "127.0.0.1"


def throttle(shared: RateLimiter, login: str = "2/minute", hashes: str = "100/minute") -> Throttle:
    return Throttle(parse(login), parse(hashes), shared, MovingWindowRateLimiter(MemoryStorage()))


@pytest.fixture
def alone() -> RateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


async def admitted(limited: Throttle, address: str, email: str = ADA, tries: int = 100) -> int:
    """How many attempts in a row are let in."""
    for done in range(tries):
        try:
            await limited.admit_login(address, email)
        except TooManyRequests:
            return done
    return tries


async def test_attempts_are_counted_per_address_and_account(alone: RateLimiter) -> None:
    limited = throttle(alone)
    assert await admitted(limited, HERE) == 2
    assert await admitted(limited, "127.0.0.2") == 2
    assert await admitted(limited, HERE, "bob@shop.example") == 2
    with pytest.raises(TooManyRequests) as refused:
        await limited.admit_login(HERE, ADA)
    assert refused.value.retry_after_s is not None
    assert 1 <= refused.value.retry_after_s <= 60


@given(before=st.text(" \t\u3000", max_size=2), after=st.text(" \t\u3000", max_size=2), case=st.integers(0, 2**16 - 1))
async def test_an_account_is_one_however_it_is_spelled(before: str, after: str, case: int) -> None:
    limited = throttle(MovingWindowRateLimiter(MemoryStorage()))
    spelled = "".join(c.upper() if case >> n & 1 else c for n, c in enumerate(ADA))
    assert await admitted(limited, HERE) == 2
    assert normal_email(before + spelled + after) == ADA, "the user service reads it as the same account"
    assert await admitted(limited, HERE, before + spelled + after) == 0


async def test_a_crowd_is_slowed_and_nobody_is_locked_out(alone: RateLimiter) -> None:
    limited = throttle(alone, "10/minute")
    besieging = [f"198.19.0.{number}" for number in range(20)]
    assert [await admitted(limited, each) for each in besieging] == [10, 10, 10] + [1] * 17
    assert await admitted(limited, HERE) == 1, "the owner, at home, can still log in"
    assert await admitted(limited, HERE, "bob@shop.example") == 10


async def test_one_address_may_ask_for_so_many_hashes_whosever(alone: RateLimiter) -> None:
    limited = throttle(alone, hashes="4/minute")
    await limited.admit_registration(HERE)
    await limited.admit_change(HERE, "an id")
    for number in range(2):
        await limited.admit_login(HERE, f"{number}@shop.example")
    with pytest.raises(TooManyRequests):
        await limited.admit_login(HERE, "3@shop.example")
    with pytest.raises(TooManyRequests):
        await limited.admit_registration(HERE)
    with pytest.raises(TooManyRequests):
        await limited.admit_change(HERE, "an id")
    await limited.admit_registration("127.0.0.2")


async def test_the_password_is_not_guessed_by_who_has_a_token_alone(alone: RateLimiter) -> None:
    limited = throttle(alone)
    for address in (HERE, "127.0.0.2"):
        await limited.admit_change(address, "an id")
    with pytest.raises(TooManyRequests):
        await limited.admit_change("127.0.0.3", "an id")
    await limited.admit_change(HERE, "another")


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::1%eth0", "2001:db8::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_who_is_counted_for_an_address(address: str, subject: str) -> None:
    assert subject_of(address) == subject


async def test_gateways_share_their_count(alone: RateLimiter) -> None:
    for gateway in (throttle(alone), throttle(alone)):
        await gateway.admit_login(HERE, ADA)
    with pytest.raises(TooManyRequests):
        await throttle(alone).admit_login(HERE, ADA)


@pytest.mark.parametrize("error", [RedisConnectionError("refused"), OSError("reset"), TimeoutError()])
async def test_without_redis_logins_go_on_and_are_still_counted(error: Exception) -> None:
    assert await admitted(throttle(Gone(error)), HERE) == 2


@pytest.mark.parametrize("setting", ["login_rate", "hash_rate", "trusted_proxies"])
def test_a_limit_that_cannot_be_read_stops_the_process_at_start(setting: str) -> None:
    with pytest.raises(ValidationError, match=setting):
        fake_shop(**{setting: "often"})
