"""Payment: takes the money of an order at most once, gives it back when asked, and has the customer told."""
