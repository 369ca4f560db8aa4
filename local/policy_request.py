"""Who asks for what: the principal, the action and the keys that a policy may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SESSION = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/(?P<name>.+)")


@dataclass(frozen=True, kw_only=True)
class IamPrincipal:
    """A role or an account's administrator; its requests carry `aws:Principal*` keys and no `aws:Source*` keys.

    Args:
        arn: For a session, the ARN of the role (with its path), as `aws:PrincipalArn` has it.
        session_arn: The ARN of the session, which a `Principal` element may name as well.
    """

    arn: str
    account: str
    organization: str
    session_arn: str = ""

    @property
    def name(self) -> str:
        """What a journal calls it."""
        return self.session_arn or self.arn

    @property
    def is_root(self) -> bool:
        """The account itself, which no identity policy limits."""
        return self.arn.endswith(":root")

    def keys(self) -> dict[str, str]:
        """The global keys of its requests."""
        return {
            "aws:principalarn": self.arn,
            "aws:principalaccount": self.account,
            "aws:principalorgid": self.organization,
            "aws:principaltype": "Account" if self.is_root else "AssumedRole",
            "aws:principalisawsservice": "false",
        }


@dataclass(frozen=True, kw_only=True)
class ServicePrincipal:
    """An AWS service that acts for an account; its requests carry `aws:Source*` keys and no `aws:Principal*` ids."""

    service: str
    account: str
    organization: str
    source_arn: str

    @property
    def name(self) -> str:
        """What a journal calls it."""
        return self.service

    def keys(self) -> dict[str, str]:
        """The global keys of its requests."""
        return {
            "aws:principalisawsservice": "true",
            "aws:principalservicename": self.service,
            "aws:sourceaccount": self.account,
            "aws:sourceorgid": self.organization,
            "aws:sourcearn": self.source_arn,
        }


Principal = IamPrincipal | ServicePrincipal


@dataclass(frozen=True, kw_only=True)
class Request:
    """One action on one resource. `context` adds to the keys of the principal, whatever the case of its names."""

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def keys(self) -> dict[str, str]:
        """Every key of the request, its name in lower case."""
        return {
            "aws:securetransport": "true",
            "aws:viaawsservice": "false",
            "s3:tlsversion": "1.3",
            **self.principal.keys(),
            **{name.lower(): value for name, value in self.context.items()},
        }


def role_of_session(session_arn: str) -> tuple[str, str, str] | None:
    """Partition, account and role name of an assumed role's session; None for any other ARN."""
    found = _SESSION.fullmatch(session_arn)
    return (found["partition"], found["account"], found["role"]) if found else None
