"""What is done to the shop."""
