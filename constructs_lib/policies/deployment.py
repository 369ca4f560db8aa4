"""The sentences of roles that deploy: who may take them, and which roles of the CDK they may take in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from constructs_lib.policies.statement import Statement, allow
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION

GITHUB_ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
QUALIFIER = "hnb659fds"
Kind = Literal["deploy", "file-publishing", "lookup"]


def github_provider_arn() -> str:
    """The ARN of the account's one identity provider for GitHub."""
    return f"arn:{PARTITION}:iam::{ACCOUNT_ID}:oidc-provider/{GITHUB_ISSUER}"


def github_jobs_take_role(*, repository: str, environments: Sequence[str]) -> Statement:
    """A job of the repository takes the role if it runs in one of the environments, which say who approves.

    No pull request, no branch and no other repository has such a subject.
    https://docs.github.com/actions/reference/security/oidc
    """
    return {
        "Sid": "GitHubJobsTakeRole",
        "Effect": "Allow",
        "Principal": {"Federated": github_provider_arn()},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{GITHUB_ISSUER}:aud": AUDIENCE,
                f"{GITHUB_ISSUER}:sub": [f"repo:{repository}:environment:{name}" for name in environments],
            }
        },
    }


def act_as_cdk(*kinds: Kind, account: str, organization_id: str) -> Statement:
    """The role acts through roles that ``cdk bootstrap`` made, in one account or ("*") in the organization's.

    It never becomes the execution role itself: that one CloudFormation alone assumes.
    """
    return allow(
        "ActAsCdk",
        actions=["sts:AssumeRole"],
        resources=[f"arn:{PARTITION}:iam::{account}:role/cdk-{QUALIFIER}-{kind}-role-{account}-*" for kind in kinds],
        conditions={"StringEquals": {"aws:ResourceOrgID": organization_id}},
    )
