-- What shells showed: one row for each second in which the terminal of a session changed.
-- The names have the capitals of the JSON, which Athena lowers; a line that is no JSON is a row of NULLs.
CREATE EXTERNAL TABLE transcripts (
  eventVersion STRING,
  eventTime STRING,
  awsRegion STRING,
  target STRUCT<id:STRING>,
  userIdentity STRUCT<arn:STRING>,
  runAsUser STRING,
  sessionId STRING,
  sessionData ARRAY<STRING>
)
PARTITIONED BY (account STRING, region STRING, day STRING)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'TRUE', 'case.insensitive' = 'TRUE')
LOCATION 's3://{{home_log_bucket}}/transcripts/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = 'enum',
  'projection.account.values' = '{{accounts}}',
  'projection.region.type' = 'enum',
  'projection.region.values' = '{{regions}}',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.range' = '{{first_day}},NOW',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' =
    's3://{{log_bucket_of_region}}/transcripts/account=${account}/region=${region}/day=${day}'
)
