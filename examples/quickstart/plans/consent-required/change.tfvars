# The agent wants up to 16 workers: above 12 people are asked, above 20 nobody may.
region               = "eu-west-1"
workers_max          = 16
router_max           = 16
analysis_concurrency = 50
