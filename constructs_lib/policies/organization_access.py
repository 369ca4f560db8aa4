"""The resource policy of the organization itself: what an account beside the management account may look up."""

from __future__ import annotations

from constructs_lib.policies.statement import Document, Statement, account_root, allow, document


def organization_access(*, partition: str, organization_id: str, management: str, archive: str) -> Document:
    """The archive account reads which accounts and organizational units there are, and changes nothing.

    Args:
        partition: For instance ``aws``.
        organization_id: The organization.
        management: The management account, in which accounts and units stand.
        archive: The archive account.
    """
    return document(
        [
            archive_lists_accounts(partition=partition, archive=archive),
            archive_reads_places(
                partition=partition, organization_id=organization_id, management=management, archive=archive
            ),
        ]
    )


def archive_lists_accounts(*, partition: str, archive: str) -> Statement:
    """Principals of the archive account that their own policies allow list accounts and roots, which takes no narrower
    resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
    """
    return allow(
        "ArchiveListsAccounts",
        principal=account_root(partition=partition, account=archive),
        actions=["organizations:DescribeOrganization", "organizations:ListAccounts", "organizations:ListRoots"],
        resources=["*"],
    )


def archive_reads_places(*, partition: str, organization_id: str, management: str, archive: str) -> Statement:
    """They read in which unit an account stands, of this organization alone.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
    """
    here = f"arn:{partition}:organizations::{management}"
    return allow(
        "ArchiveReadsPlaces",
        principal=account_root(partition=partition, account=archive),
        actions=[
            "organizations:DescribeAccount",
            "organizations:DescribeOrganizationalUnit",
            "organizations:ListAccountsForParent",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListParents",
        ],
        resources=[
            f"{here}:account/{organization_id}/*",
            f"{here}:ou/{organization_id}/*",
            f"{here}:root/{organization_id}/*",
        ],
    )
