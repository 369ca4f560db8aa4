-- Every login to a WorkSpace. AWS reports the successful ones alone, and no names: `person` is whom the hub found.
SELECT
  time, account, region, person, source_ip, host, workspace_id, directory_id, client_product, client_platform,
  verdict, reasons, evidence, event_id
FROM events
WHERE kind = 'workspaces-login'
