"""What products, categories, stock and reservations are, and how they may change. Pure: no I/O, standard library only."""
