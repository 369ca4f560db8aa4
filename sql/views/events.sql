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
      metadata.uid AS event_id,
      -- What lies beyond the year 2100 is no time, and would be an error.
      CASE WHEN "time" BETWEEN 0 AND 4102444800000
        THEN date_add('millisecond', "time", TIMESTAMP '1970-01-01 00:00:00.000') END AS time,
      CASE
        WHEN contains(unmapped.reasons, 'tampering') AND class_uid <> 2004 THEN 'tampering'
        WHEN unmapped.kind = 'sign_in' THEN 'console-sign-in'
        WHEN unmapped.kind = 'network_change' THEN 'security-group-change'
        ELSE replace(coalesce(unmapped.kind, 'unknown'), '_', '-')
      END AS kind,
      cloud.account.uid AS account,
      cloud.region AS region,
      nullif(coalesce(
        "user".name, actor."user".name,
        element_at(evidences, 1)."user".name, element_at(evidences, 1).actor."user".name
      ), 'unknown') AS person,
      coalesce(
        "user".uid, actor."user".uid,
        element_at(evidences, 1)."user".uid, element_at(evidences, 1).actor."user".uid
      ) AS principal,
      coalesce("user".type, actor."user".type) AS user_type,
      coalesce(src_endpoint.ip, element_at(evidences, 1).src_endpoint.ip) AS source_ip,
      coalesce(actor.invoked_by, src_endpoint.svc_name) AS called_by,
      coalesce(unmapped.target, unmapped.workspace_id) AS host,
      api.operation AS operation,
      api.service.name AS service,
      status,
      status_detail,
      is_mfa,
      unmapped.verdict AS verdict,
      coalesce(unmapped.reasons, finding_info.types) AS reasons,
      unmapped.exceptions AS exceptions,
      CASE
        WHEN class_uid = 2004 THEN coalesce(message, finding_info.title)
        WHEN unmapped.kind = 'workspaces_login'
          THEN 'logged in to a WorkSpace' || coalesce(' with ' || unmapped.client_product, '')
        WHEN unmapped.kind = 'sign_in' THEN status_detail
        ELSE coalesce(api.operation, activity_name, 'unknown')
          || coalesce(
            ' of ' || coalesce(unmapped.target, unmapped.group_id, unmapped.prefix_list_id, unmapped.group_name),
            ''
          )
          || CASE WHEN status = 'Failure' THEN ' (failed' || coalesce(': ' || status_code, '') || ')' ELSE '' END
      END AS what,
      unmapped.session_id AS session_id,
      unmapped.document_name AS document,
      unmapped.session_reason AS session_reason,
      unmapped.connection_id AS connection_id,
      unmapped.protocol AS protocol,
      unmapped.workspace_id AS workspace_id,
      unmapped.directory_id AS directory_id,
      unmapped.client_product AS client_product,
      unmapped.client_platform AS client_platform,
      unmapped.group_id AS group_id,
      unmapped.group_name AS group_name,
      unmapped.prefix_list_id AS prefix_list_id,
      unmapped.bucket AS bucket,
      unmapped.object_key AS object_key,
      unmapped.object_size AS object_size,
      finding_info.title AS finding_title,
      severity,
      element_at(finding_info.related_events, 1).uid AS related_event_id,
      raw_data,
      "$path" AS evidence,
      day
    FROM access_events
    WHERE metadata.uid IS NOT NULL
  ) AS told
) AS copies
WHERE copy = 1
