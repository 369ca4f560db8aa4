-- Every call that changes security groups, prefix lists or what they are attached to, refused calls too.
-- The first rule that a call asks for stands beside it; the whole call is in `raw_data`.
SELECT
  time, account, region, person, principal, source_ip, operation, status, group_id, group_name, prefix_list_id,
  json_extract_scalar(raw_data, '$.detail.requestParameters.ipPermissions.items[0].ipProtocol') AS first_protocol,
  json_extract_scalar(raw_data, '$.detail.requestParameters.ipPermissions.items[0].fromPort') AS first_port,
  coalesce(
    json_extract_scalar(raw_data, '$.detail.requestParameters.ipPermissions.items[0].ipRanges.items[0].cidrIp'),
    json_extract_scalar(raw_data, '$.detail.requestParameters.ipPermissions.items[0].ipv6Ranges.items[0].cidrIpv6')
  ) AS first_source,
  what, verdict, raw_data, evidence, event_id
FROM events
WHERE kind = 'security-group-change'
