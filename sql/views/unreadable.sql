-- What could not be read, or is of a kind or version that is not known here, by file: nothing is dropped in silence.
SELECT source, problem, account, day, CAST(count(*) AS bigint) AS records, evidence
FROM (
  SELECT
    'access-events' AS source,
    CASE
      WHEN metadata.uid IS NULL THEN 'no record'
      WHEN "time" IS NULL OR NOT "time" BETWEEN 0 AND 4102444800000 THEN 'no time'
      WHEN metadata.version <> '1.5.0' THEN 'version ' || metadata.version
      WHEN unmapped.kind = 'unknown' THEN 'an event that the hub does not know'
      WHEN unmapped.kind IS NULL THEN 'no kind'
    END AS problem,
    cloud.account.uid AS account,
    day,
    "$path" AS evidence
  FROM access_events
  UNION ALL
  SELECT
    'transcripts',
    CASE
      WHEN sessionid IS NULL THEN 'no record'
      WHEN TRY_CAST(replace(
        nullif(regexp_extract(eventtime, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
      ) AS timestamp(3)) IS NULL THEN 'no time'
      WHEN eventversion <> '1.0' THEN 'version ' || eventversion
      WHEN sessiondata IS NULL THEN 'no lines'
    END,
    account,
    day,
    "$path"
  FROM transcripts
  UNION ALL
  SELECT
    'cloudtrail',
    CASE
      WHEN eventid IS NULL THEN 'no record'
      WHEN TRY_CAST(replace(
        nullif(regexp_extract(eventtime, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
      ) AS timestamp(3)) IS NULL THEN 'no time'
      WHEN NOT coalesce(eventversion, '') LIKE '1.%' THEN 'version ' || coalesce(eventversion, 'missing')
    END,
    account,
    day,
    "$path"
  FROM cloudtrail
) AS judged
WHERE problem IS NOT NULL
GROUP BY source, problem, account, day, evidence
