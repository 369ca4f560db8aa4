"""The demonstration from the first deployment to the last refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from constructs_lib.archive_layout import KEY_ID_PARAMETER
from local.demo.archive import Auditor
from local.demo.attempts import attempt_everything
from local.demo.cdk import Cdk
from local.demo.evidence import Evidence
from local.demo.groups import Watch, forget_a_group
from local.demo.happenings import everyday, lost_session, trail_stopped
from local.demo.hub import Hub
from local.demo.members import join, sort_into_units
from local.demo.people import Session, give_workspace, hire_operator, hold_connection, hold_session, operators
from local.demo.setting import Setting, Units
from local.demo.timeline import Timeline
from local.embedded_aws import EmbeddedAws

TRAIL_COPY = "trail"
ARCHIVE_COPY = "archive"
MATCHES = ("exact", "inferred")
"""How sure a timeline is of the recordings: the key of the first names its connection, that of the second does not."""
Step = Callable[[str], AbstractContextManager[object]]


def before(aws: EmbeddedAws, setting: Setting) -> str:
    """What nobody has looked at for long: a security group that is open to everybody; its id."""
    watched, _enforced = setting.watched_and_enforced
    return forget_a_group(aws, account=watched, region=setting.home)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the deployment taught: the id of the evidence key, and the units that StackSets reach."""

    key_id: str
    units: Units


def deploy(aws: EmbeddedAws, setting: Setting, *, config: Path, folder: Path, step: Step) -> Deployed:
    """Bootstrap and the two deployments of a first roll-out.

    Raises:
        DeploymentError: A stack did not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cdk = Cdk(aws=aws, setting=setting, folder=folder)
    with step("Bootstrapping the archive and the management account; members need it not"):
        cdk.bootstrap()
    with step("Deploying the home archive, which makes the evidence key"):
        cdk.deploy([f"LogArchive-{setting.home}"], config=config)
    key_id = _key_id(aws, setting)
    complete = folder / "organization.toml"
    units = sort_into_units(aws, setting)
    complete.write_text(setting.completed(key_id=key_id, units=units), encoding="utf-8")
    with step(f"Deploying everything else; StackSets enrol {len(setting.members) - 1} members, the canary first"):
        cdk.deploy(["--all"], config=complete)
    return Deployed(key_id=key_id, units=units)


def work(
    aws: EmbeddedAws, setting: Setting, *, deployed: Deployed, forgotten: str, folder: Path, step: Step
) -> list[Evidence]:
    """Sessions, a recording, trail files, events and open ports, what becomes of them, and what is refused.

    `forgotten` is the group that was open before the deployment. A copy of the trails, the attempts among their events,
    goes to `trail` in the folder, a copy of what queries read to `archive`.
    """
    first, second = setting.two_members
    elsewhere = setting.governed[-1]
    key_id = deployed.key_id
    auditor = Auditor(aws, setting, key_id=key_id)
    with step("Holding a shell session in each member and an RDP connection"):
        roles = operators(aws, setting)
        sessions = [
            hold_session(
                aws,
                role_arn=roles[first],
                person="alice",
                region=setting.home,
                instance="i-0a11ce00000000001",
                lines=("sh-5.2$ whoami", "ssm-user", "sh-5.2$ sudo systemctl restart payments"),
            ),
            hold_session(
                aws,
                role_arn=roles[second],
                person="bob",
                region=elsewhere,
                instance="i-0b0b0000000000002",
                lines=("sh-5.2$ cat /etc/hostname", "ledger-1"),
            ),
        ]
        connections = [
            hold_connection(
                aws, role_arn=roles[first], person="carol", region=setting.home, instance="i-0ca101000000000003"
            ),
            hold_connection(
                aws,
                role_arn=roles[second],
                person="dave",
                region=setting.home,
                instance="i-0da4e000000000004",
                opaque=True,
            ),
        ]
    with step("A new account joins, is enrolled without a command, and a session is held there"):
        newcomer = join(aws, setting, unit=deployed.units.others)
        sessions.append(_first_session(aws, setting, newcomer))
    with step("Delivering the trails"):
        deliveries = aws.deliver_trails()
    with step("Reading the archive back as the auditor"):
        stored = [auditor.transcript(session) for session in sessions]
        stored += [auditor.recording(connection) for connection in connections]
        stored += auditor.trails(deliveries, [*setting.members, newcomer])
    happened = hear(aws, setting, auditor=auditor, roles=roles, forgotten=forgotten, step=step)
    with step("Asking Athena for the timeline, as an auditor"):
        timeline = Timeline(aws, setting)
        asked = [timeline.shows_session(session) for session in sessions if session.account in setting.members]
        asked += [timeline.shows_connection(each, match) for each, match in zip(connections, MATCHES, strict=True)]
    with step("Trying what must be refused"):
        uri = stored[0].evidence_uri or ""
        refused = attempt_everything(aws, setting, roles=roles, transcript_uri=uri, key_id=key_id)
    with step("Taking a copy of the trail files and their digests home, and of what queries read"):
        aws.deliver_trails()
        auditor.take_trails_home(folder / TRAIL_COPY)
        auditor.take_archive_home(folder / ARCHIVE_COPY)
    return stored + happened + asked + refused


def hear(
    aws: EmbeddedAws, setting: Setting, *, auditor: Auditor, roles: Mapping[str, str], forgotten: str, step: Step
) -> list[Evidence]:
    """What the access hub makes of a day in the members, of open ports, of a failure of its own and of a silence."""
    hub = Hub(aws, setting, auditor=auditor)
    watch = Watch(aws, setting, hub=hub)
    watched, enforced = setting.watched_and_enforced
    with step("Opening port 22 where the guard only watches, and where it acts"):
        opened = watch.open_ports({roles[watched]: "frida", roles[enforced]: "gregor"})
    with step("Telling everything twice that happens in the members, and waiting for the hub"):
        first, second = (
            give_workspace(aws, account=account, region=setting.home, person=person)
            for account, person in zip(setting.two_members, ("dora", "emil"), strict=True)
        )
        heard = hub.hears(everyday(setting, workspaces=(first, second)))
        watch.have_been_judged(opened)
    with step("Stopping a trail while the hub's handler is broken, and mending it"):
        heard.append(hub.hears_in_spite_of_a_failure(trail_stopped(setting)))
    with step("Looking for what is missing: somebody's session left no transcript"):
        heard += hub.misses_transcript(lost_session(setting))
    with step("Letting one member's Region fall silent"):
        heard.append(hub.misses(setting.two_members[1], setting.governed[-1]))
    with step("Waiting until the guard has taken one rule back"):
        heard += [watch.found(opened[0]), watch.revoked(opened[1])]
    with step("Sweeping every group of every account and Region"):
        heard += watch.swept(account=watched, region=setting.home, group_id=forgotten)
    return heard


def _first_session(aws: EmbeddedAws, setting: Setting, account: str) -> Session:
    return hold_session(
        aws,
        role_arn=hire_operator(aws, account, setting.home),
        person="nora",
        region=setting.home,
        instance="i-0e4c0e40000000005",
        lines=("sh-5.2$ hostname", "newcomer-1"),
    )


def _key_id(aws: EmbeddedAws, setting: Setting) -> str:
    """What the home archive prints for the settings file."""
    cloudformation = aws.client("cloudformation", account=setting.archive, region=setting.home)
    (stack,) = cloudformation.describe_stacks(StackName="evidence-log-archive")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return str(outputs[KEY_ID_PARAMETER])
