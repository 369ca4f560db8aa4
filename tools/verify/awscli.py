"""The AWS CLI's validator and the botocore that comes with it, imported in one place and in their order."""

from __future__ import annotations

from awscli.customizations.cloudtrail.validation import (  # isort: skip # it decides which botocore the next one is
    CloudTrailValidateLogs,
    DigestProvider,
    DigestTraverser,
    Sha256RSADigestValidator,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

__all__ = [
    "BotoCoreError",
    "ClientError",
    "CloudTrailValidateLogs",
    "DigestProvider",
    "DigestTraverser",
    "Session",
    "Sha256RSADigestValidator",
]
