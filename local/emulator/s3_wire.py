"""S3's XML, written and read by botocore's own model of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("s3", "service-2"), "s3")


def request_body(operation: str, members: dict[str, Any]) -> bytes:
    """The body of an S3 request as a client sends it."""
    serialized = create_serializer("rest-xml").serialize_to_request(members, _model().operation_model(operation))
    body: bytes | str = serialized["body"]
    return body if isinstance(body, bytes) else body.encode()


def response_members(operation: str, body: bytes | str) -> dict[str, Any]:
    """The members of an S3 response as a client reads them."""
    encoded = body if isinstance(body, bytes) else body.encode()
    shape = _model().operation_model(operation).output_shape
    answer = {"body": encoded, "headers": {}, "status_code": 200}
    read: dict[str, Any] = create_parser("rest-xml").parse(answer, shape)
    return read
