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
      eventid AS event_id,
      TRY_CAST(replace(
        nullif(regexp_extract(eventtime, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
      ) AS timestamp(3)) AS time,
      account,
      region,
      CASE WHEN useridentity.type = 'Root' THEN 'root' ELSE coalesce(
        useridentity.username,
        useridentity.invokedby,
        nullif(regexp_extract(coalesce(useridentity.arn, useridentity.principalid), '[^/:]+\z'), '')
      ) END AS person,
      coalesce(useridentity.arn, useridentity.principalid) AS principal,
      CASE WHEN regexp_like(sourceipaddress, '^([0-9]{1,3}[.]){3}[0-9]{1,3}\z') OR strpos(sourceipaddress, ':') > 0
        THEN sourceipaddress END AS source_ip,
      coalesce(
        useridentity.invokedby, CASE WHEN sourceipaddress LIKE '%.amazonaws.com' THEN sourceipaddress END
      ) AS called_by,
      coalesce(
        json_extract_scalar(requestparameters, '$.target'), json_extract_scalar(requestparameters, '$.InstanceId')
      ) AS host,
      eventname AS operation,
      coalesce(
        json_extract_scalar(responseelements, '$.sessionId'), json_extract_scalar(requestparameters, '$.sessionId')
      ) AS session_id,
      json_extract_scalar(requestparameters, '$.documentName') AS document,
      json_extract_scalar(requestparameters, '$.reason') AS session_reason,
      nullif(regexp_extract(json_extract_scalar(responseelements, '$.ConnectionArn'), '[^/]+\z'), '') AS connection_id,
      json_extract_scalar(requestparameters, '$.Protocol') AS protocol,
      CAST(NULL AS varchar) AS verdict,
      "$path" AS evidence
    FROM cloudtrail
    WHERE errorcode IS NULL AND eventid IS NOT NULL
      AND (
        (eventsource = 'ssm.amazonaws.com' AND eventname IN ('StartSession', 'TerminateSession'))
        OR (eventsource = 'ssm-guiconnect.amazonaws.com' AND eventname = 'StartConnection')
      )
  ) AS told
) AS copies
WHERE copy = 1
