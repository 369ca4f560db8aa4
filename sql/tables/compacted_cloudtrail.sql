-- Parquet of whole days, written from `uncompacted_cloudtrail`: a partition is the folder of one run. What has not
-- been counted yet is verified = 'no'. `day` is written as in `cloudtrail`.
CREATE EXTERNAL TABLE compacted_cloudtrail (
  record_version STRING,
  event_id STRING,
  event_time STRING,
  event_source STRING,
  event_name STRING,
  event_type STRING,
  event_category STRING,
  aws_region STRING,
  source_ip STRING,
  user_agent STRING,
  error_code STRING,
  error_message STRING,
  identity_type STRING,
  principal_id STRING,
  principal_arn STRING,
  principal_account STRING,
  invoked_by STRING,
  access_key_id STRING,
  user_name STRING,
  identity_store_user STRING,
  session_issuer STRING,
  mfa STRING,
  request_parameters STRING,
  response_elements STRING,
  additional_event_data STRING,
  service_event_details STRING,
  request_id STRING,
  shared_event_id STRING,
  read_only STRING,
  recipient_account STRING,
  vpc_endpoint_id STRING,
  account STRING,
  region STRING,
  evidence STRING
)
PARTITIONED BY (day STRING, verified STRING)
STORED AS PARQUET
LOCATION 's3://{{derived_bucket}}/compacted/cloudtrail/'
