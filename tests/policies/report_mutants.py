"""Mistakes in the function that writes the report page, and in who reads and writes it."""

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
ROLE = "evidence-report"

ENCRYPTS = sentence("key", "ReportEncryptsPages")

REPORT = [
    Mutant("anybody of the archive account reads a report", HOME, remove("derived", "DenyReportsExceptAuditors")),
    Mutant("anybody of the archive account writes a report", HOME, remove("derived", "DenyReportsByOthers")),
    Mutant("auditors read the report's results", HOME, remove("derived", "DenyResultsOfReportToOthers")),
    mutant(
        "a superseded page is read by anybody",
        HOME,
        sentence("derived", "DenyReportsExceptAuditors"),
        without_action("s3:GetObjectVersion"),
    ),
    mutant(
        "pages are guarded where they do not lie",
        HOME,
        sentence("derived", "DenyReportsByOthers"),
        respell("reports/*", "report/*"),
    ),
    mutant(
        "an auditor writes pages",
        HOME,
        sentence("derived", "DenyReportsByOthers"),
        respell("role/evidence-report", "role/evidence-auditor-audit"),
    ),
    mutant(
        "the report encrypts whatever S3 holds",
        HOME,
        ENCRYPTS,
        drop("Condition", "StringLike"),
    ),
    mutant(
        "the report encrypts without S3",
        HOME,
        ENCRYPTS,
        drop("Condition", "StringEquals"),
    ),
    mutant("anybody encrypts pages", HOME, ENCRYPTS, drop("Condition", "ArnEquals")),
    mutant(
        "the report makes grants",
        HOME,
        ENCRYPTS,
        put("Action", to=["kms:GenerateDataKey", "kms:CreateGrant"]),
    ),
    mutant(
        "the report asks in every workgroup",
        IN_QUERY,
        sentence(ROLE, "AskInOwnWorkgroup"),
        respell("workgroup/evidence-report", "workgroup/*"),
    ),
    mutant(
        "the report lifts its limit",
        IN_QUERY,
        sentence(ROLE, "AskInOwnWorkgroup"),
        add_action("athena:UpdateWorkGroup"),
    ),
    mutant("the report changes tables", IN_QUERY, sentence(ROLE, "ReadCatalog"), add_action("glue:UpdateTable")),
    mutant(
        "the report reads recordings",
        IN_QUERY,
        sentence(ROLE, "GetEvidence"),
        respell("s3:::evidence-logs-", "s3:::evidence-*-"),
    ),
    mutant("the report writes evidence", IN_QUERY, sentence(ROLE, "GetEvidence"), add_action("s3:PutObject")),
    mutant("the report removes pages", IN_QUERY, sentence(ROLE, "WriteReports"), add_action("s3:DeleteObject")),
    mutant(
        "the report writes whatever is derived",
        IN_QUERY,
        sentence(ROLE, "WriteReports"),
        respell("/reports/*", "/*"),
    ),
    mutant("pages go to a bucket of any account", IN_QUERY, sentence(ROLE, "WriteReports"), drop("Condition")),
    mutant("any rule calls the report", IN_QUERY, permission("Report"), drop("SourceArn")),
    mutant("the report may be replaced by its rule", IN_QUERY, permission("Report"), put("Action", to="lambda:*")),
    mutant(
        "an auditor writes into the pages",
        IN_QUERY,
        sentence("evidence-auditor-audit", "ReadReports"),
        add_action("s3:PutObject"),
    ),
    mutant(
        "an auditor lists all that is derived",
        IN_QUERY,
        sentence("evidence-auditor-audit", "ListReports"),
        drop("Condition", "StringLike"),
    ),
]
"""Each in one sentence."""
