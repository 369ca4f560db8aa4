"""Mistakes in the function that writes Parquet, and in who reads and writes it."""

from __future__ import annotations

from tests.policies.mutation import (
    HOME,
    Mutant,
    add_action,
    drop,
    mutant,
    permission,
    put,
    remove,
    respell,
    sentence,
    without_action,
)

IN_QUERY = "Query"
ROLE = "evidence-compaction"
ENCRYPTS = sentence("key", "CompactionEncryptsParquet")

COMPACTION = [
    Mutant("auditors write Parquet", HOME, remove("derived", "DenyParquetByOthers")),
    mutant(
        "anybody of the archive account reads Parquet",
        HOME,
        sentence("derived", "DenyResultsExceptAuditors"),
        respell("compacted/*", "compact/*"),
    ),
    Mutant("auditors read the compaction's results", HOME, remove("derived", "DenyResultsOfCompactionToOthers")),
    mutant(
        "superseded Parquet is read by anybody",
        HOME,
        sentence("derived", "DenyResultsExceptAuditors"),
        without_action("s3:GetObjectVersion"),
    ),
    mutant(
        "Parquet is guarded where it does not lie",
        HOME,
        sentence("derived", "DenyParquetByOthers"),
        respell("compacted/*", "compact/*"),
    ),
    mutant(
        "an auditor writes Parquet",
        HOME,
        sentence("derived", "DenyParquetByOthers"),
        respell("role/evidence-compaction", "role/evidence-auditor-audit"),
    ),
    mutant("the compaction encrypts whatever S3 holds", HOME, ENCRYPTS, drop("Condition", "StringLike")),
    mutant("the compaction encrypts without S3", HOME, ENCRYPTS, drop("Condition", "StringEquals")),
    mutant("anybody encrypts Parquet", HOME, ENCRYPTS, drop("Condition", "ArnEquals")),
    mutant(
        "the compaction asks in every workgroup",
        IN_QUERY,
        sentence(ROLE, "AskInOwnWorkgroup"),
        respell("workgroup/evidence-compaction", "workgroup/*"),
    ),
    mutant("the compaction writes evidence", IN_QUERY, sentence(ROLE, "GetEvidence"), add_action("s3:PutObject")),
    mutant("the compaction removes Parquet", IN_QUERY, sentence(ROLE, "WriteParquet"), add_action("s3:DeleteObject")),
    mutant(
        "the compaction writes whatever is derived",
        IN_QUERY,
        sentence(ROLE, "WriteParquet"),
        respell("/compacted/*", "/*"),
    ),
    mutant("Parquet goes to a bucket of any account", IN_QUERY, sentence(ROLE, "WriteParquet"), drop("Condition")),
    mutant(
        "the compaction lists all that is derived",
        IN_QUERY,
        sentence(ROLE, "ListParquet"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "the compaction gives every table partitions",
        IN_QUERY,
        sentence(ROLE, "PointPartitions"),
        respell("table/evidence/compacted_cloudtrail", "table/evidence/*"),
    ),
    mutant(
        "the compaction takes partitions away",
        IN_QUERY,
        sentence(ROLE, "PointPartitions"),
        add_action("glue:DeletePartition"),
    ),
    mutant(
        "the compaction rewrites every view",
        IN_QUERY,
        sentence(ROLE, "UpdateViews"),
        respell("table/evidence/cloudtrail_calls", "table/evidence/*"),
    ),
    mutant("the compaction takes views away", IN_QUERY, sentence(ROLE, "UpdateViews"), add_action("glue:DeleteTable")),
    mutant("any rule calls the compaction", IN_QUERY, permission("Compaction"), drop("SourceArn")),
    mutant(
        "the compaction may be replaced by its rule", IN_QUERY, permission("Compaction"), put("Action", to="lambda:*")
    ),
    mutant(
        "an auditor writes into Parquet",
        IN_QUERY,
        sentence("evidence-auditor-audit", "ReadParquet"),
        add_action("s3:PutObject"),
    ),
    mutant(
        "an auditor lists more than Parquet",
        IN_QUERY,
        sentence("evidence-auditor-audit", "ListParquet"),
        drop("Condition", "StringLike"),
    ),
]
"""Each in one sentence."""
