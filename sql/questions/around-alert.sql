-- What happened in the account of this alert in the half hours before and after it?
-- parameter: alert, the finding id that the alert bears, or the id of its event
SELECT
  l.time, l.until, l.kind, l.account, l.region, l.person, l.source_ip, l.host, l.what, l.verdict, l.match, l.evidence
FROM access_timeline AS l
JOIN (
  SELECT account, min(time) AS time
  FROM (
    SELECT f.account, f.time
    FROM findings AS f
    CROSS JOIN (SELECT CAST(? AS varchar) AS alert) AS asked
    WHERE f.finding_id = asked.alert OR f.related_event_id = asked.alert
  ) AS found
  GROUP BY account
) AS alert ON alert.account IS NULL OR alert.account = l.account
WHERE l.time <= alert.time + INTERVAL '30' MINUTE
  AND coalesce(l.until, l.time) >= alert.time - INTERVAL '30' MINUTE
ORDER BY l.time, l.kind, l.event_id
