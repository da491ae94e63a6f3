"""All SQL of the product service. Every function works in the caller's transaction (READ COMMITTED).

Locks are taken in one order, so that batches queue up rather than deadlock: reservations that exist (by order id), then
stock (by product id), then reservations that come into being (by order id). What still collides is run again.
"""
