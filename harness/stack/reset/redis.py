"""The keys of a Redis or Valkey server, in all its databases."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

import redis

from harness.stack.manifest import MemberRecord
from harness.stack.reset.contents import Contents, NotClean, contents
from harness.stack.view import StackView

_TIMEOUT_S = 10.0


@contents
class Keys(Contents):
    """All keys are deleted, also those that a process wrote at its start."""

    kind: ClassVar[str] = "redis"

    def __init__(self, view: StackView, server: MemberRecord) -> None:
        self._url = view.redis_url(server.name)
        self._name = server.name

    def remember(self) -> None:
        """See Contents."""

    def restore(self) -> None:
        """See Contents."""
        with self._client() as client:
            client.flushall()

    def left(self) -> Sequence[str]:
        """See Contents."""
        with self._client() as client:
            spaces: Mapping[str, Mapping[str, int]] = client.info("keyspace")
        return [f"{of['keys']} keys in {database} of {self._name}" for database, of in spaces.items() if of["keys"]]

    @contextmanager
    def _client(self) -> "Iterator[redis.Redis]":
        try:
            with redis.Redis.from_url(self._url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S) as client:
                yield client
        except redis.RedisError as error:
            raise NotClean(f"{self._name}: {error}") from error
