-- Starts and ends of sessions and connections that were not refused: what the hub heard, and what only CloudTrail's
-- files tell. One row for each event, whichever of the two came first, and however often.
SELECT
  event_id, time, account, region, person, principal, source_ip, called_by, host, operation,
  session_id, document, session_reason, connection_id, protocol, verdict, evidence
FROM (
  SELECT
    told.*,
    row_number() OVER (PARTITION BY event_id, account, region ORDER BY source, evidence) AS copy
  FROM (
    SELECT
      1 AS source, event_id, time, account, region, person, principal, source_ip, called_by, host, operation,
      session_id, document, session_reason, connection_id, protocol, verdict, evidence
    FROM events
    WHERE kind IN ('session', 'connection') AND status = 'Success'
      AND operation IN ('StartSession', 'TerminateSession', 'StartConnection')
    UNION ALL
    SELECT
      2 AS source,
      event_id,
      TRY_CAST(replace(
        nullif(regexp_extract(event_time, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
      ) AS timestamp(3)) AS time,
      account,
      region,
      CASE WHEN identity_type = 'Root' THEN 'root' ELSE coalesce(
        user_name,
        invoked_by,
        nullif(regexp_extract(coalesce(principal_arn, principal_id), '[^/:]+\z'), '')
      ) END AS person,
      coalesce(principal_arn, principal_id) AS principal,
      CASE WHEN regexp_like(source_ip, '^([0-9]{1,3}[.]){3}[0-9]{1,3}\z') OR strpos(source_ip, ':') > 0
        THEN source_ip END AS source_ip,
      coalesce(invoked_by, CASE WHEN source_ip LIKE '%.amazonaws.com' THEN source_ip END) AS called_by,
      coalesce(
        json_extract_scalar(request_parameters, '$.target'), json_extract_scalar(request_parameters, '$.InstanceId')
      ) AS host,
      event_name AS operation,
      coalesce(
        json_extract_scalar(response_elements, '$.sessionId'), json_extract_scalar(request_parameters, '$.sessionId')
      ) AS session_id,
      json_extract_scalar(request_parameters, '$.documentName') AS document,
      json_extract_scalar(request_parameters, '$.reason') AS session_reason,
      nullif(regexp_extract(json_extract_scalar(response_elements, '$.ConnectionArn'), '[^/]+\z'), '') AS connection_id,
      json_extract_scalar(request_parameters, '$.Protocol') AS protocol,
      CAST(NULL AS varchar) AS verdict,
      evidence
    FROM cloudtrail_calls
    WHERE error_code IS NULL AND event_id IS NOT NULL
      AND (
        (event_source = 'ssm.amazonaws.com' AND event_name IN ('StartSession', 'TerminateSession'))
        OR (event_source = 'ssm-guiconnect.amazonaws.com' AND event_name = 'StartConnection')
      )
  ) AS told
) AS copies
WHERE copy = 1
