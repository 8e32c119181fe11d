"""What Cloud Functions calls: the function `dativo`."""

from dativo_function.http_function import dativo

__all__ = ["dativo"]
