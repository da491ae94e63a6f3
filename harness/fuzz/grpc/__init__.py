"""Fuzzing of gRPC services from the descriptors that they serve by reflection. Knows no service."""
