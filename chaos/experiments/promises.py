"""What several experiments share: lists of guarantees, what customers are promised, and settings that make a test faster."""

from harness.experiment import Ceiling

JOINED_BOOKS = (
    "lines_agree",
    "amounts_agree",
    "answers_agree",
    "payment_books_agree",
    "mail_tells_its_order",
    "inbox_agrees",
)
"""The guarantees that join the books of all parts per order."""

OF_A_SALE = (
    "no_oversell",
    "stock_conserved",
    "stock_told_truly",
    "acknowledged_orders_survive",
    "one_order_per_key",
    "legal_transitions",
    "registers_linearizable",
    "reservations_last",
    "rightful_requests_succeed",
    "charged_at_most_once",
    "paid_iff_captured",
    "mail_once_per_paid_order",
    "refusals_change_nothing",
    *JOINED_BOOKS,
    "sagas_terminate",
    "connections_returned",
    "memory_bounded",
    "honest_errors",
    "recovers",
)
"""The guarantees about orders, payments and mails."""

OF_A_LOCKED_SALE = ("lock_exclusive_and_fenced", "lock_protocol_kept", *OF_A_SALE)
"""The same, and the guarantees of the lock; needs the watcher `locks`."""

DECIDED_SOON = Ceiling(guarantee="sagas_terminate", counted="ms until the slowest 202 was decided", at_most=10_000)
"""Five times what is seen at most on a busy machine (1.8 s), without the time for which a fault was in force; mostly 0.1 s."""

CHEAP_PASSWORDS = {"ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1"}
"""Environment of the user service: the lowest cost that argon2 allows, for experiments that do not test passwords."""
