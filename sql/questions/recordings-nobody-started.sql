-- Which recordings belong to no connection that is known, or may belong to several?
SELECT arrived, region, key_account, key_host, candidates, uri
FROM recording_matches
WHERE match = 'none'
ORDER BY arrived, uri
