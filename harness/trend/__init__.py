"""Trends over nights: what each night measured (one line of JSON), where a figure changed, and a page that shows both."""
