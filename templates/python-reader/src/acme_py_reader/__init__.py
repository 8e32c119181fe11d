"""The plugin acme-py-reader."""

__version__ = "0.1.0"
