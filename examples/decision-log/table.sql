-- Athena, and Trino with the Hive connector. Put in the bucket that the export is copied to, then run MSCK REPAIR TABLE decisions.
CREATE EXTERNAL TABLE decisions (
  log_index             bigint,
  recorded_at           timestamp,
  verdict               string,
  command               string,
  account               string,
  envelopes             array<string>,
  actors                array<string>,
  actor_class           string,
  rules                 array<string>,
  addresses             array<string>,
  approvers             array<string>,
  assurance             string,
  standing              string,
  break_glass           boolean,
  request               string,
  objective             string,
  alternatives_declared boolean,
  cost                  string,
  currency              string,
  governance            string,
  traceparent           string,
  plan_sha256           string,
  leaf_hash             string,
  id                    string
)
PARTITIONED BY (`date` string, workspace string)
STORED AS PARQUET
LOCATION 's3://BUCKET/decisions/'
TBLPROPERTIES ('parquet.compression' = 'SNAPPY');
