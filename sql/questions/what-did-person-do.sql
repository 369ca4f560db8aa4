-- What did this person do on this day (UTC)? The name as the timeline has it, in any case, or the ARN.
-- parameter: person
-- parameter: day, such as 2026-11-25
SELECT l.time, l.until, l.kind, l.account, l.region, l.person, l.source_ip, l.host, l.what, l.match, l.evidence
FROM access_timeline AS l
CROSS JOIN (SELECT lower(CAST(? AS varchar)) AS person, CAST(? AS date) AS day) AS asked
WHERE (lower(l.person) = asked.person OR lower(l.principal) = asked.person)
  AND CAST(l.time AS date) <= asked.day AND CAST(coalesce(l.until, l.time) AS date) >= asked.day
ORDER BY l.time, l.kind, l.event_id
