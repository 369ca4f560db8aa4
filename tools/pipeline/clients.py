"""Calls CloudFormation as the roles that ``cdk bootstrap`` made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Client = Any
ClientOf = Callable[[str, str], Client]
"""A client of CloudFormation as a role (empty: as oneself), in a Region."""


def cloudformation_as(role_arn: str, region: str) -> Client:
    """A client that has taken a role; with an empty ARN, one's own."""
    import boto3

    if not role_arn:
        return boto3.client("cloudformation", region_name=region)
    # The Regional endpoint: the global one may be refused, and its tokens do not hold in Regions one opted into.
    answer = boto3.client("sts", region_name=region).assume_role(RoleArn=role_arn, RoleSessionName="evidence-pipeline")
    taken = answer["Credentials"]
    return boto3.client(
        "cloudformation",
        region_name=region,
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
    )
