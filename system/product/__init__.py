"""The product service: the catalogue, the stock, and reservations that no fault can turn into an oversell."""
