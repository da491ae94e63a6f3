"""Fuzzing of the queues of a RabbitMQ broker. Knows no message and no queue of any system."""
