"""Mistakes in the function that notices what is missing from the evidence."""

from __future__ import annotations

from tests.policies.mutation import HOME, Mutant, add_action, drop, mutant, permission, put, remove, respell, sentence

IN_QUERY = "Query"
ROLE = "evidence-check"

CHECK = [
    Mutant("auditors read the check's results", HOME, remove("derived", "DenyResultsOfCheckToOthers")),
    mutant(
        "the check encrypts whatever S3 holds",
        HOME,
        sentence("key", "CheckEncryptsResults"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "anybody encrypts results of the check",
        HOME,
        sentence("key", "CheckEncryptsResults"),
        drop("Condition", "ArnEquals"),
    ),
    mutant(
        "the check asks in every workgroup",
        IN_QUERY,
        sentence(ROLE, "AskInOwnWorkgroup"),
        respell("workgroup/evidence-check", "workgroup/*"),
    ),
    mutant("the check changes tables", IN_QUERY, sentence(ROLE, "ReadCatalog"), add_action("glue:UpdateTable")),
    mutant("the check writes evidence", IN_QUERY, sentence(ROLE, "GetEvidence"), add_action("s3:PutObject")),
    mutant("the check forges the roster", IN_QUERY, sentence(ROLE, "ReadRoster"), add_action("dynamodb:PutItem")),
    mutant(
        "the check forgets what it told",
        IN_QUERY,
        sentence(ROLE, "RememberGaps"),
        add_action("dynamodb:DeleteItem"),
    ),
    mutant(
        "the check writes what other functions remember",
        IN_QUERY,
        sentence(ROLE, "RememberGaps"),
        respell("table/evidence-missing", "table/*"),
    ),
    mutant(
        "the check decrypts every table",
        IN_QUERY,
        sentence(ROLE, "UseKeysOfTables"),
        drop("Condition", "StringEquals", "kms:EncryptionContext:aws:dynamodb:tableName"),
    ),
    mutant(
        "the check decrypts by every service",
        IN_QUERY,
        sentence(ROLE, "UseKeysOfTables"),
        drop("Condition", "StringEquals", "kms:ViaService"),
    ),
    mutant(
        "the check makes grants on every key",
        IN_QUERY,
        sentence(ROLE, "DescribeKeysOfTables"),
        add_action("kms:CreateGrant"),
    ),
    mutant("the check speaks for others", IN_QUERY, sentence(ROLE, "PutOwnEvents"), drop("Condition")),
    mutant("any rule calls the check", IN_QUERY, permission("Check"), drop("SourceArn")),
    mutant("the check may be replaced by its rule", IN_QUERY, permission("Check"), put("Action", to="lambda:*")),
]
"""Each in one sentence."""
