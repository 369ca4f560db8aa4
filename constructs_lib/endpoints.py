"""Names of Regional services: the values of ``kms:ViaService``, and the principal of CloudWatch Logs."""

from __future__ import annotations

from constructs_lib.pseudo_parameters import URL_SUFFIX


def via(service: str, region: str) -> str:
    """``s3.eu-west-1.amazonaws.com``, with the DNS suffix of the partition.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    return f"{service}.{region}.{URL_SUFFIX}"
