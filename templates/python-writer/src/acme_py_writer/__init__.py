"""Writes records to the Acme API."""

__version__ = "0.1.0"
