"""What each consumer uses: declared in data, derived from and verified by recorded traffic, held against providers."""
