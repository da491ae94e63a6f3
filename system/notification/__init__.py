"""Notification: writes to customers, once."""
