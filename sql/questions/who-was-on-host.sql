-- Who was on this machine or WorkSpace, whenever it was?
-- parameter: host, such as i-0123456789abcdef0 or ws-abcdef123
SELECT time, until, kind, account, region, person, source_ip, host, what, match, evidence
FROM access_timeline
WHERE host = ?
ORDER BY time, kind, event_id
