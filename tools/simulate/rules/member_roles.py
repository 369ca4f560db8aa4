"""What the roles of a member may do by their own policies, whoever owns what they reach for.

Left out: a host's ``logs:DescribeLogGroups``, which the simulator takes for an action that names no resource.
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import delivery_role, own_role, role
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, PLAIN, Requester, Rule, Target, each
from tools.simulate.world import GETS, OUTSIDER, World


def _host(world: World, account: str) -> Requester:
    return role(world, account, "WebServer", policies=(layout.HOST_POLICY,))


def _stream(world: World, account: str, region: str, group: str) -> Target:
    return world.own(f"{world.log_group_arn(account, region, group)}:log-stream:a", account)


def _delivery_stream(world: World, account: str, region: str, name: str) -> Target:
    return world.own(f"arn:{world.partition}:firehose:{region}:{account}:deliverystream/{name}", account)


def _document(world: World, account: str, region: str, name: str) -> Target:
    return world.own(f"arn:{world.partition}:ssm:{region}:{account}:document/{name}", account)


def _log_writers(world: World) -> list[tuple[str, str]]:
    """Role and log group of whoever writes events into a group of its own."""
    found = [(layout.DELIVERY_ROLE, layout.DELIVERY_LOG_GROUP)]
    if world.settings.session_manager.document == "upsert":
        found.append((layout.SESSION_PREFERENCES_ROLE, layout.SESSION_PREFERENCES_LOG_GROUP))
    if world.settings.trail.mode == "member":
        found.append((layout.TRAIL_LOGS_ROLE, layout.TRAIL_LOG_GROUP))
    return found


def _preferences_rules(world: World) -> list[Rule]:
    writing = ("ssm:CreateDocument", "ssm:DeleteDocument", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion")
    cases = [
        (own_role(world, account, layout.SESSION_PREFERENCES_ROLE), region)
        for account in world.accounts
        for region in world.regions
    ]
    return [
        Rule(
            sentence="The session preferences role writes the one document that holds the preferences.",
            allowed=True,
            cases=[
                (requester, _document(world, requester.account, region, layout.SESSION_DOCUMENT))
                for requester, region in cases
            ],
            actions=(*writing, "ssm:GetDocument", "ssm:ListDocumentVersions"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The session preferences role writes no other document.",
            allowed=False,
            cases=[
                (requester, _document(world, requester.account, region, name))
                for requester, region in cases
                for name in ("Other", f"{layout.SESSION_DOCUMENT}2", "SSM-Other")
            ],
            actions=writing,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """What each role does and does not."""
    accounts, regions = world.accounts, world.regions
    strangers = [
        world.own(f"arn:{world.partition}:s3:::evidence-logs-{world.archive}-{name}", OUTSIDER)
        for name in ("stranger", "eu-west-3")
    ]
    roles = [
        *(own_role(world, account, name) for account in accounts for name, _ in _log_writers(world)),
        own_role(world, world.archive, layout.ARCHIVE_TRAIL_LOGS_ROLE),
    ]
    subscription = [own_role(world, account, layout.SUBSCRIPTION_ROLE) for account in accounts]
    hosts = [_host(world, account) for account in accounts]
    return [
        Rule(
            sentence="A delivery role puts nothing into a stranger's bucket that is named like ours and invites it.",
            allowed=False,
            cases=[
                (delivery_role(world, account), world.own(f"{bucket.arn}/transcripts/account={account}/a", OUTSIDER))
                for account in accounts
                for bucket in strangers
            ],
            actions=("s3:PutObject", "s3:PutObjectAcl"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nor does it find or list one.",
            allowed=False,
            cases=[
                (
                    delivery_role(world, account),
                    Target(
                        words=f"a stranger's bucket {bucket.arn}",
                        arn=bucket.arn,
                        owner=OUTSIDER,
                        context={"s3:prefix": f"transcripts/account={account}/"},
                    ),
                )
                for account in accounts
                for bucket in strangers
            ],
            actions=("s3:ListBucket",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nor does it learn its Region.",
            allowed=False,
            cases=each([delivery_role(world, account) for account in accounts], strangers),
            actions=("s3:GetBucketLocation",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="A delivery role's own policy keeps it to its own prefixes, and lets it read nothing.",
            allowed=False,
            cases=[
                (delivery_role(world, account), world.thing(bucket, key))
                for account in accounts
                for bucket in world.buckets(BucketKind.LOGS)
                for key in (
                    "a",
                    f"transcripts/account={world.members[0] if account != world.members[0] else world.archive}/a",
                )
            ],
            actions=("s3:PutObject", *GETS),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="A delivery role's own policy lets it list under its own prefixes alone.",
            allowed=False,
            cases=[
                (delivery_role(world, account), target)
                for account in accounts
                for bucket in world.buckets(BucketKind.LOGS)
                for target in (bucket, world.listing(bucket, "transcripts/"))
            ],
            actions=("s3:ListBucket",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="A delivery role's own policy lets it use the key through S3 alone.",
            allowed=False,
            cases=[
                (delivery_role(world, account), target)
                for account in accounts
                for region in regions
                for target in (world.key(region), world.key(region, via=world.service("ebs", region)))
            ],
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="By its own policy no role of a member uses the key directly, for a stranger's log group least.",
            allowed=False,
            cases=[
                (requester, world.key(region, context={"aws:logs:arn": world.log_group_arn(OUTSIDER, region, "/x")}))
                for requester in (*roles, *hosts)
                for region in regions
            ],
            actions=("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nor does it use the key for a log group in another way than through CloudWatch Logs.",
            allowed=False,
            cases=[
                (
                    requester,
                    world.key(
                        region,
                        via=via,
                        context={
                            "aws:logs:arn": world.log_group_arn(requester.account, region, layout.SESSION_LOG_GROUP)
                        },
                    ),
                )
                for requester in (*roles, *hosts)
                for region in regions
                for via in ("", world.service("ebs", region))
            ],
            actions=("kms:Encrypt", "kms:ReEncryptFrom"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Through CloudWatch Logs neither: the policy names the groups of the own account.",
            allowed=False,
            cases=[
                (
                    requester,
                    world.key(
                        region,
                        via=world.service("logs", region),
                        context={"aws:logs:arn": world.log_group_arn(owner, region, group)},
                    ),
                )
                for requester in (*roles, *hosts)
                for region in regions
                for owner, group in ((OUTSIDER, layout.SESSION_LOG_GROUP), (requester.account, "/aws/lambda/f"))
            ],
            actions=("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Each role that reports writes to the log group of its own, into streams that are there.",
            allowed=True,
            cases=[
                (own_role(world, account, name), _stream(world, account, region, group))
                for account in accounts
                for region in regions
                for name, group in _log_writers(world)
                if group != layout.TRAIL_LOG_GROUP or region == world.home
            ],
            actions=("logs:PutLogEvents",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudTrail and functions make these streams themselves; Firehose finds its own made.",
            allowed=True,
            cases=[
                (own_role(world, account, name), _stream(world, account, region, group))
                for account in accounts
                for region in regions
                for name, group in _log_writers(world)
                if name != layout.DELIVERY_ROLE and (group != layout.TRAIL_LOG_GROUP or region == world.home)
            ],
            actions=("logs:CreateLogStream",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="None of them writes to another log group, to transcripts above all.",
            allowed=False,
            cases=[
                (requester, _stream(world, requester.account, region, group))
                for requester in roles
                for region in regions
                for group in (layout.SESSION_LOG_GROUP, "/aws/lambda/f")
            ],
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        ),
        Rule(
            sentence="The subscription role puts records into the transcript stream of its account.",
            allowed=True,
            cases=[
                (requester, _delivery_stream(world, requester.account, region, layout.TRANSCRIPT_STREAM))
                for requester in subscription
                for region in regions
            ],
            actions=("firehose:PutRecord", "firehose:PutRecordBatch"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The subscription role puts records into no other stream and changes none.",
            allowed=False,
            cases=[
                (requester, _delivery_stream(world, requester.account, region, "other"))
                for requester in subscription
                for region in regions
            ],
            actions=("firehose:PutRecord", "firehose:PutRecordBatch"),
        ),
        Rule(
            sentence="Nor does it change the transcript stream.",
            allowed=False,
            cases=[
                (requester, _delivery_stream(world, requester.account, region, layout.TRANSCRIPT_STREAM))
                for requester in subscription
                for region in regions
            ],
            actions=("firehose:DeleteDeliveryStream", "firehose:UpdateDestination"),
        ),
        Rule(
            sentence="A host writes its transcripts to the session log group.",
            allowed=True,
            cases=[
                (requester, _stream(world, requester.account, region, layout.SESSION_LOG_GROUP))
                for requester in hosts
                for region in regions
            ],
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="A host finds the streams of the session log group.",
            allowed=True,
            cases=[
                (
                    requester,
                    world.own(
                        world.log_group_arn(requester.account, region, layout.SESSION_LOG_GROUP), requester.account
                    ),
                )
                for requester in hosts
                for region in regions
            ],
            actions=("logs:DescribeLogStreams",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="A host keeps the channels on which sessions run.",
            allowed=True,
            cases=[(requester, world.own("*", requester.account)) for requester in hosts],
            actions=(
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ),
            circumstances=EITHER,
        ),
        Rule(
            sentence="A host registers itself with Systems Manager.",
            allowed=True,
            cases=[
                (
                    requester,
                    world.own(
                        f"arn:{world.partition}:ec2:{region}:{requester.account}:instance/i-0123456789abcdef0",
                        requester.account,
                    ),
                )
                for requester in hosts
                for region in regions
            ],
            actions=("ssm:UpdateInstanceInformation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="A host writes to no other log group, and deletes none.",
            allowed=False,
            cases=[
                (requester, _stream(world, requester.account, region, group))
                for requester in hosts
                for region in regions
                for group in (layout.TRAIL_LOG_GROUP, layout.DELIVERY_LOG_GROUP, f"{layout.SESSION_LOG_GROUP}2")
            ],
            actions=("logs:DeleteLogStream", "logs:PutLogEvents"),
        ),
        Rule(
            sentence="No role of a member but the delivery role reaches the archive's buckets.",
            allowed=False,
            cases=each(
                [
                    *subscription,
                    *hosts,
                    *(requester for requester in roles if requester.policies != (layout.DELIVERY_ROLE,)),
                ],
                world.objects([BucketKind.LOGS, BucketKind.RECORDINGS], "transcripts/account=222222222222/a"),
            ),
            actions=("s3:PutObject", *GETS),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        *(_preferences_rules(world) if world.settings.session_manager.document == "upsert" else []),
    ]
