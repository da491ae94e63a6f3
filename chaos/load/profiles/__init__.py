"""The load profiles, one file each."""
