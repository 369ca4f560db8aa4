-- The start of every RDP connection: its id is the last part of the ARN that GuiConnect answers with.
SELECT event_id, time, account, region, person, principal, source_ip, host, connection_id, protocol, verdict
FROM (
  SELECT
    starts.*,
    row_number() OVER (PARTITION BY connection_id, account, region ORDER BY time, event_id) AS copy
  FROM starts
  WHERE operation = 'StartConnection' AND connection_id IS NOT NULL AND time IS NOT NULL
) AS copies
WHERE copy = 1
