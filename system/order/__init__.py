"""The order service: a queue that absorbs a flash sale, Redlock around the stock, sagas that bring every order to rest."""
