-- Every sign-in to the console, failed ones too, and what goes before and after it (`operation`).
SELECT
  time, account, region, person, principal, user_type, source_ip, operation, status, status_detail, is_mfa,
  verdict, reasons, evidence, event_id
FROM events
WHERE kind = 'console-sign-in'
