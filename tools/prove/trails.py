"""The trails that the settings admit to the archive; written apart from the policies."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.settings import Settings
from tools.prove.policies import Policy


@dataclass(frozen=True)
class Trail:
    """A trail that may deliver here: its ARN and the account, or organization, under whose name its files lie."""

    arn: str
    files: tuple[str, ...]


def trails(policy: Policy, settings: Settings) -> list[Trail]:
    """The trails that the settings admit to the home Region; multi-Region trails deliver to no other."""
    home, archive, partition = settings.regions.home, settings.archive.account, policy.place.partition
    if policy.place.region != home:
        return []

    def arn(region: str, account: str, name: str) -> str:
        return f"arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"

    admitted = [Trail(arn(home, archive, "evidence-archive-access"), (archive,))]
    if settings.trail.mode == "member":
        admitted.append(Trail(arn("*", "*", "evidence-management-events"), ("*",)))
    if settings.trail.mode == "organization":
        management = settings.organization.management_account
        admitted.append(Trail(arn(home, management, "evidence-organization"), (management, settings.organization.id)))
    return admitted
