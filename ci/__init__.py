"""The commands of CI and of nightly runs."""
