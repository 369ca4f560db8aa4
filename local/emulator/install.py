"""Every adaptor, in the order in which they wrap each other."""

from __future__ import annotations

from local.emulator import (
    account_s3_key,
    admin,
    alarm_changes,
    athena_named_queries,
    athena_queries,
    batching_windows,
    bucket_access,
    bucket_properties,
    dropped_properties,
    ec2_dry_runs,
    ec2_permissions,
    event_bus_types,
    event_puts,
    event_routing,
    event_targets,
    firehose_delivery,
    function_workers,
    group_attachments,
    guiconnect,
    inline_functions,
    log_group_keys,
    log_subscriptions,
    object_events,
    prefix_lists,
    replica_keys,
    security_group_rules,
    security_group_search,
    security_group_types,
    security_group_view,
    ssm_api,
    ssm_document_type,
    trail_notices,
    trail_recording,
    trail_signing,
    trails,
    workspaces,
)
from local.emulator.hooks import require_supported_version
from local.emulator.principals import organization


def install_adaptors() -> None:
    """Closes the gaps; fails where MiniStack is not the version they were written for, or there is no organization."""
    require_supported_version()
    organization()
    for adaptor in (
        account_s3_key,
        admin,
        alarm_changes,
        athena_named_queries,
        athena_queries,
        batching_windows,
        bucket_access,
        bucket_properties,
        dropped_properties,
        event_bus_types,
        event_puts,
        event_routing,
        event_targets,
        firehose_delivery,
        function_workers,
        group_attachments,
        guiconnect,
        inline_functions,
        log_group_keys,
        log_subscriptions,
        object_events,
        prefix_lists,
        replica_keys,
        security_group_rules,
        security_group_search,
        security_group_types,
        security_group_view,
        ssm_api,
        ssm_document_type,
        trail_notices,
        trail_recording,
        trail_signing,
        trails,
        workspaces,
        ec2_dry_runs,
        ec2_permissions,
    ):
        adaptor.install()
