-- What the access hub made of every event: OCSF 1.5.0 records, one JSON object a line, findings among them.
-- A line that is no JSON is a row of NULLs.
CREATE EXTERNAL TABLE access_events (
  class_uid BIGINT,
  activity_name STRING,
  severity STRING,
  `time` BIGINT,
  metadata STRUCT<uid:STRING, version:STRING>,
  cloud STRUCT<account:STRUCT<uid:STRING>, region:STRING>,
  api STRUCT<operation:STRING, service:STRUCT<name:STRING>>,
  actor STRUCT<
    `user`:STRUCT<name:STRING, uid:STRING, type:STRING>,
    invoked_by:STRING
  >,
  `user` STRUCT<name:STRING, uid:STRING, type:STRING>,
  src_endpoint STRUCT<ip:STRING, svc_name:STRING, name:STRING>,
  dst_endpoint STRUCT<uid:STRING>,
  status STRING,
  status_code STRING,
  status_detail STRING,
  is_mfa BOOLEAN,
  message STRING,
  finding_info STRUCT<
    uid:STRING, title:STRING, types:ARRAY<STRING>,
    related_events:ARRAY<STRUCT<uid:STRING>>
  >,
  evidences ARRAY<STRUCT<
    `user`:STRUCT<name:STRING, uid:STRING>,
    actor:STRUCT<`user`:STRUCT<name:STRING, uid:STRING>>,
    src_endpoint:STRUCT<ip:STRING>
  >>,
  unmapped STRUCT<
    kind:STRING, verdict:STRING, reasons:ARRAY<STRING>, exceptions:ARRAY<STRING>,
    session_id:STRING, target:STRING, document_name:STRING, session_reason:STRING,
    connection_id:STRING, protocol:STRING,
    workspace_id:STRING, directory_id:STRING, client_product:STRING, client_platform:STRING,
    group_id:STRING, group_name:STRING, prefix_list_id:STRING,
    bucket:STRING, object_key:STRING, object_size:BIGINT,
    switch_from:STRING, alarm_name:STRING, last_heard:STRING
  >,
  raw_data STRING
)
PARTITIONED BY (day STRING)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'TRUE', 'case.insensitive' = 'TRUE')
LOCATION 's3://{{home_log_bucket}}/access-events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.range' = '{{first_day}},NOW',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://{{home_log_bucket}}/access-events/day=${day}'
)
