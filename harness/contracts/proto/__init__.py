"""The contract of calls and messages: the image of the .proto files, its lint, what breaks, and what running services say."""
