"""What the user service is told from outside."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from system.common.settings import DatabaseSettings
from system.user.domain import Registration, RuleBroken

LEAST_SECRET_BYTES = 32
"""RFC 7518 section 3.2: an HS256 key is at least as long as the hash."""


class Settings(DatabaseSettings):
    """Adds the cache, the tokens, the cost of a password and the first admin."""

    cache_url: str
    """Redis with the users' versions, redis://host:port/db. It must not come back with old data (no snapshots)."""
    cache_timeout_s: float = Field(default=0.2, gt=0)
    """Bound on one answer of the cache, connecting included."""
    cache_skip_s: float = Field(default=0.5, ge=0)
    """How long reads leave the cache alone after it failed."""
    version_ttl_s: float = Field(default=300.0, gt=0)
    lease_ttl_s: float = Field(default=5.0, gt=0)
    """How long a reader that missed may take to bring the version from MySQL."""

    jwt_secret: SecretStr
    access_ttl_s: int = Field(default=15 * 60, ge=1)
    refresh_ttl_s: int = Field(default=14 * 24 * 3600, ge=1)
    refresh_again_s: float = Field(default=5.0, ge=0)
    """How long a refresh may be repeated with the same result, by who did not get the answer; 0: not at all."""
    clock_skew_s: float = Field(default=5.0, ge=0)
    """How far the clocks of two instances may differ: a token may seem to be issued so much later than now."""

    argon2_memory_kib: int = Field(default=19 * 1024, ge=8)
    argon2_time_cost: int = Field(default=2, ge=1)
    argon2_parallelism: int = Field(default=1, ge=1)
    argon2_at_once: int = Field(default=4, ge=1)
    """Hashes computed at one time: each takes a thread and `argon2_memory_kib`."""
    argon2_waiting: int = Field(default=64, ge=1)
    """Who may wait for one; more are refused as busy."""

    admin_email: str = ""
    """The first admin's address; empty: none is made."""
    admin_password: SecretStr = SecretStr("")

    @field_validator("jwt_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value().encode()) < LEAST_SECRET_BYTES:
            raise ValueError(f"must be at least {LEAST_SECRET_BYTES} bytes long")
        return secret

    @model_validator(mode="after")
    def _usable_admin(self) -> Self:
        try:
            self.first_admin()
        except RuleBroken as error:
            raise ValueError(f"ADMIN_EMAIL and ADMIN_PASSWORD cannot be used: {error}") from None
        return self

    def first_admin(self) -> Registration | None:
        """Who the first admin is to be, None for nobody. Raises RuleBroken when the rules of an account are not met."""
        if not self.admin_email:
            return None
        return Registration.of(self.admin_email, self.admin_password.get_secret_value(), "Admin")
