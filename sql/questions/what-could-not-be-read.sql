-- What could not be read, or is of a kind or version that is not known here?
SELECT source, problem, account, day, records, evidence
FROM unreadable
ORDER BY source, day, evidence, problem
