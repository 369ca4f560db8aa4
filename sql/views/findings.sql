-- What the hub told a person to look at. `finding_id` is the id that the alert bears.
SELECT
  time, account, region, person, principal, source_ip, severity, finding_title AS title, what, reasons,
  related_event_id, evidence, event_id AS finding_id
FROM events
WHERE kind = 'finding'
