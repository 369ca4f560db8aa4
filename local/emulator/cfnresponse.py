"""The module `cfnresponse` that AWS puts beside inline Python functions, written anew after its documentation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(
    event: dict[str, Any],
    context: Any,
    responseStatus: str,  # noqa: N803 - AWS's own name
    responseData: dict[str, Any],  # noqa: N803 - AWS's own name
    physicalResourceId: str | None = None,  # noqa: N803 - AWS's own name
    noEcho: bool = False,  # noqa: N803 - AWS's own name
    reason: str | None = None,
) -> None:
    """Tells CloudFormation how the custom resource went."""
    body = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(body).encode(), method="PUT")
    # The URL is the embedded AWS's own, on 127.0.0.1.
    urllib.request.urlopen(request, timeout=30).close()  # nosec B310
