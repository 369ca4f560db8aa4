-- Every object that arrived in a recording bucket, and what its key says. The layout of keys is not documented, so
-- an account id and an instance id are looked for anywhere in it; the id of a connection, in `recording_matches`.
SELECT
  's3://' || bucket || '/' || object_key AS uri,
  bucket,
  object_key,
  region,
  min(time) AS arrived,
  max(object_size) AS object_size,
  nullif(regexp_extract(object_key, '(?:^|[^0-9A-Za-z-])([0-9]{12})(?:[^0-9A-Za-z-]|\z)', 1), '') AS key_account,
  nullif(regexp_extract(object_key, '(?:^|[^0-9A-Za-z])(m?i-[0-9a-f]{8,17})(?:[^0-9A-Za-z]|\z)', 1), '') AS key_host,
  min(event_id) AS event_id,
  min(day) AS day
FROM events
WHERE kind = 'recording' AND bucket IS NOT NULL AND object_key IS NOT NULL
GROUP BY bucket, object_key, region
