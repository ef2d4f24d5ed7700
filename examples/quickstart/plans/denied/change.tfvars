# The agent triples the ceiling of the workers and opens a second region, with a function that has no concurrency limit.
region               = "eu-west-1"
workers_max          = 60
router_max           = 16
analysis_concurrency = 50
overflow_region      = "us-east-1"
