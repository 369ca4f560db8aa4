-- Which shell sessions have no transcript? One that is still going on, or has just ended, may get it yet.
SELECT time, account, region, person, source_ip, host, document, state, session_id, event_id
FROM shell_sessions
WHERE state IN ('no transcript', 'never logged')
ORDER BY time, event_id
