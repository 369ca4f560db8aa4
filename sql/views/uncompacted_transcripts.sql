-- The JSON files of transcripts with a column for each value, as compaction writes them. A line that could not be
-- read is a row too.
SELECT
  eventversion AS record_version,
  eventtime AS event_time,
  target.id AS host,
  useridentity.arn AS principal,
  runasuser AS run_as,
  sessionid AS session_id,
  sessiondata AS lines,
  account,
  region,
  "$path" AS evidence,
  day
FROM transcripts
