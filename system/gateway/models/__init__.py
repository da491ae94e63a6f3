"""The JSON of the API: strict models, a limit on every field, an example on every model."""
