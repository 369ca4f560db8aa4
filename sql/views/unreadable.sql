-- What could not be read, or is of a kind or version that is not known here, by file: nothing is dropped in silence.
SELECT source, problem, account, day, CAST(count(*) AS bigint) AS records, evidence
FROM (
  SELECT
    'access-events' AS source,
    CASE
      WHEN event_id IS NULL THEN 'no record'
      WHEN epoch_ms IS NULL OR NOT epoch_ms BETWEEN 0 AND 4102444800000 THEN 'no time'
      WHEN record_version <> '1.5.0' THEN 'version ' || record_version
      WHEN kind = 'unknown' THEN 'an event that the hub does not know'
      WHEN kind IS NULL THEN 'no kind'
    END AS problem,
    account,
    day,
    evidence
  FROM access_event_lines
  UNION ALL
  SELECT
    'transcripts',
    CASE
      WHEN session_id IS NULL THEN 'no record'
      WHEN TRY_CAST(replace(
        nullif(regexp_extract(event_time, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
      ) AS timestamp(3)) IS NULL THEN 'no time'
      WHEN record_version <> '1.0' THEN 'version ' || record_version
      WHEN lines IS NULL THEN 'no lines'
    END,
    account,
    day,
    evidence
  FROM transcript_seconds
  UNION ALL
  SELECT
    'cloudtrail',
    CASE
      WHEN event_id IS NULL THEN 'no record'
      WHEN TRY_CAST(replace(
        nullif(regexp_extract(event_time, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
      ) AS timestamp(3)) IS NULL THEN 'no time'
      WHEN NOT coalesce(record_version, '') LIKE '1.%' THEN 'version ' || coalesce(record_version, 'missing')
    END,
    account,
    day,
    evidence
  FROM cloudtrail_calls
) AS judged
WHERE problem IS NOT NULL
GROUP BY source, problem, account, day, evidence
