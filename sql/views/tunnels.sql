-- The sessions through which RDP connections run: GuiConnect starts them in the name of whoever connects.
SELECT account, region, session_id, started, ended, principal, host
FROM (
  SELECT
    account,
    region,
    session_id,
    min(CASE WHEN operation = 'StartSession' THEN time END) AS started,
    min(CASE WHEN operation = 'TerminateSession' THEN time END) AS ended,
    max(CASE WHEN operation = 'StartSession' THEN principal END) AS principal,
    max(CASE WHEN operation = 'StartSession' THEN host END) AS host,
    max(CASE WHEN operation = 'StartSession' THEN coalesce(called_by, '') END) AS called_by
  FROM starts
  WHERE operation IN ('StartSession', 'TerminateSession') AND session_id IS NOT NULL
  GROUP BY account, region, session_id
) AS sessions
WHERE called_by = 'ssm-guiconnect.amazonaws.com'
