"""Cost of the proxy against direct connections, measured alternately so that other load affects both."""
