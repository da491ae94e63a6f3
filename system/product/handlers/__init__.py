"""The use cases of the product service. They raise the errors of system.common.errors, and nothing else on purpose."""
