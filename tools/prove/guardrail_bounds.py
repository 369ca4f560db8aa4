"""What each guardrail must refuse, and what alone it may: written from AWS's pages, apart from the code that writes the
policies. Names are spelled out here a second time on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import z3

from stacks.settings import Settings
from tools.prove.actions import BUCKET_CHANGES, REMOVALS
from tools.prove.encoding import ABSENT, Request, arn_like, like
from tools.prove.policies import Policy
from tools.prove.principals import is_anonymous, is_service

_TRAILS: Final = (
    "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors",
    "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
)  # fmt: skip
_RULES: Final = (
    "events:DeleteRule", "events:DisableRule", "events:EnableRule", "events:PutRule", "events:PutTargets",
    "events:RemoveTargets",
)  # fmt: skip
_STREAMS: Final = (
    "firehose:DeleteDeliveryStream", "firehose:StartDeliveryStreamEncryption", "firehose:StopDeliveryStreamEncryption",
    "firehose:UpdateDestination",
)  # fmt: skip
_FUNCTIONS: Final = (
    "lambda:DeleteFunction", "lambda:PutFunctionConcurrency", "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
)  # fmt: skip
_LOG_GROUPS: Final = (
    "logs:AssociateKmsKey", "logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:DeleteRetentionPolicy",
    "logs:DeleteSubscriptionFilter", "logs:DisassociateKmsKey", "logs:PutDataProtectionPolicy",
    "logs:PutRetentionPolicy", "logs:PutSubscriptionFilter", "logs:PutTransformer",
)  # fmt: skip
_ROLES: Final = (
    "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
)  # fmt: skip
OF_MANAGED_POLICIES: Final = (
    "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)  # fmt: skip
_STACKS: Final = (
    "cloudformation:CreateChangeSet", "cloudformation:DeleteStack", "cloudformation:ExecuteChangeSet",
    "cloudformation:RollbackStack", "cloudformation:UpdateStack",
)  # fmt: skip
_DOCUMENTS: Final = (
    "ssm:CreateDocument", "ssm:DeleteDocument", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion",
)  # fmt: skip
_RECORDING: Final = (
    "ssm-guiconnect:DeleteConnectionRecordingPreferences", "ssm-guiconnect:UpdateConnectionRecordingPreferences",
)  # fmt: skip
_KEY_ADMINISTRATION: Final = ("kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription")
_KEY_DESTRUCTION: Final = (
    "kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:DisableKeyRotation", "kms:ScheduleKeyDeletion",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One sentence of what is refused.

    Args:
        what: In words.
        actions: The actions.
        resources: Patterns of ARNs.
        left: Patterns of ARNs among these that are left alone.
        roles: ARN patterns of the roles to whom it is left.
        through: The service that may call it for anybody; None where none may.
        documents: The resources are session documents of the partition, in place of patterns.
    """

    what: str
    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    left: Sequence[str] = ()
    roles: Sequence[str] = ()
    through: str | None = None
    documents: str | None = None

    def covers(self, request: Request) -> z3.BoolRef:
        """The request is one that this sentence refuses; its action aside."""
        who = request.key("aws:PrincipalArn")
        if self.documents is None:
            concerned = z3.Or(*(like(request.resource, pattern, request) for pattern in self.resources))
        else:
            concerned = is_document(request, self.documents)
        terms = [
            concerned,
            z3.Not(z3.Or(*(like(request.resource, pattern, request) for pattern in self.left))),
            z3.Not(z3.Or(*(arn_like(who, pattern, request) for pattern in self.roles))),
        ]
        if self.through is not None:
            service = request.key("aws:CalledViaLast")
            request.consider(service, self.through)
            request.consider(service, "another.amazonaws.com")
            terms.append(z3.Not(service == self.through))
        return z3.And(*terms)


def bounds_of(policy: Policy, settings: Settings) -> list[Bound]:
    """What the service control policy of this name refuses.

    Raises:
        LookupError: There is none of this name.
    """
    name = policy.subject.rsplit("/", 1)[-1]
    known: Mapping[str, list[Bound]] = {
        "evidence-archive": _archive(settings, policy.place.partition),
        "evidence-members": _members(settings, policy.place.partition),
        "evidence-sessions": _sessions(settings, policy.place.partition),
    }
    if name not in known:
        raise LookupError(f"nothing is known of the {policy}")
    return known[name]


def is_outside_perimeter(request: Request, organization: str) -> z3.BoolRef:
    """Who asks is of another organization or of none, or a service that says that it acts for such an account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
    """
    acts_for = request.key("aws:SourceOrgID")
    request.consider(acts_for, organization)
    deputy = z3.And(is_service(request), z3.Not(acts_for == ABSENT), z3.Not(acts_for == organization))
    stranger = z3.And(
        request.key("aws:PrincipalIsAWSService") == "false", z3.Not(request.key("aws:PrincipalOrgID") == organization)
    )
    return z3.Or(deputy, stranger, is_anonymous(request))


def _archive(settings: Settings, partition: str) -> list[Bound]:
    account = settings.archive.account
    regions = settings.regions.governed if len(settings.regions.governed) < 12 else ("*",)
    deploying = [
        f"arn:{partition}:iam::{account}:role/{form.replace('{account}', account).replace('{region}', region)}"
        for form in settings.archive.cloudformation_execution_roles
        for region in regions
    ]
    key = f"arn:{partition}:kms:*:{account}:key/{settings.archive.key_id or '*'}"
    evidence = [f"arn:{partition}:s3:::evidence-{kind}-{account}-*" for kind in ("logs", "recordings", "access-logs")]
    return [
        Bound(
            what="the configuration of the archive's buckets",
            actions=BUCKET_CHANGES,
            resources=[f"arn:{partition}:s3:::evidence-*-{account}-*"],
            roles=deploying,
        ),
        Bound(what="removing evidence", actions=REMOVALS, resources=evidence),
        Bound(what="policy and tags of the key", actions=_KEY_ADMINISTRATION, resources=[key], roles=deploying),
        Bound(what="disabling and deleting the key", actions=_KEY_DESTRUCTION, resources=[key]),
    ]


def _members(settings: Settings, partition: str) -> list[Bound]:
    deploying, calling = _who_deploys(settings, partition)
    stacks = [f"arn:{partition}:cloudformation:*:*:stack/{form}evidence-*" for form in ("", "StackSet-")]
    functions = [f"arn:{partition}:lambda:*:*:function:{form}evidence-*" for form in ("", "StackSet-")]
    roles = [f"arn:{partition}:iam::*:role/evidence-*"]
    collecting = {
        "trails": (_TRAILS, [f"arn:{partition}:cloudtrail:*:*:trail/evidence-*"]),
        "event rules": (_RULES, [f"arn:{partition}:events:*:*:rule/evidence-*"]),
        "the delivery stream": (_STREAMS, [f"arn:{partition}:firehose:*:*:deliverystream/evidence-transcripts"]),
        "functions": (_FUNCTIONS, functions),
        "log groups": (_LOG_GROUPS, [f"arn:{partition}:logs:*:*:log-group:/evidence/*"]),
        "roles and those that deploy": (_ROLES, [*roles, *deploying]),
        "managed policies": (OF_MANAGED_POLICIES, [f"arn:{partition}:iam::*:policy/evidence-*"]),
        "handing roles on": (("iam:PassRole",), roles),
        "recording preferences": (_RECORDING, ["*"]),
    }
    return [
        *(
            Bound(what=what, actions=actions, resources=resources, roles=deploying)
            for what, (actions, resources) in collecting.items()
        ),
        Bound(
            what="the session preferences",
            actions=_DOCUMENTS,
            resources=[f"arn:{partition}:ssm:*:*:document/SSM-SessionManagerRunShell"],
            roles=[*deploying, f"arn:{partition}:iam::*:role/evidence-session-preferences"],
        ),
        Bound(what="the stacks", actions=_STACKS, resources=stacks, roles=[*deploying, *calling]),
        Bound(what="leaving the organization", actions=("organizations:LeaveOrganization",)),
    ]


def _who_deploys(settings: Settings, partition: str) -> tuple[list[str], list[str]]:
    """As whom CloudFormation deploys, and who calls it."""
    archive = settings.archive.account
    anywhere, in_archive = f"arn:{partition}:iam::*:role/", f"arn:{partition}:iam::{archive}:role/"
    more = [f"{anywhere}{name}" for name in settings.guardrails.deployment_roles]
    if set(settings.members.direct) - {archive}:
        found = [f"{anywhere}stacksets-exec-*", f"{anywhere}cdk-hnb659fds-cfn-exec-role-*", *more]
        calling = [f"{anywhere}cdk-hnb659fds-deploy-role-*"]
    else:
        found = [f"{anywhere}stacksets-exec-*", *more]
        calling = [f"{in_archive}cdk-hnb659fds-deploy-role-*"]
    for form in settings.archive.cloudformation_execution_roles:
        if calling[0].startswith(in_archive) or not form.startswith("cdk-hnb659fds-cfn-exec-role-"):
            found.append(in_archive + form.replace("{account}", "*").replace("{region}", "*"))
    return found, calling


def _sessions(settings: Settings, partition: str) -> list[Bound]:
    names = ("SSM-SessionManagerRunShell", *settings.guardrails.session_documents)
    return [
        Bound(
            what="sessions that leave no transcript",
            actions=("ssm:StartSession",),
            documents=partition,
            left=[f"arn:{partition}:ssm:*:*:document/{name}" for name in names],
            through="ssm-guiconnect.amazonaws.com",
        )
    ]


_NODES: Final = ("ec2:*:*:instance/*", "ecs:*:*:task/*", "ssm:*:*:managed-instance/*")
_NO_COLON: Final = z3.Star(z3.Union(z3.Range(" ", "9"), z3.Range(";", "~")))
_NAME: Final = z3.Plus(
    z3.Union(z3.Range("a", "z"), z3.Range("A", "Z"), z3.Range("0", "9"), z3.Re("_"), z3.Re("-"), z3.Re("."))
)
"""Of a document.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html"""


def is_document(request: Request, partition: str) -> z3.BoolRef:
    """What is asked for is a document of Systems Manager; one of AWS's own names no account."""
    for name in ("AWS-StartSSHSession", "SSM-SessionManagerRunShell"):
        for account in ("", "222222222222"):
            request.consider(request.resource, f"arn:{partition}:ssm:eu-west-1:{account}:document/{name}")
    begins, names = z3.Re(f"arn:{partition}:ssm:"), z3.Re(":document/")
    return z3.InRe(request.resource, z3.Concat(begins, _NO_COLON, z3.Re(":"), _NO_COLON, names, _NAME))


def is_asked_of(request: Request, action: str, partition: str) -> z3.BoolRef:
    """The resource is one of which an action is asked, where that matters: a session is of a node and by a document.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    """
    if action != "ssm:StartSession":
        return z3.BoolVal(True)
    nodes = [like(request.resource, f"arn:{partition}:{node}", request) for node in _NODES]
    return z3.Or(is_document(request, partition), *nodes)
