"""The catalog finds evidence where it is written, and each auditor has a place of its own to ask in."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from constructs_lib import archive_layout as layout
from constructs_lib.query.catalog import hive_type
from constructs_lib.query.schema import read_schema
from stacks.query_settings import MOST_AUDITORS
from stacks.query_stack import places_of
from tests.assembly import flat, listed, only, resources, settings_with, synthesize
from tests.conftest import VARIANTS
from tools.prove.policies import load_policies
from tools.query.library import read_library

QUERY = "Query"
FUNCTIONS = {"evidence-check", "evidence-compaction", "evidence-report"}
SQL = Path(__file__).parent.parent.parent / "sql"
PREFIX = re.compile(r"!\{timestamp:([^}]*)\}")


def tables(assembly):
    """Tables and views of the catalog, by name."""
    found = [flat(item["Properties"]) for _, item in resources(assembly.templates[QUERY], "AWS::Glue::Table")]
    assert {item["DatabaseName"] for item in found} == {"evidence"}
    return {item["TableInput"]["Name"]: item["TableInput"] for item in found}


def parameters(assembly, name):
    return tables(assembly)[name]["Parameters"]


def folder(assembly, name, **values):
    """Where Athena reads one partition of a table."""
    template = parameters(assembly, name)["storage.location.template"]
    for key, value in values.items():
        template = template.replace(f"${{{key}}}", value)
    assert "${" not in template
    return template


def definition(view):
    """The view as Athena reads it."""
    told = re.fullmatch(r"/\* Presto View: (\S+) \*/", view["ViewOriginalText"])
    assert told is not None
    return json.loads(base64.b64decode(told.group(1)))


def roles(assembly):
    return {
        item["Properties"]["RoleName"]: flat(item["Properties"])
        for _, item in resources(assembly.templates[QUERY], "AWS::IAM::Role")
    }


def workgroups(assembly):
    return {
        item["Properties"]["Name"]: flat(item["Properties"])
        for _, item in resources(assembly.templates[QUERY], "AWS::Athena::WorkGroup")
    }


def test_one_day_of_one_account_is_one_folder_of_transcripts(assembly):
    """A query that names all three opens nothing else; that member's delivery writes there."""
    read = folder(assembly, "transcripts", account="222222222222", region="us-east-1", day="2026-11-25")
    assert read == (
        "s3://evidence-logs-111111111111-us-east-1/"
        f"{layout.transcripts_prefix(account='222222222222', region='us-east-1')}day=2026-11-25"
    )


def test_the_catalog_reads_where_the_streams_write(assembly):
    """Data Firehose puts the day into its prefix as the projection writes it."""
    for template, table in (("MemberRegion", "transcripts"), ("AccessHub", "access_events")):
        stream = flat(only(assembly.templates[template], "AWS::KinesisFirehose::DeliveryStream"))
        written = stream["ExtendedS3DestinationConfiguration"]["Prefix"]
        (day,) = PREFIX.findall(written)
        declared = parameters(assembly, table)
        assert day == declared["projection.day.format"]
        ours = declared["storage.location.template"].split("/", 3)[3]
        written = PREFIX.sub("${day}", written).replace("<AWS::AccountId>", "${account}")
        assert written.replace("<AWS::Region>", "${region}") == f"{ours}/"


@pytest.mark.parametrize(
    ("name", "folder_of"), [("example", ""), ("everything", "o-exampleorg1/"), ("as little as possible", "")]
)
def test_trail_files_are_read_below_the_organization_where_its_trail_writes(variant, name, folder_of):
    read = folder(variant(name), "cloudtrail", account="222222222222", region="us-east-1", day="2026/11/25")
    assert read == (
        "s3://evidence-logs-111111111111-ap-northeast-1/cloudtrail/AWSLogs/"
        f"{folder_of}222222222222/CloudTrail/us-east-1/2026/11/25"
    )


def test_digests_are_not_read_as_trail_files(assembly):
    assert "/CloudTrail/" in parameters(assembly, "cloudtrail")["storage.location.template"]


def test_the_accounts_of_the_settings_are_found_as_long_as_evidence_is_kept(assembly, variant):
    assert parameters(assembly, "transcripts")["projection.account.values"] == (
        "111111111111,222222222222,333333333333,999999999999"
    )
    more = parameters(variant("everything"), "cloudtrail")
    assert "444444444444" in more["projection.account.values"].split(",")
    for name in ("transcripts", "access_events", "cloudtrail"):
        assert parameters(assembly, name)["projection.day.range"] == "NOW-2557DAYS,NOW"
        assert parameters(variant("everything"), name)["projection.day.range"] == "NOW-30DAYS,NOW"


def test_transcripts_lie_where_people_work_and_trail_files_tell_of_sign_ins_too(assembly):
    assert parameters(assembly, "transcripts")["projection.region.values"] == "ap-northeast-1,us-east-1"
    assert parameters(assembly, "cloudtrail")["projection.region.values"] == (
        "ap-northeast-1,us-east-1,us-east-2,eu-north-1,ap-southeast-2"
    )


def test_nothing_is_left_to_fill_in(any_assembly):
    assert "{{" not in json.dumps(tables(any_assembly)).replace("{{}", "")


def test_a_place_that_nobody_knows_is_an_error(settings):
    places = places_of(settings)
    del places["accounts"]
    with pytest.raises(ValueError, match=r"\{\{accounts\}\}, for which there is no value"):
        read_schema(places)


def test_a_view_is_its_file(assembly):
    found = tables(assembly)
    files = {path.stem: path.read_text("utf-8") for path in (SQL / "views").glob("*.sql")}
    views = {name: item for name, item in found.items() if item["TableType"] == "VIRTUAL_VIEW"}
    assert views.keys() == files.keys()
    for name, view in views.items():
        told = definition(view)
        assert told["originalSql"] == files[name]
        assert (told["catalog"], told["schema"]) == ("awsdatacatalog", "evidence")
        assert view["ViewExpandedText"] == "/* Presto View */"
        assert view["Parameters"]["presto_view"] == "true"


def test_a_view_has_the_same_columns_for_athena_and_in_the_catalog(assembly):
    for name, view in tables(assembly).items():
        if view["TableType"] == "VIRTUAL_VIEW":
            told = [(column["name"], hive_type(column["type"])) for column in definition(view)["columns"]]
            kept = [(column["Name"], column["Type"]) for column in view["StorageDescriptor"]["Columns"]]
            assert told == kept, name


def test_every_table_and_view_that_a_view_reads_is_in_the_catalog(assembly):
    read = set().union(*read_library().reads.values())
    assert read - tables(assembly).keys() == set()


def test_views_and_tables_share_no_name_and_the_catalog_needs_no_crawler(assembly):
    names = [
        item["Properties"]["TableInput"]["Name"] for _, item in resources(assembly.templates[QUERY], "AWS::Glue::Table")
    ]
    assert len(names) == len(set(names))
    assert resources(assembly.templates[QUERY], "AWS::Glue::Crawler") == []


def test_every_auditor_asks_in_a_workgroup_whose_rules_hold(assembly):
    found = workgroups(assembly)
    assert found.keys() == {"evidence-audit", "evidence-response", *FUNCTIONS}
    for name, workgroup in found.items():
        rules = workgroup["WorkGroupConfiguration"]
        results = rules["ResultConfiguration"]
        assert workgroup["State"] == "ENABLED"
        assert rules["EnforceWorkGroupConfiguration"] is True
        assert rules["BytesScannedCutoffPerQuery"] == 200_000_000_000
        assert results["OutputLocation"] == (
            f"s3://evidence-derived-111111111111-ap-northeast-1/athena-results/{name.removeprefix('evidence-')}/"
        )
        assert results["ExpectedBucketOwner"] == "111111111111"
        assert results["EncryptionConfiguration"] == {
            "EncryptionOption": "SSE_KMS",
            "KmsKey": "arn:<AWS::Partition>:kms:ap-northeast-1:111111111111:key/<ArchiveKeyId>",
        }


def test_the_questions_stand_in_every_workgroup(assembly):
    questions = {path.stem: path.read_text("utf-8") for path in (SQL / "questions").glob("*.sql")}
    for workgroup in workgroups(assembly).keys() - FUNCTIONS:
        asked = {
            item["Properties"]["Name"]: item["Properties"]
            for _, item in resources(assembly.templates[QUERY], "AWS::Athena::NamedQuery")
            if item["Properties"]["WorkGroup"] == workgroup
        }
        assert {name: item["QueryString"] for name, item in asked.items()} == questions
        assert {item["Database"] for item in asked.values()} == {"evidence"}
        assert [name for name, item in asked.items() if not item["Description"]] == []


def test_every_auditor_has_a_role_that_reads_evidence_and_its_own_results_alone(assembly):
    for name in ("audit", "response"):
        role = roles(assembly)[f"evidence-auditor-{name}"]
        statements = {item["Sid"]: item for item in role["Policies"][0]["PolicyDocument"]["Statement"]}
        derived = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"
        assert statements["KeepOwnResults"]["Resource"] == f"{derived}/athena-results/{name}/*"
        assert statements["AskInOwnWorkgroup"]["Resource"].endswith(f":workgroup/evidence-{name}")
        getting = {sid for sid, item in statements.items() if "s3:GetObject" in listed(item["Action"])}
        assert getting == {"GetEvidence", "KeepOwnResults", "ReadParquet", "ReadReports"}
        putting = {sid for sid, item in statements.items() if "s3:PutObject" in listed(item["Action"])}
        assert putting == {"KeepOwnResults"}


def test_without_auditors_there_are_tables_and_nobody_to_ask_but_functions(variant):
    assembly = variant("as little as possible")
    assert workgroups(assembly).keys() == FUNCTIONS - {"evidence-report"}
    assert roles(assembly).keys() == FUNCTIONS - {"evidence-report"}
    assert resources(assembly.templates[QUERY], "AWS::Athena::NamedQuery") == []


def test_whoever_asks_in_athena_needs_no_other_auditor(variant, example):
    """The readers of evidence are the auditors' roles, whichever of the two kinds the settings name."""
    for name, overrides in VARIANTS.items():
        settings = settings_with(example, **overrides)
        expected = [layout.AUDITOR_ROLE] if settings.archive.auditors else []
        asking = [f"evidence-auditor-{one}" for one in settings.query.auditors]
        functions = [layout.CHECK_ROLE, layout.COMPACTION_ROLE, *([layout.REPORT_ROLE] if asking else [])]
        assert settings.evidence_readers == [*expected, *functions, *asking]
        assert set(roles(variant(name))) == {*asking, *functions}


def test_as_many_auditors_as_the_settings_take_fit_into_every_policy(example, tmp_path):
    longest = [f"{'a' * 30}{number:02}" for number in range(MOST_AUDITORS)]
    named = {name: f"arn:aws:iam::222222222222:role/{name}" for name in longest}
    settings = settings_with(example, query__auditors=named)
    sizes = {
        str(policy): (policy.size, policy.kind.size_limit)
        for policy in load_policies(synthesize(settings, tmp_path).directory, settings)
        if policy.kind.size_limit
    }
    assert len([policy for policy in sizes if "evidence-auditor-aaa" in policy]) == 2 * MOST_AUDITORS
    assert {policy: found for policy, found in sizes.items() if found[0] > found[1]} == {}


def test_the_stack_follows_the_hub_at_home(assembly):
    artifact = assembly.manifest["artifacts"][QUERY]
    assert artifact["environment"] == "aws://111111111111/ap-northeast-1"
    assert artifact["properties"]["stackName"] == "evidence-query"
    assert "AccessHub" in artifact["dependencies"]


def test_changes_of_the_catalog_are_told_to_the_hub_at_home_and_by_no_member(any_assembly):
    """The catalog is in the archive account alone; a rule in every member would tell of other databases."""
    places: dict[str, list[str]] = {}
    for place, rule in any_assembly.resources("AWS::Events::Rule"):
        if rule["Properties"]["Name"] in ("evidence-catalog-changes", "evidence-workgroup-changes"):
            (target,) = flat(rule["Properties"]["Targets"])
            assert rule["Properties"]["State"] == "ENABLED"
            assert "DeadLetterConfig" in target
            places.setdefault(place.partition("/")[0], []).append(rule["Properties"]["Name"])
    assert places == {"AccessHub": ["evidence-catalog-changes", "evidence-workgroup-changes"]}
