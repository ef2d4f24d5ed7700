# What runs today.
region               = "eu-west-1"
workers_max          = 6
router_max           = 10
analysis_concurrency = 50
