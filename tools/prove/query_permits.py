"""What the roles may do as which auditors ask in Athena, and who takes them; written apart from their policies."""

from __future__ import annotations

from typing import Final

from stacks.settings import Settings
from tools.prove.asking_permits import asking_functions, reads_catalog_and_keeps_results, reads_pages
from tools.prove.permits import Permit
from tools.prove.policies import Policy

ATHENA = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html"
GLUE = "https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html"
READ_OBJECTS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"
RESULTS = "https://docs.aws.amazon.com/athena/latest/ug/querying.html"
TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"

ROLE: Final = "evidence-auditor-"


def reader_roles(settings: Settings) -> list[str]:
    """The names of every role that gets and decrypts evidence."""
    general = ["evidence-auditor"] if settings.archive.auditors else []
    return [*general, *asking_functions(settings), *asking_roles(settings)]


def asking_roles(settings: Settings) -> list[str]:
    """The names of the roles as which auditors ask."""
    return [f"{ROLE}{name}" for name in settings.query.auditors]


def query_trust_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """The one role, or pattern of roles, that the settings name for an auditor; none for other roles."""
    trusted = settings.query.auditors.get(_auditor(policy))
    if trusted is None or not _is_asking_role(policy, settings):
        return []
    return [
        Permit(
            roles=(trusted,),
            actions=("sts:AssumeRole",),
            when={"aws:PrincipalOrgID": (settings.organization.id,)},
            source=TRUST,
        )
    ]


def query_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """What an auditor's role does beside reading evidence; none for other roles."""
    name = _auditor(policy)
    if not _is_asking_role(policy, settings):
        return []
    partition, archive = policy.place.partition, settings.archive.account
    home = settings.regions.home
    here = f"{home}:{archive}"
    derived = f"arn:{partition}:s3:::evidence-derived-{archive}-{home}"
    ours = {"aws:ResourceAccount": (archive,)}
    return [
        Permit(
            actions=(
                "athena:BatchGetNamedQuery",
                "athena:BatchGetQueryExecution",
                "athena:GetNamedQuery",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetQueryResultsStream",
                "athena:GetQueryRuntimeStatistics",
                "athena:GetWorkGroup",
                "athena:ListNamedQueries",
                "athena:ListQueryExecutions",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ),
            resources=(f"arn:{partition}:athena:{here}:workgroup/evidence-{name}",),
            source=ATHENA,
        ),
        Permit(actions=("athena:ListDataCatalogs", "athena:ListWorkGroups"), source=ATHENA),
        Permit(
            actions=(
                "athena:GetDataCatalog",
                "athena:GetDatabase",
                "athena:GetTableMetadata",
                "athena:ListDatabases",
                "athena:ListTableMetadata",
            ),
            resources=(f"arn:{partition}:athena:{here}:datacatalog/AwsDataCatalog",),
            source=ATHENA,
        ),
        *reads_catalog_and_keeps_results(policy, settings, name),
        Permit(
            actions=("s3:ListBucket", "s3:ListBucketMultipartUploads"),
            resources=(derived,),
            when=ours | {"s3:prefix": (f"athena-results/{name}/*",)},
            source=RESULTS,
        ),
        *reads_pages(policy, settings),
    ]


def _auditor(policy: Policy) -> str:
    return policy.subject.split("/")[-1].removeprefix(ROLE)


def _is_asking_role(policy: Policy, settings: Settings) -> bool:
    return policy.owner == settings.archive.account and policy.subject.split("/")[-1] in asking_roles(settings)
