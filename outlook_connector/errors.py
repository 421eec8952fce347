"""Every error that the connector raises, as one tree::

    ConnectorError
    ├── ManifestError          connector.yaml or a schema is wrong: the connector's author mends it
    ├── ConfigError            the connection configuration is wrong: the host's operator mends it
    ├── UnknownOperation       no operation of that name
    ├── OperationDenied        the connection's policy forbids it
    ├── InvalidInput           the input does not fit the operation's schema: each problem with a JSON pointer
    ├── AuthError              no access token could be had
    │   ├── SignInRequired     a person has to sign in (again)
    │   ├── ConsentRequired    a permission has not been granted
    │   └── CredentialExpired  the client secret or certificate is no longer valid
    ├── TransportError         no answer came, and nothing was done (or it is safe to repeat)
    ├── OutcomeUnknown         no readable answer to a request that must not be repeated blindly
    ├── GraphError             Microsoft Graph answered with an error
    │   ├── NotFound           404, 410
    │   ├── Forbidden          403
    │   ├── Conflict           409, 412
    │   ├── Throttled          429
    │   └── ServiceUnavailable 5xx
    └── UnexpectedResponse     an answer that is not what Graph documents

``to_dict()`` is the one form in which every host shows an error. ``code`` is stable and meant for programs,
``message`` for people, ``retryable`` says whether the same call may simply be made again later.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

Problem = tuple[str, str]
"""A JSON pointer (RFC 6901) and what was expected there."""

LOOK = "Look before it is repeated."
"""What the message of an unknown outcome advises."""


def pointer(path: Sequence[str | int]) -> str:
    """An RFC 6901 pointer: ``["to", 0]`` gives ``/to/0``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


class ConnectorError(Exception):
    """The root of the tree. ``details`` holds JSON values only, and never a secret or the content of a mail."""

    default_code: ClassVar[str] = "connectorError"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool = False,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message
        self.retryable = retryable
        self.details: dict[str, Any] = dict(details or {})

    def to_dict(self) -> dict[str, Any]:
        """``{"error", "code", "message", "retryable", "details"}``; ``error`` is the class's name."""
        return {
            "error": type(self).__name__,
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
            "details": self.details,
        }


class ManifestError(ConnectorError):
    """The manifest or one of its schemas is wrong. ``details["problems"]`` lists where and what."""

    default_code = "invalidManifest"


class ConfigError(ConnectorError):
    """A key of the connection configuration is wrong. ``details["problems"]``: ``{pointer, message}`` each."""

    default_code = "invalidConfig"


class UnknownOperation(ConnectorError):
    """The manifest has no operation of that name. ``details["similar"]`` names those that come near."""

    default_code = "unknownOperation"


class OperationDenied(ConnectorError):
    """The connection's policy forbids the operation, the mailbox or a recipient; ``details["rule"]`` is the
    configuration's key that does."""

    default_code = "operationDenied"


class InvalidInput(ConnectorError):
    """The input is wrong. ``details["problems"]``: ``{pointer, message}`` for every wrong field (RFC 6901)."""

    default_code = "invalidInput"
    TOLD = 20
    KEPT = 200

    @classmethod
    def of(cls, problems: Sequence[Problem], subject: str = "input") -> "InvalidInput":
        """One error; the pointer ``""`` is the whole input. The message tells the first
        ``TOLD`` of them, ``details["problems"]`` the first ``KEPT``."""
        told = "; ".join(f"{at or '(the whole input)'}: {message}" for at, message in problems[: cls.TOLD])
        more = f"; and {len(problems) - cls.TOLD} more" if len(problems) > cls.TOLD else ""
        details = {"problems": [{"pointer": at, "message": message} for at, message in problems[: cls.KEPT]]}
        return cls(f"The {subject} is not valid. {told}{more}", details=details)


class AuthError(ConnectorError):
    """No access token could be had. ``details`` may hold ``aadsts`` (the AADSTS number), ``error``,
    ``correlationId`` and ``advice``."""

    default_code = "authFailed"


class SignInRequired(AuthError):
    """A person has to sign in, for the first time or again."""

    default_code = "signInRequired"


class ConsentRequired(AuthError):
    """The user or an administrator has to grant a permission; ``details["missing"]`` names it where known."""

    default_code = "consentRequired"


class CredentialExpired(AuthError):
    """The app's client secret or certificate is no longer valid and has to be replaced."""

    default_code = "credentialExpired"


class TransportError(ConnectorError):
    """No connection or no answer, on a request that did nothing or may be repeated."""

    default_code = "noAnswer"


class OutcomeUnknown(ConnectorError):
    """The request was sent, and its answer was lost or cannot be read; it may or may not have been carried out.
    ``details["check"]`` says where to look before it is repeated."""

    default_code = "outcomeUnknown"

    @classmethod
    def after(cls, problem: ConnectorError, what: str, check: str) -> "OutcomeUnknown":
        """For ``what`` must not be done twice and met ``problem`` where its answer was due."""
        how = "cannot be read" if isinstance(problem, UnexpectedResponse) else "was lost"
        return cls(
            f"The answer to {what} {how} ({problem.code}), and it may have been carried out. {LOOK}",
            details={**problem.details, "cause": problem.code, "check": check},
        )

    def safe_to_repeat(self, how: str) -> "OutcomeUnknown":
        """The same, where the same call does nothing twice: ``how`` says so, in place of the advice to look first."""
        return type(self)(
            self.message.replace(LOOK, how), code=self.code, retryable=True, details=self.details
        )


class GraphError(ConnectorError):
    """Microsoft Graph refused. See https://learn.microsoft.com/graph/errors."""

    default_code = "graphError"

    def __init__(
        self,
        message: str,
        *,
        status: int,
        graph_code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        code: str | None = None,
        retryable: bool = False,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        facts = {
            "status": status,
            "graphCode": graph_code,
            "requestId": request_id,
            "retryAfter": retry_after,
            **(details or {}),
        }
        known = {name: value for name, value in facts.items() if value is not None}
        super().__init__(message, code=code, retryable=retryable, details=known)
        self.status = status
        self.graph_code = graph_code
        self.request_id = request_id
        self.retry_after = retry_after


class NotFound(GraphError):
    """404 or 410: the item, folder or mailbox is not there (or not visible to this account)."""

    default_code = "notFound"


class Forbidden(GraphError):
    """403: the token lacks a permission, or the mailbox's owner has not given access."""

    default_code = "forbidden"


class Conflict(GraphError):
    """409 or 412: the item has changed in between, or one of that name is there already."""

    default_code = "conflict"


class Throttled(GraphError):
    """429: too many requests; ``retry_after`` in seconds where Graph gave one."""

    default_code = "throttled"


class ServiceUnavailable(GraphError):
    """5xx: the service could not answer."""

    default_code = "serviceUnavailable"


class UnexpectedResponse(ConnectorError):
    """An answer that is not JSON where JSON is due, is too large, or is not of the documented shape."""

    default_code = "unexpectedResponse"
