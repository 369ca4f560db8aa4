"""What the organization's guardrails add, where a resource has no policy of its own or has a careless one.

Each refusal is said twice: without the guardrails it is allowed, so nothing but they can be what refuses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
    execution_roles,
    forwarded,
    outsiders,
    role,
    root,
    service,
    service_linked_role,
    trail,
)
from tools.simulate.requests import (
    ATTACHED,
    CARELESS_ALONE,
    CARELESS_ALONE_ATTACHED,
    EITHER,
    OWN_POLICY_ALONE,
    PLAIN,
    Case,
    Circumstance,
    Requester,
    Rule,
    Target,
    each,
)
from tools.simulate.world import GETS, KEY_DESTRUCTION, OUTSIDE_ORGANIZATION, OUTSIDER, World

_BUCKET_CHANGES: Final = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
_REMOVALS: Final = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
)
_ROLE_CHANGES: Final = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)
_STACK_SETS_ROLE: Final = "stacksets-exec-0123456789abcdef0123456789abcdef"
_GUI_CONNECT: Final = "ssm-guiconnect.amazonaws.com"
_ANOTHER_SERVICE: Final = "cloudformation.amazonaws.com"
_EVIDENCE: Final = (BucketKind.LOGS, BucketKind.RECORDINGS, BucketKind.ACCESS_LOGS)
_ALONE: Final = (CARELESS_ALONE, CARELESS_ALONE_ATTACHED)


def rules(world: World) -> list[Rule]:
    """The service control policy of the archive, those of members, and the resource control policy."""
    return [
        *_archive(world),
        *_member(world),
        *_bystanders(world),
        *_deployment_goes_on(world),
        *_sessions(world),
        *_perimeter(world),
    ]


def _only_without(
    what: str, *, cases: Sequence[Case], actions: Sequence[str], alone: Circumstance, attached: Circumstance
) -> list[Rule]:
    """That the guardrails refuse something which nothing else would."""
    return [
        Rule(
            sentence=f"Without guardrails and with no other Deny: {what}.",
            allowed=True,
            cases=cases,
            actions=actions,
            circumstances=(alone,),
        ),
        Rule(
            sentence=f"Guardrails refuse this: {what}.",
            allowed=False,
            cases=cases,
            actions=actions,
            circumstances=(attached,),
        ),
    ]


def _archive(world: World) -> list[Rule]:
    people = [administrator(world, world.archive), root(world, world.archive)]
    careless = {"alone": CARELESS_ALONE, "attached": CARELESS_ALONE_ATTACHED}
    own_region = [
        (requester, bucket)
        for bucket in world.buckets()
        for region in world.regions
        if bucket.arn.endswith(region)
        for requester in execution_roles(world, region)
    ]
    deployment = [requester for region in world.regions for requester in execution_roles(world, region)]
    elsewhere = execution_roles(world, "eu-west-3")
    return [
        *_only_without(
            "administrator or root user of the archive changes how a bucket guards what it holds",
            cases=each([*people, *elsewhere], world.buckets()),
            actions=_BUCKET_CHANGES,
            **careless,
        ),
        *_only_without(
            "somebody in the archive, the deployment included, removes or unlocks evidence",
            cases=each([*people, *deployment], world.objects(_EVIDENCE, "transcripts/account=222222222222/a")),
            actions=_REMOVALS,
            **careless,
        ),
        *_only_without(
            "somebody in the archive, the deployment included, deletes a bucket of evidence",
            cases=each([*people, *deployment], world.buckets(*_EVIDENCE)),
            actions=("s3:DeleteBucket",),
            **careless,
        ),
        *_only_without(
            "administrator or root user of the archive changes the policy or the tags of the key",
            cases=each([*people, *elsewhere], world.keys()),
            actions=("kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource"),
            **careless,
        ),
        *_only_without(
            "somebody in the archive, the deployment included, disables or deletes the key",
            cases=each([*people, *deployment], world.keys()),
            actions=KEY_DESTRUCTION,
            **careless,
        ),
        Rule(
            sentence="Guardrails leave the configuration of the archive's buckets to its deployment.",
            allowed=True,
            cases=own_region,
            actions=_BUCKET_CHANGES,
            circumstances=(ATTACHED, CARELESS_ALONE_ATTACHED),
        ),
        Rule(
            sentence="Guardrails leave the policy and the tags of the key to its deployment.",
            allowed=True,
            cases=[
                (requester, world.key(region))
                for region in world.regions
                for requester in execution_roles(world, region)
            ],
            actions=("kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource"),
            circumstances=(ATTACHED, CARELESS_ALONE_ATTACHED),
        ),
    ]


def _guarded(world: World, account: str) -> list[tuple[str, list[Target], tuple[str, ...]]]:
    """What a member must not change: in words, as resources, and how it would be done."""

    def own(*arns: str) -> list[Target]:
        return [world.own(arn, account) for arn in arns]

    def regional(service_name: str, rest: str) -> list[Target]:
        return own(*(f"arn:{world.partition}:{service_name}:{region}:{account}:{rest}" for region in world.regions))

    trails = (layout.MEMBER_TRAIL, *((layout.ARCHIVE_TRAIL,) if account == world.archive else ()))
    roles = (layout.DELIVERY_ROLE, layout.SESSION_PREFERENCES_ROLE, layout.AUDITOR_ROLE)
    deployment = _deployment_names(world, account)
    groups = (layout.SESSION_LOG_GROUP, layout.TRAIL_LOG_GROUP)
    return [
        (
            "stops, changes or deletes a trail",
            own(*(world.trail_arn(account, name) for name in trails)),
            (
                "cloudtrail:DeleteTrail",
                "cloudtrail:PutEventSelectors",
                "cloudtrail:StopLogging",
                "cloudtrail:UpdateTrail",
            ),
        ),
        (
            "changes or deletes an event rule",
            regional("events", f"rule/{layout.NAME_PREFIX}-alerts"),
            ("events:DeleteRule", "events:DisableRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets"),
        ),
        (
            "makes, changes or deletes a role",
            own(*(world.role_arn(account, name) for name in roles)),
            _ROLE_CHANGES,
        ),
        (
            "changes or deletes a managed policy",
            own(f"arn:{world.partition}:iam::{account}:policy/{layout.HOST_POLICY}"),
            ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:SetDefaultPolicyVersion"),
        ),
        (
            "hands a role to a service of one's own",
            own(*(world.role_arn(account, name) for name in roles)),
            ("iam:PassRole",),
        ),
        (
            "makes or changes a deployment role",
            own(*(world.role_arn(account, name) for name in deployment)),
            ("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        ),
        (
            "changes or deletes a stack, which CloudFormation then does as the role that deployed it",
            [
                target
                for name in ("member-region", "member-account", "log-archive")
                for form in ("", "StackSet-")
                for target in regional("cloudformation", f"stack/{form}{layout.NAME_PREFIX}-{name}/0a1b2c3d")
            ],
            (
                "cloudformation:CreateChangeSet",
                "cloudformation:DeleteStack",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:RollbackStack",
                "cloudformation:UpdateStack",
            ),
        ),
        (
            "puts other code into a function, or stops it",
            regional("lambda", f"function:{layout.NAME_PREFIX}-member-region-PreferencesFunction-a")
            + regional("lambda", f"function:StackSet-{layout.NAME_PREFIX}-member-region-a"),
            (
                "lambda:DeleteFunction",
                "lambda:PutFunctionConcurrency",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ),
        ),
        (
            "changes or deletes the session preferences",
            regional("ssm", f"document/{layout.SESSION_DOCUMENT}"),
            ("ssm:CreateDocument", "ssm:DeleteDocument", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion"),
        ),
        (
            "changes or deletes the recording preferences",
            own("*"),
            (
                "ssm-guiconnect:DeleteConnectionRecordingPreferences",
                "ssm-guiconnect:UpdateConnectionRecordingPreferences",
            ),
        ),
        (
            "deletes or diverts the delivery stream",
            regional("firehose", f"deliverystream/{layout.TRANSCRIPT_STREAM}"),
            ("firehose:DeleteDeliveryStream", "firehose:StopDeliveryStreamEncryption", "firehose:UpdateDestination"),
        ),
        (
            "deletes a log group, its key, its retention or its subscription filter",
            [target for group in groups for target in regional("logs", f"log-group:{group}")],
            (
                "logs:DeleteLogGroup",
                "logs:DeleteSubscriptionFilter",
                "logs:DisassociateKmsKey",
                "logs:PutDataProtectionPolicy",
                "logs:PutRetentionPolicy",
                "logs:PutSubscriptionFilter",
            ),
        ),
        (
            "deletes a log stream",
            regional("logs", f"log-group:{layout.SESSION_LOG_GROUP}:log-stream:a"),
            ("logs:DeleteLogStream",),
        ),
    ]


def _deployment_names(world: World, account: str) -> list[str]:
    """As whom CloudFormation deploys to an account: StackSets, and the CDK where it does; or whom the settings name."""
    forms = world.settings.archive.cloudformation_execution_roles if account == world.archive else ()
    names = [form.replace("{account}", account).replace("{region}", world.home) for form in forms]
    if account in world.settings.members.direct and account != world.archive:
        names.append(f"cdk-hnb659fds-cfn-exec-role-{account}-{world.home}")
    more = [name.replace("*", "a") for name in world.settings.guardrails.deployment_roles]
    return [_STACK_SETS_ROLE, *names, *more]


def _deployment(world: World, account: str) -> list[Requester]:
    return [role(world, account, name) for name in _deployment_names(world, account)]


def _pretenders(world: World, account: str) -> list[Requester]:
    """Who does not deploy, however alike the name."""
    return [
        role(world, account, layout.DELIVERY_ROLE),
        role(world, account, f"path/{_STACK_SETS_ROLE}"),
        role(world, account, f"my-{_STACK_SETS_ROLE}"),
    ]


def _member(world: World) -> list[Rule]:
    found = []
    for account in world.accounts:
        people = [administrator(world, account), root(world, account), *_pretenders(world, account)]
        found += _only_without(
            f"somebody takes {account} out of the organization",
            cases=each([*people, *_deployment(world, account)], [world.own("*", account)]),
            actions=("organizations:LeaveOrganization",),
            alone=PLAIN,
            attached=ATTACHED,
        )
        for what, targets, actions in _guarded(world, account):
            found += _only_without(
                f"whoever does not deploy to {account} {what}",
                cases=each(people, targets),
                actions=actions,
                alone=PLAIN,
                attached=ATTACHED,
            )
            found.append(
                Rule(
                    sentence=f"Guardrails leave this to the deployment of {account}: {what}.",
                    allowed=True,
                    cases=each(_deployment(world, account), targets),
                    actions=actions,
                    circumstances=EITHER,
                )
            )
    return found


def _bystanders(world: World) -> list[Rule]:
    """What guardrails must not break: the preferences function, and whatever is not of the product."""
    writers = [role(world, account, layout.SESSION_PREFERENCES_ROLE) for account in world.accounts]
    people = [administrator(world, account) for account in world.members]

    def other(service_name: str, rest: str) -> list[Case]:
        place = f"arn:{world.partition}:{service_name}:{world.home}"
        return [(person, world.own(f"{place}:{person.account}:{rest}", person.account)) for person in people]

    others = [
        ("trails", other("cloudtrail", "trail/management-events"), "cloudtrail:StopLogging"),
        ("event rules", other("events", "rule/alerts"), "events:DeleteRule"),
        ("documents", other("ssm", "document/Other"), "ssm:UpdateDocument"),
        ("delivery streams", other("firehose", "deliverystream/other"), "firehose:UpdateDestination"),
        ("log groups", other("logs", "log-group:/aws/lambda/f"), "logs:DeleteLogGroup"),
        ("functions", other("lambda", "function:f"), "lambda:UpdateFunctionCode"),
        ("stacks", other("cloudformation", "stack/network/0a1b2c3d"), "cloudformation:DeleteStack"),
    ]
    roles = [(person, world.own(world.role_arn(person.account, "WebServer"), person.account)) for person in people]
    return [
        Rule(
            sentence="Guardrails let the function that writes the session preferences write them.",
            allowed=True,
            cases=[
                (
                    writer,
                    world.own(
                        f"arn:{world.partition}:ssm:{region}:{writer.account}:document/{layout.SESSION_DOCUMENT}",
                        writer.account,
                    ),
                )
                for writer in writers
                for region in world.regions
            ],
            actions=("ssm:CreateDocument", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion"),
            circumstances=EITHER,
        ),
        *(
            Rule(
                sentence=f"Guardrails leave a member its own {what}.",
                allowed=True,
                cases=cases,
                actions=(action,),
                circumstances=EITHER,
            )
            for what, cases, action in others
        ),
        Rule(
            sentence="Guardrails leave a member its own roles, to which it may attach the policy of hosts.",
            allowed=True,
            cases=roles,
            actions=("iam:AttachRolePolicy", "iam:CreateRole", "iam:PassRole", "iam:UpdateAssumeRolePolicy"),
            circumstances=EITHER,
        ),
    ]


def _deployment_goes_on(world: World) -> list[Rule]:
    """That whoever makes the deployment roles and calls CloudFormation is not locked out."""
    linked = [
        service_linked_role(
            world,
            account,
            "AWSServiceRoleForCloudFormationStackSetsOrgMember",
            "member.org.stacksets.cloudformation.amazonaws.com",
        )
        for account in world.accounts
    ]
    stacks = {
        account: [
            world.own(
                f"arn:{world.partition}:cloudformation:{region}:{account}:stack/{layout.NAME_PREFIX}-{name}/0a1b2c3d",
                account,
            )
            for region in world.regions
            for name in ("member-account", "member-region", "log-archive")
        ]
        for account in world.accounts
    }
    by_cdk = [account for account in world.settings.members.direct if account in stacks]
    callers = [
        (role(world, account, f"cdk-hnb659fds-deploy-role-{account}-{region}"), target)
        for account in {world.archive, *by_cdk}
        for region in world.regions
        for target in stacks[account]
    ]
    takes = [
        (
            role(world, world.archive, layout.DEPLOY_ROLE),
            world.own(world.role_arn(account, f"cdk-hnb659fds-{kind}-role-{account}-{world.home}"), account),
        )
        for account in world.accounts
        for kind in ("deploy", "file-publishing", "lookup")
    ]
    hands = [
        (
            role(world, account, f"cdk-hnb659fds-deploy-role-{account}-{world.home}"),
            world.own(world.role_arn(account, f"cdk-hnb659fds-cfn-exec-role-{account}-{world.home}"), account),
        )
        for account in {world.archive, *by_cdk}
    ]
    return [
        Rule(
            sentence="Guardrails let StackSets make and remove the roles as which it deploys.",
            allowed=True,
            cases=[
                (found, world.own(world.role_arn(found.account, _STACK_SETS_ROLE), found.account)) for found in linked
            ],
            actions=("iam:CreateRole", "iam:DeleteRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Guardrails let the roles of the CDK, as which pipelines and people deploy, change the stacks.",
            allowed=True,
            cases=callers,
            actions=(
                "cloudformation:CreateChangeSet",
                "cloudformation:DeleteStack",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:UpdateStack",
            ),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Guardrails let them hand the stacks to the roles as which CloudFormation deploys.",
            allowed=True,
            cases=hands,
            actions=("iam:PassRole",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Guardrails let the role of GitHub's jobs become the roles of the CDK.",
            allowed=True,
            cases=takes,
            actions=("sts:AssumeRole",),
            circumstances=(OWN_POLICY_ALONE, replace(OWN_POLICY_ALONE, organization_policies=True)),
        ),
    ]


def _sessions(world: World) -> list[Rule]:
    """Sessions that leave a transcript or a recording, and those that leave nothing."""
    people = [*(administrator(world, account) for account in world.accounts), root(world, world.members[0])]
    strange = [role(world, account, _STACK_SETS_ROLE) for account in world.members]

    def start(person: Requester, *names: str) -> list[Case]:
        """The simulator takes no ARN without an account, as documents of AWS have; to the policy both are alike."""
        return [
            (person, world.own(f"arn:{world.partition}:ssm:{region}:{person.account}:document/{name}", person.account))
            for region in world.regions
            for name in names
        ]

    own = [layout.SESSION_DOCUMENT, *world.settings.guardrails.session_documents]
    forwarding = ("AWS-StartPortForwardingSession", "AWS-StartPortForwardingSessionToRemoteHost")
    nodes = [
        (person, world.own(f"arn:{world.partition}:{rest}", person.account))
        for person in people
        for rest in (
            f"ec2:{world.home}:{person.account}:instance/i-0123456789abcdef0",
            f"ssm:{world.home}:{person.account}:managed-instance/mi-0123456789abcdef0",
        )
    ]
    return [
        *_only_without(
            "somebody starts a session that leaves no transcript",
            cases=[
                case
                for person in (*people, *strange)
                for case in start(
                    person,
                    "AWS-StartSSHSession",
                    "AWS-StartInteractiveCommand",
                    "AWS-StartNonInteractiveCommand",
                    *forwarding,
                    "OwnShell",
                    f"{layout.SESSION_DOCUMENT}2",
                )
            ],
            actions=("ssm:StartSession",),
            alone=PLAIN,
            attached=ATTACHED,
        ),
        *_only_without(
            "another service than GuiConnect forwards a port for somebody",
            cases=[case for person in people for case in start(forwarded(person, _ANOTHER_SERVICE), *forwarding)],
            actions=("ssm:StartSession",),
            alone=PLAIN,
            attached=ATTACHED,
        ),
        Rule(
            sentence="Guardrails let everybody start the session whose transcript is kept.",
            allowed=True,
            cases=[*(case for person in people for case in start(person, *own)), *nodes],
            actions=("ssm:StartSession",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Guardrails let GuiConnect forward its port for whoever connects, since it records the desktop.",
            allowed=True,
            cases=[case for person in people for case in start(forwarded(person, _GUI_CONNECT), *forwarding)],
            actions=("ssm:StartSession",),
            circumstances=EITHER,
        ),
    ]


def _perimeter(world: World) -> list[Rule]:
    strangers = [*outsiders(world), anonymous()]
    deputies = [
        *(
            service(name, account=OUTSIDER, organization=OUTSIDE_ORGANIZATION)
            for name in ("delivery.logs.amazonaws.com", "logging.s3.amazonaws.com", "ssm-guiconnect.amazonaws.com")
        ),
        trail(world, OUTSIDER, layout.MEMBER_TRAIL, organization=OUTSIDE_ORGANIZATION),
    ]
    ours = [
        administrator(world, world.members[0]),
        service("ssm-guiconnect.amazonaws.com", account=world.members[0], organization=world.organization),
        trail(world, world.members[0], layout.MEMBER_TRAIL),
        trail(world, world.members[0], layout.MEMBER_TRAIL, sent=False),
        service("cloudtrail.amazonaws.com", account=world.members[0]),
        service(world.service("logs", world.home), account=world.members[0]),
    ]
    things = [world.thing(bucket, "a") for bucket in world.buckets()]
    careless = {"alone": CARELESS_ALONE, "attached": CARELESS_ALONE_ATTACHED}
    object_actions, key_actions = (*GETS, "s3:PutObject"), ("kms:Decrypt", "kms:GenerateDataKey")
    return [
        *_only_without(
            "somebody from outside reads or writes objects where a bucket invites everybody",
            cases=each(strangers, things),
            actions=object_actions,
            **careless,
        ),
        *_only_without(
            "somebody from outside uses the key where it invites everybody",
            cases=each([stranger for stranger in strangers if stranger.principal], world.keys()),
            actions=key_actions,
            **careless,
        ),
        *_only_without(
            "a service reads or writes objects for another organization where a bucket invites everybody",
            cases=each(deputies, things),
            actions=object_actions,
            **careless,
        ),
        *_only_without(
            "a service uses the key for another organization where it invites everybody",
            cases=each(deputies, world.keys()),
            actions=key_actions,
            **careless,
        ),
        Rule(
            sentence="Guardrails stop nobody of the organization, nor a service that names none, at objects.",
            allowed=True,
            cases=each(ours, things),
            actions=object_actions,
            circumstances=_ALONE,
        ),
        Rule(
            sentence="Nor at the key, not even a service that names the account and not the organization.",
            allowed=True,
            cases=each(ours, world.keys()),
            actions=key_actions,
            circumstances=_ALONE,
        ),
    ]
