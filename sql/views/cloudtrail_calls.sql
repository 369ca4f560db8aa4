-- Every row of cloudtrail: from Parquet on the days that are compacted, from the JSON files on the others.
-- The function `evidence-compaction` puts the first day of Parquet, and the first one after it, in the place of the two
-- days here, of which there are no files.
SELECT
  record_version, event_id, event_time, event_source, event_name, event_type, event_category, aws_region,
  source_ip, user_agent, error_code, error_message, identity_type, principal_id, principal_arn, principal_account,
  invoked_by, access_key_id, user_name, identity_store_user, session_issuer, mfa, request_parameters,
  response_elements, additional_event_data, service_event_details, request_id, shared_event_id, read_only,
  recipient_account, vpc_endpoint_id, account, region, evidence, day
FROM compacted_cloudtrail
WHERE verified = 'yes' AND day >= '0001/01/01' AND day < '0001/01/02'
UNION ALL
SELECT
  record_version, event_id, event_time, event_source, event_name, event_type, event_category, aws_region,
  source_ip, user_agent, error_code, error_message, identity_type, principal_id, principal_arn, principal_account,
  invoked_by, access_key_id, user_name, identity_store_user, session_issuer, mfa, request_parameters,
  response_elements, additional_event_data, service_event_details, request_id, shared_event_id, read_only,
  recipient_account, vpc_endpoint_id, account, region, evidence, day
FROM uncompacted_cloudtrail
WHERE day < '0001/01/01' OR day >= '0001/01/02'
