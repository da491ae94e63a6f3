"""What every service of the shop is built from."""
