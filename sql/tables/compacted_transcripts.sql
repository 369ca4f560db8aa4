-- Parquet of whole days, written from `uncompacted_transcripts`: a partition is the folder of one run. What has not
-- been counted yet is verified = 'no'. `day` is written as in `transcripts`.
CREATE EXTERNAL TABLE compacted_transcripts (
  record_version STRING,
  event_time STRING,
  host STRING,
  principal STRING,
  run_as STRING,
  session_id STRING,
  lines ARRAY<STRING>,
  account STRING,
  region STRING,
  evidence STRING
)
PARTITIONED BY (day STRING, verified STRING)
STORED AS PARQUET
LOCATION 's3://{{derived_bucket}}/compacted/transcripts/'
