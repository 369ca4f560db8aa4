-- Which connection each recording shows, and how sure that is.
-- exact: the key holds the connection's id, with or without hyphens, in any case.
-- inferred: one connection alone, without a recording of its own, agrees with the Region and with what the key says of
--   account and host, and started in the two hours before the recording arrived, or else in the 26 hours before.
-- none: no connection, or several (`candidates`).
SELECT
  uri,
  bucket,
  object_key,
  region,
  arrived,
  object_size,
  key_account,
  key_host,
  recording_event_id,
  max(CASE WHEN chosen THEN connection_id END) AS connection_id,
  max(CASE WHEN chosen THEN connection_account END) AS account,
  CASE
    WHEN max(CASE WHEN chosen THEN connection_id END) IS NULL THEN 'none'
    WHEN max(by_id) = 1 THEN 'exact'
    ELSE 'inferred'
  END AS match,
  max(candidates) AS candidates
FROM (
  SELECT
    weighed.*,
    CASE
      WHEN recording_known = 1 THEN by_id = 1 AND place = 1
      WHEN near_candidates > 0 THEN near_candidates = 1 AND is_near = 1
      ELSE all_candidates = 1 AND is_candidate = 1
    END AS chosen,
    CASE WHEN recording_known = 1 THEN 1 WHEN near_candidates > 0 THEN near_candidates ELSE all_candidates END
      AS candidates
  FROM (
    SELECT
      free.*,
      CAST(sum(is_candidate) OVER (PARTITION BY uri) AS bigint) AS all_candidates,
      CAST(sum(is_near) OVER (PARTITION BY uri) AS bigint) AS near_candidates
    FROM (
      SELECT
        pairs.*,
        CASE WHEN by_id = 0 AND recording_known = 0 AND connection_known = 0 AND connection_id IS NOT NULL
          THEN 1 ELSE 0 END AS is_candidate,
        CASE WHEN by_id = 0 AND recording_known = 0 AND connection_known = 0 AND connection_id IS NOT NULL
          AND started >= arrived - INTERVAL '2' HOUR THEN 1 ELSE 0 END AS is_near
      FROM (
        SELECT
          joined.*,
          max(by_id) OVER (PARTITION BY uri) AS recording_known,
          max(by_id) OVER (PARTITION BY connection_id, connection_account) AS connection_known,
          row_number() OVER (PARTITION BY uri ORDER BY by_id DESC, length(connection_id) DESC, started, connection_id)
            AS place
        FROM (
          SELECT
            r.uri,
            r.bucket,
            r.object_key,
            r.region,
            r.arrived,
            r.object_size,
            r.key_account,
            r.key_host,
            r.event_id AS recording_event_id,
            c.connection_id,
            c.account AS connection_account,
            c.time AS started,
            CASE WHEN strpos(replace(lower(r.object_key), '-', ''), replace(lower(c.connection_id), '-', '')) > 0
              AND length(c.connection_id) >= 8 THEN 1 ELSE 0 END AS by_id
          FROM recordings AS r
          LEFT JOIN connection_starts AS c ON
            (
              length(c.connection_id) >= 8
              AND strpos(replace(lower(r.object_key), '-', ''), replace(lower(c.connection_id), '-', '')) > 0
            )
            OR (
              r.region = c.region
              AND (r.key_account IS NULL OR r.key_account = c.account)
              AND (r.key_host IS NULL OR r.key_host = c.host)
              AND c.time BETWEEN r.arrived - INTERVAL '26' HOUR AND r.arrived + INTERVAL '5' MINUTE
            )
        ) AS joined
      ) AS pairs
    ) AS free
  ) AS weighed
) AS decided
GROUP BY uri, bucket, object_key, region, arrived, object_size, key_account, key_host, recording_event_id
