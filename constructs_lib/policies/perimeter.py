"""The sentences that stand in every resource policy of the archive: nobody from outside, nothing in clear text.

They deny, so they hold whatever another sentence allows by mistake.
"""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib.policies.statement import Statement, deny


def deny_principals_outside_organization(
    organization_id: str, *, actions: Sequence[str], resources: Sequence[str]
) -> Statement:
    """No user, role or anonymous caller from outside the organization does anything.

    AWS services are left to the sentence that follows: for them ``aws:PrincipalOrgID`` does not exist.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
    """
    return deny(
        "DenyPrincipalsOutsideOrganization",
        actions=actions,
        resources=resources,
        conditions={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization_id},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    )


def deny_services_for_outsiders(organization_id: str, *, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """No AWS service acts on behalf of an account of another organization (confused deputy).

    It holds where the service says for which organization it acts. Where a service says nothing, or acts for an
    account without an organization, the sentence that allows the service decides alone.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return deny(
        "DenyServicesForOutsiders",
        actions=actions,
        resources=resources,
        conditions={
            "StringNotEquals": {"aws:SourceOrgID": organization_id},
            "Null": {"aws:SourceOrgID": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        },
    )


def deny_insecure_transport(*, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Nobody reads or writes without TLS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    return deny(
        "DenyInsecureTransport",
        actions=actions,
        resources=resources,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
