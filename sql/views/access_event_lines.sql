-- Every row of access_events: from Parquet on the days that are compacted, from the JSON files on the others.
-- The function `evidence-compaction` puts the first day of Parquet, and the first one after it, in the place of the two
-- days here, of which there are no files.
SELECT
  event_id, record_version, class_uid, epoch_ms, account, region, kind, activity, operation, service, severity,
  invoked_by, actor_name, actor_id, actor_type, user_name, user_id, user_type, source_ip, source_service, status,
  status_code, status_detail, is_mfa, message, finding_title, finding_types, related_event_id, evidence_user_name,
  evidence_user_id, evidence_actor_name, evidence_actor_id, evidence_source_ip, verdict, reasons, exceptions,
  session_id, target, document_name, session_reason, connection_id, protocol, workspace_id, directory_id,
  client_product, client_platform, group_id, group_name, prefix_list_id, bucket, object_key, object_size,
  raw_data, evidence, day
FROM compacted_access_events
WHERE verified = 'yes' AND day >= '0001-01-01' AND day < '0001-01-02'
UNION ALL
SELECT
  event_id, record_version, class_uid, epoch_ms, account, region, kind, activity, operation, service, severity,
  invoked_by, actor_name, actor_id, actor_type, user_name, user_id, user_type, source_ip, source_service, status,
  status_code, status_detail, is_mfa, message, finding_title, finding_types, related_event_id, evidence_user_name,
  evidence_user_id, evidence_actor_name, evidence_actor_id, evidence_source_ip, verdict, reasons, exceptions,
  session_id, target, document_name, session_reason, connection_id, protocol, workspace_id, directory_id,
  client_product, client_platform, group_id, group_name, prefix_list_id, bucket, object_key, object_size,
  raw_data, evidence, day
FROM uncompacted_access_events
WHERE day < '0001-01-01' OR day >= '0001-01-02'
