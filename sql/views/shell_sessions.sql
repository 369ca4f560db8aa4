-- Every session of Session Manager but the tunnels of RDP connections: who started it, and what its terminal showed.
-- state: transcript; no transcript; never logged (its document has none); nobody started (a transcript without a
-- start). Start and transcript meet by the id of the session, so it does not matter which came first.
SELECT
  coalesce(started, first_shown) AS time,
  -- The clock of the machine may be wrong; nothing ends before it starts.
  CASE WHEN coalesce(ended, last_shown) >= coalesce(started, first_shown) THEN coalesce(ended, last_shown) END AS until,
  account,
  region,
  coalesce(starter, nullif(regexp_extract(shown_to, '[^/:]+\z'), '')) AS person,
  coalesce(principal, shown_to) AS principal,
  source_ip,
  coalesce(host, shown_on) AS host,
  session_id,
  document,
  session_reason,
  run_as,
  lines,
  typed,
  shown,
  CASE
    WHEN started IS NULL THEN 'nobody started'
    WHEN lines IS NOT NULL THEN 'transcript'
    WHEN document LIKE '%PortForwarding%' OR document LIKE '%SSH%' THEN 'never logged'
    ELSE 'no transcript'
  END AS state,
  CASE WHEN started IS NOT NULL AND lines IS NOT NULL THEN 'exact' ELSE 'none' END AS match,
  verdict,
  evidence,
  event_id
FROM (
  SELECT
    account,
    region,
    session_id,
    min(started) AS started,
    min(ended) AS ended,
    min(first_shown) AS first_shown,
    max(last_shown) AS last_shown,
    max(starter) AS starter,
    max(principal) AS principal,
    max(shown_to) AS shown_to,
    max(source_ip) AS source_ip,
    max(host) AS host,
    max(shown_on) AS shown_on,
    max(document) AS document,
    max(session_reason) AS session_reason,
    max(run_as) AS run_as,
    max(lines) AS lines,
    max(typed) AS typed,
    max(shown) AS shown,
    max(verdict) AS verdict,
    max(evidence) AS evidence,
    max(event_id) AS event_id
  FROM (
    SELECT
      account,
      region,
      session_id,
      CASE WHEN operation = 'StartSession' THEN time END AS started,
      CASE WHEN operation = 'TerminateSession' THEN time END AS ended,
      CAST(NULL AS timestamp(3)) AS first_shown,
      CAST(NULL AS timestamp(3)) AS last_shown,
      CASE WHEN operation = 'StartSession' THEN person END AS starter,
      CASE WHEN operation = 'StartSession' THEN principal END AS principal,
      CAST(NULL AS varchar) AS shown_to,
      CASE WHEN operation = 'StartSession' THEN source_ip END AS source_ip,
      host,
      CAST(NULL AS varchar) AS shown_on,
      document,
      session_reason,
      CAST(NULL AS varchar) AS run_as,
      CAST(NULL AS bigint) AS lines,
      CAST(NULL AS varchar) AS typed,
      CAST(NULL AS varchar) AS shown,
      CASE WHEN operation = 'StartSession' THEN verdict END AS verdict,
      CAST(NULL AS varchar) AS evidence,
      CASE WHEN operation = 'StartSession' THEN event_id END AS event_id
    FROM starts
    WHERE operation IN ('StartSession', 'TerminateSession') AND session_id IS NOT NULL
      AND NOT (operation = 'StartSession' AND coalesce(called_by, '') = 'ssm-guiconnect.amazonaws.com')
    UNION ALL
    SELECT
      account, region, session_id, NULL, NULL, first_shown, last_shown, NULL, NULL, principal, NULL, NULL, host, NULL,
      NULL, run_as, lines, typed, shown, NULL, evidence, NULL
    FROM session_transcripts
  ) AS told
  GROUP BY account, region, session_id
) AS sessions
WHERE started IS NOT NULL OR lines IS NOT NULL
