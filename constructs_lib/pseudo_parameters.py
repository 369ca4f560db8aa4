"""The pseudo parameters of CloudFormation, asked of the CDK once: each further look would be a call into Node."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk

ACCOUNT_ID: Final = cdk.Aws.ACCOUNT_ID
PARTITION: Final = cdk.Aws.PARTITION
REGION: Final = cdk.Aws.REGION
URL_SUFFIX: Final = cdk.Aws.URL_SUFFIX
