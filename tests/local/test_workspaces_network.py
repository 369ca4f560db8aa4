"""The deployed watcher in the embedded AWS: a notice becomes lists, entries and a message, a bad file none of these."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from constructs_lib import archive_layout as layout
from lambda_src.workspaces_network.artefacts import JSON, from_json
from local.demo.alerts import Subscriber
from local.demo.waiting import wait_until
from tests.local.demonstration import ARCHIVE
from tests.local.world import MANAGEMENT, ORGANIZATION

EXCERPT = Path(__file__).parents[1] / "ip_ranges" / "excerpt.json"
TOKYO = "ap-northeast-1"
NEW, NEWER = "198.51.100.0/24", "203.0.113.0/24"
ROLE = f"arn:aws:iam::{ARCHIVE}:role/{layout.NETWORK_ROLE}"


def digest(content):
    return hashlib.md5(content).hexdigest()


class Publishing:
    """AWS's side, and what the archive account has of it."""

    def __init__(self, demonstration):
        self._aws = demonstration.aws
        self._demonstration = demonstration
        self.s3 = demonstration.client("s3", account=ARCHIVE)
        self.functions = demonstration.client("lambda", account=ARCHIVE)
        self.ec2 = demonstration.client("ec2", account=ARCHIVE)
        self.bucket = layout.bucket_name(layout.BucketKind.DERIVED, account=ARCHIVE, region=TOKYO)
        self._subscriber = Subscriber(demonstration.aws, demonstration.setting, queue="firewall-owners")
        self.document = json.loads(EXCERPT.read_text("utf-8"))

    def release(self, *gateways):
        """The next release, with these gateways in Tokyo beside the published ones."""
        self.document = copy.deepcopy(self.document)
        self.document["syncToken"] = str(int(self.document["syncToken"]) + 60)
        row = {"region": TOKYO, "service": "WORKSPACES_GATEWAYS", "network_border_group": TOKYO}
        self.document["prefixes"] += [{"ip_prefix": each, **row} for each in gateways]
        return json.dumps(self.document).encode()

    def publish(self, content, *, told=True, md5=None):
        notice = {"synctoken": self.document["syncToken"], "md5": md5 or digest(content)}
        self._aws.publish_ip_ranges(content, notice=notice if told else None)

    def runs_on_schedule(self):
        self._aws.fire_schedule(account=ARCHIVE, region=TOKYO, rule=layout.NETWORK_ROLE)

    def call(self):
        """As the schedule does, and waits for the answer."""
        answer = self.functions.invoke(FunctionName=layout.NETWORK_ROLE, Payload=b"{}")
        return json.loads(answer["Payload"].read())

    def object(self, key):
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"allow-list/{key}").get("Contents", [])
        if not listed:
            return None
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=f"allow-list/{key}")["Body"].read())

    def pointer(self):
        return self.object(f"{TOKYO}/current.json")

    def comes_to(self, condition):
        return wait_until(condition, seconds=60)

    def heard(self):
        return [alert for alert in self._subscriber.heard() if alert.subject.startswith("WorkSpaces")]

    def prefix_list(self, family):
        name = layout.prefix_list_name(region=TOKYO, family=family)
        filters = [{"Name": "prefix-list-name", "Values": [name]}]
        (found,) = self.ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
        entries = self.ec2.get_managed_prefix_list_entries(PrefixListId=found["PrefixListId"])["Entries"]
        return found, {entry["Cidr"] for entry in entries}


@pytest.fixture(scope="module")
def publishing(demonstration):
    """After the first release, which the schedule finds."""
    made = Publishing(demonstration)
    made.publish(made.release(), told=False)
    made.runs_on_schedule()
    assert made.comes_to(lambda: (made.object("state.json") or {}).get("told", {}).keys() == {TOKYO, "us-east-1"})
    return made


def test_a_schedule_fills_lists_that_have_just_been_deployed(publishing):
    listed = publishing.s3.get_object(Bucket=publishing.bucket, Key=publishing.pointer()["files"][JSON])
    assert listed["ServerSideEncryption"] == "AES256"
    assert from_json(listed["Body"].read()).region == TOKYO
    for family in ("ipv4", "ipv6"):
        found, entries = publishing.prefix_list(family)
        assert found["Version"] == 2
        assert 0 < len(entries) <= found["MaxEntries"] == 20
    assert {"54.250.251.0/24", "3.114.164.0/22"} <= publishing.prefix_list("ipv4")[1]
    assert publishing.heard() == []


def test_prefix_lists_are_shared_with_the_organization_alone(publishing, demonstration):
    (share,) = demonstration.aws.resource_shares(account=ARCHIVE, region=TOKYO).values()
    assert share["Principals"] == [f"arn:aws:organizations::{MANAGEMENT}:organization/{ORGANIZATION}"]
    assert str(share["AllowExternalPrincipals"]).lower() == "false"
    assert len(share["ResourceArns"]) == 4
    assert publishing.prefix_list("ipv4")[0]["PrefixListArn"] in share["ResourceArns"]


def test_a_notice_leads_to_a_version_entries_and_one_message(publishing):
    before, version = publishing.pointer()["version"], publishing.prefix_list("ipv4")[0]["Version"]
    publishing.publish(publishing.release(NEW))
    assert publishing.comes_to(lambda: publishing.heard() != [])
    pointer = publishing.pointer()
    assert pointer["version"] != before
    assert all(publishing.s3.head_object(Bucket=publishing.bucket, Key=key) for key in pointer["files"].values())
    found, entries = publishing.prefix_list("ipv4")
    assert found["Version"] == version + 1
    assert NEW in entries
    (message,) = publishing.heard()
    assert message.subject == f"WorkSpaces allow-list changed: {TOKYO}"
    assert NEW in message.message


@pytest.mark.parametrize(
    ("kind", "trouble"), [("truncated", "file/unreadable"), ("older", "file/older"), ("another md5", "file/mismatch")]
)
def test_a_bad_file_changes_nothing_and_alerts_once(publishing, kind, trouble):
    before, entries, heard = publishing.pointer(), publishing.prefix_list("ipv4"), len(publishing.heard())
    whole = publishing.release(NEWER)
    older = json.dumps({**publishing.document, "syncToken": "1"}).encode()
    publishing.publish({"truncated": whole[:-50], "older": older}.get(kind, whole + b" "), md5=digest(whole))
    assert publishing.comes_to(lambda: publishing.heard()[heard:] != [])
    for _ in range(2):
        assert publishing.call()["troubles"] == [trouble]
    assert [alert.subject for alert in publishing.heard()[heard:]] == ["WorkSpaces allow-list: not brought up to date"]
    assert (publishing.pointer(), publishing.prefix_list("ipv4")) == (before, entries)
    publishing.document["prefixes"].pop()
    publishing.publish(publishing.release())
    assert publishing.comes_to(lambda: len(publishing.heard()) == heard + 2)
    assert publishing.heard()[-1].subject == "WorkSpaces allow-list: no longer in the way"
    assert publishing.pointer() == before


def test_the_watcher_leaves_prefix_lists_alone_that_do_not_bear_its_tag(publishing, demonstration):
    made = publishing.ec2.create_managed_prefix_list(PrefixListName="theirs", AddressFamily="IPv4", MaxEntries=1)
    watcher = demonstration.client("ec2", account=ARCHIVE, role=ROLE)
    asked = {"PrefixListId": made["PrefixList"]["PrefixListId"], "CurrentVersion": 1}
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        watcher.modify_managed_prefix_list(**asked, AddEntries=[{"Cidr": NEW}])


def test_nobody_else_writes_lists(publishing, demonstration):
    """Not even who deploys, and has every right of the account."""
    deploying = f"arn:aws:iam::{ARCHIVE}:role/cdk-hnb659fds-cfn-exec-role-{ARCHIVE}-{TOKYO}"
    s3 = demonstration.client("s3", account=ARCHIVE, role=deploying)
    with pytest.raises(ClientError, match="DenyAllowListsByOthers"):
        s3.put_object(Bucket=publishing.bucket, Key=f"allow-list/{TOKYO}/current.json", Body=b"{}")
