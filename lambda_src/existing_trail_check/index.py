"""Fails a deployment that relies on an existing trail where no trail records what evidence needs."""

import logging
from typing import Any

import boto3
import cfnresponse
from botocore.config import Config
from botocore.exceptions import ClientError

log = logging.getLogger()


def handler(event: dict[str, Any], context: object) -> None:
    """Answer CloudFormation: success where a sufficient trail logs, else failure saying what each trail lacks."""
    config = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 4})
    identity = event.get("PhysicalResourceId", "ExistingTrail")
    try:
        problems = [] if event["RequestType"] == "Delete" else shortcomings(boto3.client("cloudtrail", config=config))
        if problems:
            raise LookupError("no trail records all management events of all Regions. " + "; ".join(problems))
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "ExistingTrail")
    except Exception as error:
        log.exception("check of existing trails failed")
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, identity, reason=str(error)[:900])


def shortcomings(cloudtrail: Any) -> list[str]:
    """What keeps each trail from being sufficient; empty as soon as one is."""
    problems = []
    for trail in cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]:
        try:
            missing = lacks(
                trail,
                cloudtrail.get_trail_status(Name=trail["TrailARN"]),
                selectors_of(cloudtrail, trail),
            )
        except ClientError as error:
            missing = [f"cannot be read ({error.response['Error']['Code']})"]
        if not missing:
            return []
        problems.append(f"{trail['Name']}: {', '.join(missing)}")
    return problems or ["the account has no trail"]


def selectors_of(cloudtrail: Any, trail: dict[str, Any]) -> dict[str, Any] | None:
    """What a trail selects; None for an organization trail, which only its own account may ask."""
    try:
        selectors: dict[str, Any] = cloudtrail.get_event_selectors(TrailName=trail["TrailARN"])
        return selectors
    except ClientError:
        if trail.get("IsOrganizationTrail"):
            log.warning("took it on trust what the organization trail %s selects", trail["TrailARN"])
            return None
        raise


def lacks(trail: dict[str, Any], status: dict[str, Any], selectors: dict[str, Any] | None) -> list[str]:
    """What one trail is missing, in words."""
    facts = {
        "is not logging": status["IsLogging"],
        "covers one Region": trail["IsMultiRegionTrail"],
        "skips global service events": trail["IncludeGlobalServiceEvents"],
        "does not validate log files": trail["LogFileValidationEnabled"],
        "skips management events": selectors is None or records_management_events(selectors),
    }
    return [problem for problem, holds in facts.items() if not holds]


def records_management_events(selectors: dict[str, Any]) -> bool:
    """Whether any selector takes all management events, read and write, leaving no source out."""
    plain = any(
        item["IncludeManagementEvents"]
        and item["ReadWriteType"] == "All"
        and not item.get("ExcludeManagementEventSources")
        for item in selectors.get("EventSelectors") or []
    )
    advanced = any(
        [(field["Field"], field.get("Equals")) for field in item["FieldSelectors"]]
        == [("eventCategory", ["Management"])]
        for item in selectors.get("AdvancedEventSelectors") or []
    )
    return plain or advanced
