# The agent raises two ceilings; both stay below the mark at which people are asked.
region               = "eu-west-1"
workers_max          = 10
router_max           = 16
analysis_concurrency = 50
