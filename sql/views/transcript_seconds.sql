-- Every row of transcripts: from Parquet on the days that are compacted, from the JSON files on the others.
-- The function `evidence-compaction` puts the first day of Parquet, and the first one after it, in the place of the two
-- days here, of which there are no files.
SELECT
  record_version, event_time, host, principal, run_as, session_id, lines, account, region, evidence, day
FROM compacted_transcripts
WHERE verified = 'yes' AND day >= '0001-01-01' AND day < '0001-01-02'
UNION ALL
SELECT
  record_version, event_time, host, principal, run_as, session_id, lines, account, region, evidence, day
FROM uncompacted_transcripts
WHERE day < '0001-01-01' OR day >= '0001-01-02'
