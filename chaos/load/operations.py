"""Names of operations of a load that no guarantee reads."""

REGISTER, READ_ACCOUNT = "register", "read_account"
