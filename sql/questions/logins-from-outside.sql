-- Which logins came from outside the approved networks? With those that an exception lets pass.
SELECT time, kind, account, region, person, source_ip, host, what, verdict, exceptions, evidence
FROM events
WHERE kind IN ('workspaces-login', 'console-sign-in')
  AND (
    contains(reasons, 'unapproved-network')
    OR cardinality(filter(exceptions, waiver -> waiver LIKE 'unapproved-network:%')) > 0
  )
ORDER BY time, event_id
