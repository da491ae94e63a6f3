import pytest
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter
from pydantic import ValidationError
from redis.exceptions import ConnectionError as RedisConnectionError

from system.common.errors import TooManyRequests
from system.gateway.throttle import LoginThrottle
from tests.unit.system.gateway.fakes import fake_shop


class Gone(MovingWindowRateLimiter):
    """A limiter whose storage cannot be reached."""

    def __init__(self, error: Exception) -> None:
        super().__init__(MemoryStorage())
        self._error = error

    async def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        raise self._error


def throttle(shared: RateLimiter) -> LoginThrottle:
    return LoginThrottle(parse("2/minute"), shared, MovingWindowRateLimiter(MemoryStorage()))


async def test_attempts_are_counted_per_address_and_email() -> None:
    limited = throttle(MovingWindowRateLimiter(MemoryStorage()))
    for _ in range(2):
        await limited.admit("127.0.0.1", "ada@shop.example")
    await limited.admit("127.0.0.2", "ada@shop.example")
    await limited.admit("127.0.0.1", "bob@shop.example")
    with pytest.raises(TooManyRequests) as refused:
        await limited.admit("127.0.0.1", "ada@shop.example")
    assert refused.value.retry_after_s is not None
    assert 1 <= refused.value.retry_after_s <= 60


async def test_gateways_share_their_count() -> None:
    shared = MovingWindowRateLimiter(MemoryStorage())
    for gateway in (throttle(shared), throttle(shared)):
        await gateway.admit("127.0.0.1", "ada@shop.example")
    with pytest.raises(TooManyRequests):
        await throttle(shared).admit("127.0.0.1", "ada@shop.example")


@pytest.mark.parametrize("error", [RedisConnectionError("refused"), OSError("reset"), TimeoutError()])
async def test_without_redis_logins_go_on_and_are_still_counted(error: Exception) -> None:
    limited = throttle(Gone(error))
    for _ in range(2):
        await limited.admit("127.0.0.1", "ada@shop.example")
    with pytest.raises(TooManyRequests):
        await limited.admit("127.0.0.1", "ada@shop.example")


def test_a_rate_that_cannot_be_read_stops_the_process_at_start() -> None:
    with pytest.raises(ValidationError, match="login_rate"):
        fake_shop(login_rate="often")
