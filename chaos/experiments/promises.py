"""What several experiments say alike: the promises that any shop full of buyers must keep, and settings for a test's pace."""

OF_A_SALE = (
    "no_oversell",
    "stock_conserved",
    "acknowledged_orders_survive",
    "one_order_per_key",
    "legal_transitions",
    "charged_at_most_once",
    "paid_iff_captured",
    "mail_once_per_paid_order",
    "sagas_terminate",
    "honest_errors",
    "recovers",
)
"""Every guarantee that orders, payments and mails can be judged by."""

OF_A_LOCKED_SALE = ("lock_exclusive_and_fenced", *OF_A_SALE)
"""The same, and what the lock promises; needs the watcher `locks`."""

CHEAP_PASSWORDS = {"ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1"}
"""For the user service: the cheapest hashes that argon2 allows, where passwords are not what an experiment is about."""
