"""What a role as which Data Firehose delivers may do, whoever it is: one list of one page."""

from __future__ import annotations

from tools.prove import permits as pages
from tools.prove.permits import Permit


def delivers(*, bucket: str, prefixes: tuple[str, ...], owner: str, key: str, via_s3: str) -> list[Permit]:
    """Puts, finds and lists under its prefixes in a bucket of an account, and encrypts through S3."""
    there = {"aws:ResourceAccount": (owner,)}
    return [
        Permit(
            actions=("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
            resources=tuple(f"{bucket}/{prefix}" for prefix in prefixes),
            when=there,
            source=pages.FIREHOSE,
        ),
        Permit(actions=("s3:GetBucketLocation",), resources=(bucket,), when=there, source=pages.FIREHOSE),
        Permit(
            actions=("s3:ListBucket",),
            resources=(bucket,),
            when=there | {"s3:prefix": prefixes},
            source=pages.FIREHOSE,
        ),
        Permit(
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            resources=(key,),
            when={"kms:ViaService": (via_s3,)},
            source=pages.FIREHOSE,
        ),
    ]
