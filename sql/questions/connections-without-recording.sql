-- Which RDP connections have no recording? One that is still going on, or has just ended, may get it yet.
SELECT time, account, region, person, source_ip, host, connection_id, event_id
FROM rdp_connections
WHERE state = 'no recording'
ORDER BY time, event_id
