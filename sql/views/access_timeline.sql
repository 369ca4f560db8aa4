-- Everything, one thing a row: who was where, from where, what they did, and where the evidence lies.
-- until is NULL for a moment. match says how sure the evidence is: exact, inferred, none, or NULL where the record is
-- the evidence itself.
SELECT
  time,
  until,
  'shell-session' AS kind,
  account, region, person, principal, source_ip, host,
  'shell session'
    || CASE WHEN state = 'transcript' THEN '' ELSE ', ' || state END
    || coalesce(': ' || replace(typed, chr(10), ' | '), '') AS what,
  verdict, evidence, match, event_id
FROM shell_sessions
UNION ALL
SELECT
  time, until, CASE WHEN state = 'nobody started' THEN 'recording' ELSE 'rdp-connection' END,
  account, region, person, principal, source_ip, host,
  CASE WHEN state = 'nobody started' THEN 'recording, nobody started' ELSE 'RDP connection, ' || state END,
  verdict, evidence, match, event_id
FROM rdp_connections
UNION ALL
SELECT
  time, NULL, kind, account, region, person, principal, source_ip, host, what, verdict, evidence, NULL, event_id
FROM events
WHERE kind IN ('workspaces-login', 'console-sign-in', 'security-group-change', 'tampering', 'finding')
