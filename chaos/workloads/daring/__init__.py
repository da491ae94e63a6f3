"""Customers who dare: what people do by mistake and on purpose, drawn by each from a random stream of its own.

Every act is a function registered by `act`; a customer draws one after the other. All requests are recorded with their inputs
and answers, refusals too. Every module of this package is loaded, so adding a file adds its acts.
"""
