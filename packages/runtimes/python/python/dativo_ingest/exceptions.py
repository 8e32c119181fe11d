"""Errors with a stable code, and whether trying again may help."""

from __future__ import annotations

from typing import Any, Dict, Optional, Type


class DativoError(Exception):
    """An error with a stable code.

    Example:
        raise ConfigurationError("base_url is required", details={"key": "connection.base_url"})
    """

    hint: Optional[str] = None
    """What to do about it, where the catalogue says nothing better."""

    def __init__(
        self,
        message: str,
        error_code: Optional[str] = None,
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code or self.__class__.__name__.upper()
        self.details = details if details is not None else {}
        self.retryable = retryable

    def to_dict(self) -> Dict[str, Any]:
        """The error as plain values."""
        return {
            "error_type": self.__class__.__name__,
            "error_code": self.error_code,
            "message": self.message,
            "details": self.details,
            "retryable": self.retryable,
        }

    def __str__(self) -> str:
        return f"{self.__class__.__name__}({self.error_code}): {self.message}"


class ConnectionError(DativoError):  # noqa: A001
    """The source or target could not be reached; retryable."""

    def __init__(
        self,
        message: str,
        error_code: str = "CONNECTION_FAILED",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = True,
    ) -> None:
        super().__init__(message, error_code, details, retryable)


class AuthenticationError(ConnectionError):
    """The source or target refused the credentials."""

    def __init__(
        self,
        message: str,
        error_code: str = "AUTHENTICATION_FAILED",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message, error_code, details, retryable)


class ValidationError(DativoError):
    """A record cannot be what it should be."""

    def __init__(
        self,
        message: str,
        error_code: str = "VALIDATION_FAILED",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message, error_code, details, retryable)


class ConfigurationError(DativoError):
    """The plugin cannot work with its configuration."""

    def __init__(
        self,
        message: str,
        error_code: str = "CONFIGURATION_ERROR",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message, error_code, details, retryable)


class TransientError(DativoError):
    """Something failed that usually passes; retryable, after `retry_after` seconds where the source said so."""

    def __init__(
        self,
        message: str,
        error_code: str = "TRANSIENT_ERROR",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = True,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message, error_code, details, retryable)
        self.retry_after = retry_after
        if retry_after:
            self.details["retry_after"] = retry_after

    def to_dict(self) -> Dict[str, Any]:
        """The error as plain values, with `retry_after` where it is known."""
        result = super().to_dict()
        if self.retry_after:
            result["retry_after"] = self.retry_after
        return result


class RateLimitError(TransientError):
    """The source asked for fewer requests; retryable."""

    def __init__(
        self,
        message: str,
        error_code: str = "RATE_LIMIT_EXCEEDED",
        details: Optional[Dict[str, Any]] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message, error_code, details, True, retry_after)


class PluginError(DativoError):
    """The plugin failed in another way."""

    def __init__(
        self,
        message: str,
        error_code: str = "PLUGIN_ERROR",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message, error_code, details, retryable)


class PluginVersionError(PluginError):
    """The plugin was built for another version of the contract."""

    def __init__(
        self,
        message: str,
        plugin_version: Optional[str] = None,
        required_version: Optional[str] = None,
        details: Optional[Dict[str, Any]] = None,
    ) -> None:
        versions = {"plugin_version": plugin_version, "required_version": required_version}
        known = {key: value for key, value in versions.items() if value}
        super().__init__(message, "PLUGIN_VERSION_INCOMPATIBLE", {**(details or {}), **known}, False)


class SandboxError(PluginError):
    """The sandbox of a plugin could not be started or died; retryable."""

    def __init__(
        self,
        message: str,
        error_code: str = "SANDBOX_ERROR",
        details: Optional[Dict[str, Any]] = None,
        retryable: bool = True,
    ) -> None:
        super().__init__(message, error_code, details, retryable)


def is_retryable_error(error: BaseException) -> bool:
    """Whether trying again may help; unknown errors are taken for final."""
    return error.retryable if isinstance(error, DativoError) else False


def get_error_code(error: BaseException) -> str:
    """The code of an error; `UNKNOWN_ERROR` when it carries none."""
    return error.error_code if isinstance(error, DativoError) else "UNKNOWN_ERROR"


def wrap_exception(
    error: BaseException, error_class: Type[DativoError] = DativoError, message: Optional[str] = None
) -> DativoError:
    """Makes a Dativo error of any exception; one that already is one passes unchanged."""
    if isinstance(error, DativoError):
        return error
    return error_class(
        message or str(error),
        details={"original_error": type(error).__name__, "original_message": str(error)},
    )
