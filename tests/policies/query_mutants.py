"""Mistakes in who asks in Athena, and in who sees the answers."""

from __future__ import annotations

from tests.policies.mutation import (
    HOME,
    Mutant,
    add_action,
    drop,
    mutant,
    put,
    remove,
    respell,
    sentence,
    without_action,
)

IN_QUERY = "Query"
AUDIT = "evidence-auditor-audit"

QUERY = [
    Mutant("administrators of the archive account read results", HOME, remove("derived", "DenyResultsExceptAuditors")),
    Mutant("auditors read each other's results", HOME, remove("derived", "DenyResultsOfAuditToOthers")),
    mutant(
        "a version of a result is read by anybody of the archive account",
        HOME,
        sentence("derived", "DenyResultsExceptAuditors"),
        without_action("s3:GetObjectVersion"),
    ),
    mutant(
        "anybody of the archive account writes results",
        HOME,
        sentence("derived", "DenyResultsExceptAuditors"),
        without_action("s3:PutObject"),
    ),
    mutant(
        "one auditor's results are another's",
        HOME,
        sentence("derived", "DenyResultsOfAuditToOthers"),
        respell("evidence-auditor-audit", "evidence-auditor-response"),
    ),
    mutant(
        "the results are guarded where they do not lie",
        HOME,
        sentence("derived", "DenyResultsOfResponseToOthers"),
        respell("athena-results/response/*", "athena-results/response/"),
    ),
    mutant(
        "auditors encrypt whatever S3 holds",
        HOME,
        sentence("key", "AuditorsEncryptResults"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "auditors encrypt without S3",
        HOME,
        sentence("key", "AuditorsEncryptResults"),
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "anybody of the archive account encrypts results",
        HOME,
        sentence("key", "AuditorsEncryptResults"),
        drop("Condition", "ArnEquals"),
    ),
    mutant(
        "whoever writes results makes grants",
        HOME,
        sentence("key", "AuditorsEncryptResults"),
        put("Action", to=["kms:GenerateDataKey", "kms:CreateGrant"]),
    ),
    mutant(
        "an auditor asks in every workgroup",
        IN_QUERY,
        sentence(AUDIT, "AskInOwnWorkgroup"),
        respell("workgroup/evidence-audit", "workgroup/*"),
    ),
    mutant(
        "an auditor lifts its limit",
        IN_QUERY,
        sentence(AUDIT, "AskInOwnWorkgroup"),
        add_action("athena:UpdateWorkGroup"),
    ),
    mutant(
        "an auditor changes tables",
        IN_QUERY,
        sentence(AUDIT, "ReadCatalog"),
        add_action("glue:UpdateTable"),
    ),
    mutant(
        "an auditor sees every table of the account",
        IN_QUERY,
        sentence(AUDIT, "ReadCatalog"),
        respell(":table/evidence/*", ":table/*"),
    ),
    mutant(
        "an auditor's role reads all results",
        IN_QUERY,
        sentence(AUDIT, "KeepOwnResults"),
        respell("athena-results/audit/*", "athena-results/*"),
    ),
    mutant(
        "an auditor removes results",
        IN_QUERY,
        sentence(AUDIT, "KeepOwnResults"),
        add_action("s3:DeleteObject"),
    ),
    mutant(
        "an auditor lists everybody's results",
        IN_QUERY,
        sentence(AUDIT, "ListOwnResults"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "results go to a bucket of any account",
        IN_QUERY,
        sentence(AUDIT, "KeepOwnResults"),
        drop("Condition"),
    ),
    mutant(
        "an auditor writes evidence",
        IN_QUERY,
        sentence(AUDIT, "GetEvidence"),
        add_action("s3:PutObject"),
    ),
    mutant(
        "an auditor encrypts without S3",
        IN_QUERY,
        sentence(AUDIT, "EncryptResults"),
        drop("Condition"),
    ),
    mutant(
        "any role of its account is the auditor",
        IN_QUERY,
        sentence(AUDIT, "NamedRolesAudit"),
        drop("Condition", "ArnLike"),
    ),
    mutant(
        "an auditor comes from any organization",
        IN_QUERY,
        sentence(AUDIT, "NamedRolesAudit"),
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "one auditor takes another's role",
        IN_QUERY,
        sentence(AUDIT, "NamedRolesAudit"),
        respell("AWSReservedSSO_Auditor_*", "AWSReservedSSO_Response_*"),
    ),
]
"""Each in one sentence."""
