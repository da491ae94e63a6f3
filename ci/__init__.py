"""What CI and the nightly runs call."""
