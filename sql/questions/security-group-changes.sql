-- Who changed security groups and prefix lists of this account?
-- parameter: account, such as 222222222222
SELECT time, region, person, source_ip, what, status, group_id, first_protocol, first_port, first_source, evidence
FROM security_group_changes
WHERE account = ?
ORDER BY time, event_id
