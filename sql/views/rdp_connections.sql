-- Every RDP connection with its recordings, and every recording that nobody is known to have started.
-- state: recorded; no recording; nobody started. `match` says how sure it is that the recording is this connection's.
SELECT
  coalesce(c.started, c.arrived) AS time,
  CASE WHEN t.ended >= c.started THEN t.ended END AS until,
  c.account,
  c.region,
  c.person,
  c.principal,
  c.source_ip,
  coalesce(c.host, c.key_host) AS host,
  c.connection_id,
  t.session_id,
  c.protocol,
  CASE WHEN c.started IS NULL THEN 'nobody started' WHEN c.uri IS NULL THEN 'no recording' ELSE 'recorded' END AS state,
  CASE WHEN c.exact = 1 THEN 'exact' WHEN c.started IS NOT NULL AND c.uri IS NOT NULL THEN 'inferred' ELSE 'none' END
    AS match,
  c.recordings,
  c.arrived AS recording_arrived,
  c.verdict,
  c.uri AS evidence,
  c.event_id
FROM (
  SELECT
    account,
    connection_id,
    max(region) AS region,
    min(started) AS started,
    min(arrived) AS arrived,
    max(person) AS person,
    max(principal) AS principal,
    max(source_ip) AS source_ip,
    max(host) AS host,
    max(key_host) AS key_host,
    max(protocol) AS protocol,
    max(verdict) AS verdict,
    max(exact) AS exact,
    count(DISTINCT uri) AS recordings,
    min(uri) AS uri,
    coalesce(max(event_id), min(recording_event_id)) AS event_id
  FROM (
    SELECT
      account, connection_id, CAST(NULL AS varchar) AS orphan, region, time AS started,
      CAST(NULL AS timestamp(3)) AS arrived, person, principal, source_ip, host, CAST(NULL AS varchar) AS key_host,
      protocol, verdict, 0 AS exact, CAST(NULL AS varchar) AS uri, event_id,
      CAST(NULL AS varchar) AS recording_event_id
    FROM connection_starts
    UNION ALL
    SELECT
      coalesce(account, key_account), connection_id, CASE WHEN match = 'none' THEN uri END,
      CASE WHEN match = 'none' THEN region END, NULL, arrived, NULL, NULL, NULL, NULL, key_host,
      NULL, NULL, CASE WHEN match = 'exact' THEN 1 ELSE 0 END, uri, NULL, recording_event_id
    FROM recording_matches
  ) AS told
  GROUP BY account, connection_id, orphan
) AS c
LEFT JOIN (
  -- The tunnel begins within seconds of its connection; of several, the first.
  SELECT connection_id, account, session_id, ended
  FROM (
    SELECT
      s.connection_id,
      s.account,
      t.session_id,
      t.ended,
      row_number() OVER (PARTITION BY s.connection_id, s.account ORDER BY t.started, t.session_id) AS place
    FROM connection_starts AS s
    JOIN tunnels AS t ON t.account = s.account AND t.region = s.region AND t.principal = s.principal
      AND t.host = s.host AND t.started BETWEEN s.time - INTERVAL '5' SECOND AND s.time + INTERVAL '60' SECOND
  ) AS near
  WHERE place = 1
) AS t ON t.connection_id = c.connection_id AND t.account = c.account
