"""What going through the proxy costs, against not going through it, measured in one run so that a busy machine hurts both."""
