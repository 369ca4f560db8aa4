"""Counts what the synthesized templates create: once in the archive account, and in each member account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.settings import Settings

Template = dict[str, Any]
KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
_MEMBERS = "Member"


@dataclass(frozen=True, slots=True)
class Inventory:
    """What stands in an account, as far as a bill depends on it.

    Args:
        resources: How many of each resource type.
        alarm_metrics: How many metrics all alarms look at together.
        scheduled: How often schedules go off in a month.
        log_days: Days of retention by log group name.
        archived_days: Days that the archive of a bus keeps events; 0 without one.
        derived_days: Days that the bucket keeps what is computed from evidence; 0 without one.
    """

    resources: Counter[str]
    alarm_metrics: int
    scheduled: float
    log_days: dict[str, int]
    archived_days: int
    derived_days: int

    def count(self, *types: str) -> int:
        """How many resources of some types there are."""
        return sum(self.resources[of_type] for of_type in types)


HOURS = 730
_MINUTES = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60, "day": 1440, "days": 1440}


def archive_inventory(assembly: Path) -> Inventory:
    """What all stacks but the members' create, taken together."""
    templates = _templates(assembly)
    return _inventory(template for name, template in templates.items() if not name.startswith(_MEMBERS))


def member_inventory(assembly: Path, settings: Settings) -> Inventory:
    """What one member account gets: its account template, and a template in each of its Regions."""
    templates = _templates(assembly)
    return _inventory(templates[name] for name in member_templates(settings))


def member_templates(settings: Settings) -> list[str]:
    """The templates of one member account, one for each stack."""
    regions = settings.regions
    recording = {region: settings.records_in(region) for region in regions.governed}
    return [
        "MemberAccount",
        *("MemberRegion" if recording[region] else "MemberRegionWithoutRecording" for region in regions.governed),
        *("MemberSignIn" for region in regions.sign_in if region not in regions.governed),
    ]


def _templates(assembly: Path) -> dict[str, Template]:
    suffix = ".template.json"
    paths = sorted(assembly.glob(f"*{suffix}"))
    return {path.name.removesuffix(suffix): json.loads(path.read_text("utf-8")) for path in paths}


def _inventory(templates: Iterable[Template]) -> Inventory:
    resources = [resource for template in templates for resource in template.get("Resources", {}).values()]
    alarms = [resource for resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"]
    return Inventory(
        resources=Counter(resource["Type"] for resource in resources),
        alarm_metrics=sum(_alarm_metrics(alarm["Properties"]) for alarm in alarms),
        scheduled=sum(_times_a_month(resource) for resource in resources),
        log_days={
            str(resource["Properties"].get("LogGroupName", "")): resource["Properties"].get("RetentionInDays", 0)
            for resource in resources
            if resource["Type"] == "AWS::Logs::LogGroup"
        },
        archived_days=sum(
            resource["Properties"].get("RetentionDays", 0)
            for resource in resources
            if resource["Type"] == "AWS::Events::Archive"
        ),
        derived_days=sum(
            rule.get("ExpirationInDays", 0)
            for resource in resources
            if resource["Type"] == "AWS::S3::Bucket" and "-derived-" in str(resource["Properties"]["BucketName"])
            for rule in resource["Properties"]["LifecycleConfiguration"]["Rules"]
        ),
    )


def _alarm_metrics(properties: dict[str, Any]) -> int:
    """Metrics are billed, expressions over them are not."""
    return sum("MetricStat" in query for query in properties.get("Metrics", [])) or 1


def _times_a_month(resource: dict[str, Any]) -> float:
    expression = str(resource.get("Properties", {}).get("ScheduleExpression", ""))
    if not expression:
        return 0
    if expression.startswith("rate("):
        amount, unit = expression.removeprefix("rate(").removesuffix(")").split()
        return HOURS * 60 / (int(amount) * _MINUTES[unit])
    return HOURS / 24 if expression.startswith("cron(") else 0
