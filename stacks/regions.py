"""Which Regions exist, in which partition, and what is missing where.

Facts as of cfn-lint 1.58 (CloudFormation schemas of 2026-10); a test compares them with the installed
cfn-lint, so that a newer one says what changed.
"""

from __future__ import annotations

from typing import Final

COMMERCIAL: Final = "aws"
CHINA: Final = "aws-cn"
GOVCLOUD: Final = "aws-us-gov"

PARTITION_OF_REGION: Final = {
    **dict.fromkeys(
        (
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ),
        COMMERCIAL,
    ),
    **dict.fromkeys(("cn-north-1", "cn-northwest-1"), CHINA),
    **dict.fromkeys(("us-gov-east-1", "us-gov-west-1"), GOVCLOUD),
}

WITH_RECORDING: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    }
)
"""Regions where ``AWS::SSMGuiConnect::Preferences`` exists."""

WITHOUT_SERVICE_SETTING: Final = frozenset(
    {"cn-north-1", "cn-northwest-1", "me-central-1", "us-gov-east-1", "us-gov-west-1"}
)
"""Regions where ``AWS::SSM::ServiceSetting``, and so Default Host Management by template, is missing."""

WITH_WORKSPACES: Final = frozenset(
    {
        "af-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-5",
        "ca-central-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-2",
    }
)
"""Regions of which AWS documents what clients of WorkSpaces must reach; a test compares them with the tables of
``lambda_src/workspaces_network``.
https://docs.aws.amazon.com/workspaces/latest/adminguide/workspaces-port-requirements.html"""

REACHED_BY_NOTICES: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)
"""Regions whose functions a topic of us-east-1 calls: those that are enabled by default.
https://docs.aws.amazon.com/sns/latest/dg/lambda-prereq.html"""
