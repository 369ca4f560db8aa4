-- When was a root user at work, signing in or calling?
SELECT time, kind, account, region, source_ip, what, status, is_mfa, verdict, evidence
FROM events
WHERE user_type = 'Root'
ORDER BY time, event_id
