-- Decisions by verdict and day.
SELECT date, verdict, count(*) AS decisions
FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true)
GROUP BY ALL ORDER BY date, verdict;

-- What was denied, by rule.
SELECT rule, count(*) AS decisions
FROM (SELECT unnest(rules) AS rule FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true) WHERE verdict = 'denied')
GROUP BY ALL ORDER BY decisions DESC, rule;

-- Who approved how much, and with which proof.
SELECT approver, assurance, count(*) AS decisions
FROM (SELECT unnest(approvers) AS approver, assurance FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true))
GROUP BY ALL ORDER BY decisions DESC, approver;

-- Decisions about which nobody said why.
SELECT recorded_at, workspace, verdict, id
FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true)
WHERE objective = '' ORDER BY recorded_at DESC LIMIT 100;

-- Emergencies.
SELECT recorded_at, workspace, request, approvers
FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true)
WHERE break_glass ORDER BY recorded_at DESC;
