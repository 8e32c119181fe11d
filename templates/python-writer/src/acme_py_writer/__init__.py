"""The plugin acme-py-writer."""

__version__ = "0.1.0"
