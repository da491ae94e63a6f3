"""What the product service is told from outside."""

from system.common.settings import DatabaseSettings


class ProductSettings(DatabaseSettings):
    """Nothing beyond the service's own schema."""
