"""A Graph that only answers: prepared bytes over TLS on connections that stay open, far faster than any client."""
