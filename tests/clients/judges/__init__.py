"""Unmodified client libraries, and the documentation's own requests, against a running server."""
