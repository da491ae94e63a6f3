"""Counters are read off a Prometheus page by one of their labels."""

from chaos.subject.metrics import read

PAGE = """\
# HELP consumer_redelivered_total Messages that had been delivered before.
# TYPE consumer_redelivered_total counter
consumer_redelivered_total{queue="order.place"} 7.0
# HELP dead_letters_total Messages refused for good.
# TYPE dead_letters_total counter
dead_letters_total{queue="order.place",reason="NO_ITEMS"} 2.0
dead_letters_total{queue="order.place",reason="NO_IDENTITY"} 3.0
# HELP consumer_batch_size Messages handled together.
# TYPE consumer_batch_size histogram
consumer_batch_size_bucket{le="1.0",queue="order.place"} 3.0
consumer_batch_size_count{queue="order.place"} 4.0
consumer_batch_size_sum{queue="order.place"} 11.0
"""


def test_a_counter() -> None:
    assert read(PAGE, "consumer_redelivered_total", by="queue") == {"order.place": 7.0}


def test_other_labels_add_up() -> None:
    assert read(PAGE, "dead_letters_total", by="queue") == {"order.place": 5.0}


def test_a_part_of_a_histogram() -> None:
    assert read(PAGE, "consumer_batch_size_sum", by="queue") == {"order.place": 11.0}


def test_what_is_not_there_is_not_nought() -> None:
    assert read(PAGE, "unheard_of", by="queue") == {}
