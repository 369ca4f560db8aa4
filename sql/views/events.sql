-- One row for each event that the hub judged and for each finding, however often its record was delivered.
-- Every other view of access events reads this one.
SELECT
  event_id, time, kind, account, region, person, principal, user_type, source_ip, called_by, host, operation, service,
  status, status_detail, is_mfa, verdict, reasons, exceptions, what,
  session_id, document, session_reason, connection_id, protocol,
  workspace_id, directory_id, client_product, client_platform,
  group_id, group_name, prefix_list_id, bucket, object_key, object_size,
  finding_title, severity, related_event_id, raw_data, evidence, day
FROM (
  SELECT
    told.*,
    row_number() OVER (PARTITION BY event_id, account, region ORDER BY day, evidence, time) AS copy
  FROM (
    SELECT
      event_id,
      -- What lies beyond the year 2100 is no time, and would be an error.
      CASE WHEN epoch_ms BETWEEN 0 AND 4102444800000
        THEN date_add('millisecond', epoch_ms, TIMESTAMP '1970-01-01 00:00:00.000') END AS time,
      CASE
        WHEN contains(reasons, 'tampering') AND class_uid <> 2004 THEN 'tampering'
        WHEN kind = 'sign_in' THEN 'console-sign-in'
        WHEN kind = 'network_change' THEN 'security-group-change'
        ELSE replace(coalesce(kind, 'unknown'), '_', '-')
      END AS kind,
      account,
      region,
      nullif(coalesce(
        user_name, actor_name, evidence_user_name, evidence_actor_name
      ), 'unknown') AS person,
      coalesce(user_id, actor_id, evidence_user_id, evidence_actor_id) AS principal,
      coalesce(user_type, actor_type) AS user_type,
      coalesce(source_ip, evidence_source_ip) AS source_ip,
      coalesce(invoked_by, source_service) AS called_by,
      coalesce(target, workspace_id) AS host,
      operation,
      service,
      status,
      status_detail,
      is_mfa,
      verdict,
      coalesce(reasons, finding_types) AS reasons,
      exceptions,
      CASE
        WHEN class_uid = 2004 THEN coalesce(message, finding_title)
        WHEN kind = 'workspaces_login'
          THEN 'logged in to a WorkSpace' || coalesce(' with ' || client_product, '')
        WHEN kind = 'sign_in' THEN status_detail
        ELSE coalesce(operation, activity, 'unknown')
          || coalesce(
            ' of ' || coalesce(target, group_id, prefix_list_id, group_name),
            ''
          )
          || CASE WHEN status = 'Failure' THEN ' (failed' || coalesce(': ' || status_code, '') || ')' ELSE '' END
      END AS what,
      session_id,
      document_name AS document,
      session_reason,
      connection_id,
      protocol,
      workspace_id,
      directory_id,
      client_product,
      client_platform,
      group_id,
      group_name,
      prefix_list_id,
      bucket,
      object_key,
      object_size,
      finding_title,
      severity,
      related_event_id,
      raw_data,
      evidence,
      day
    FROM access_event_lines
    WHERE event_id IS NOT NULL
  ) AS told
) AS copies
WHERE copy = 1
