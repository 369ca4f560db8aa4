-- What the terminal of each session showed, however its records were delivered. Records bear seconds and no number:
-- two of one second with the same lines count once, others stand in the order of their text.
SELECT
  account,
  region,
  session_id,
  min(time) AS first_shown,
  max(time) AS last_shown,
  max(host) AS host,
  max(principal) AS principal,
  max(run_as) AS run_as,
  CAST(sum(cardinality(lines)) AS bigint) AS lines,
  array_join(flatten(array_agg(lines ORDER BY time, lines)), chr(10)) AS shown,
  -- What follows a prompt, as far as the prompt shows it: `sh-5.2$ whoami`, `[root@db-1 ~]# ls`, `PS C:\> dir`.
  nullif(array_join(
    filter(
      flatten(array_agg(lines ORDER BY time, lines)),
      line -> regexp_like(line, '^(\[[^\]]*\]|PS [^>]*|[^ ]*)[$#>] +[^ ]')
    ),
    chr(10)
  ), '') AS typed,
  min(evidence) AS evidence
FROM (
  SELECT
    account,
    region,
    session_id,
    TRY_CAST(replace(
      nullif(regexp_extract(event_time, '^([0-9-]{10}T[0-9:]{8})([.][0-9]+)?Z\z', 1), ''), 'T', ' '
    ) AS timestamp(3)) AS time,
    host,
    principal,
    run_as,
    coalesce(lines, ARRAY[]) AS lines,
    min(evidence) AS evidence
  FROM transcript_seconds
  WHERE session_id IS NOT NULL
  GROUP BY account, region, session_id, event_time, host, principal, run_as, lines
) AS seconds
GROUP BY account, region, session_id
