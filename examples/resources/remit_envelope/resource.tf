resource "remit_approver" "dana" {
  name        = "Dana Reyes"
  email       = "dana.reyes@example.com"
  function    = "finance"
  keys        = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana"]
  assurance   = "touch_pin"
  may_approve = { cost = { currency = "USD", period = "monthly", growth_up_to = 20000 } }
  valid_until = "2027-06-30"
}

resource "remit_approver" "lee" {
  name        = "Lee Park"
  email       = "lee.park@example.com"
  function    = "security"
  keys        = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIK1pTbb8PLPPG6bjs2EiPJBHWeA/6m/quBjD9k92xctwAAAABHNzaDo= lee"]
  assurance   = "touch_pin"
  valid_until = "2027-06-30"
}

resource "remit_approver" "kim" {
  name        = "Kim Sato"
  email       = "kim.sato@example.com"
  function    = "compliance"
  keys        = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICsftZRbnLDBCCUtiXxyicjc0nSBCefecd0Eu2bongBZAAAABHNzaDo= kim"]
  assurance   = "touch_pin"
  valid_until = "2027-06-30"
}

# What all agents of the customer-service department may do together.
resource "remit_envelope" "customer_service" {
  name    = "customer-service"
  purpose = "Everything that agents of customer service run"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com", cost_center = "4400" }
  scope   = { accounts = ["aws:123456789012"] }

  limits = {
    cost    = { currency = "USD", period = "monthly", ceiling = 40000 }
    regions = { allow = ["eu-west-1", "eu-central-1"], inference_geographies = ["eu"] }
    capacity = {
      instances   = { ceiling = 60 }
      gpus        = { ceiling = 8 }
      concurrency = { ceiling = 1000 }
      # The one way to say that something has no limit.
      tasks = {
        unlimited = { reason = "Tasks run on the instances counted above", owner = "mina.okafor@example.com", expires = "2027-03-31" }
      }
    }
  }

  consent = {
    approvers = [remit_approver.dana.record, remit_approver.lee.record, remit_approver.kim.record]
    quorum    = { finance = 1, security = 1 }
  }
  review = { every = "quarter", due = "2027-02-28" }
}

# The support agents stay within it: the plan proves that no limit is wider than the parent's.
resource "remit_envelope" "support_agents" {
  name    = "support-agents"
  purpose = "Customer-service orchestration: routing and document analysis"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com", cost_center = "4410" }
  parent  = remit_envelope.customer_service.record

  # A change is governed when every selector given matches; what cannot be told counts as a match.
  scope = {
    accounts       = ["aws:123456789012"]
    workspaces     = ["prod"]
    addresses      = ["module.agents.*"]
    resource_types = ["aws_*"]
    tags           = { workload = "support-agents" }
  }

  # Whose decisions this bounds.
  agents = {
    principals = ["aws:arn:aws:iam::123456789012:role/agents/*"]
    actors     = ["copilot-swe-agent[bot]"]
  }

  limits = {
    # Up to `authorize_above` the agents decide, above it people do, above `ceiling` nobody may.
    cost = { currency = "USD", period = "monthly", ceiling = 12000, authorize_above = 8000, notify_at = [50, 80, 100] }
    regions = {
      allow                 = ["eu-west-1", "eu-central-1"]
      inference_geographies = ["eu"]
    }
    capacity = {
      instances   = { ceiling = 20, authorize_above = 12 }
      gpus        = { ceiling = 8 }
      concurrency = { ceiling = 200 }
      tasks       = { ceiling = 40, authorize_above = 24 }
    }
    integrations = {
      models    = ["anthropic.claude-*"]
      endpoints = ["*.pinecone.io"]
      providers = ["hashicorp/aws"]
      services  = ["bedrock", "ecs"]
    }
    instance_types = { deny = ["p5.*", "p5en.*"] }
    perimeter      = { public = "consent" }
    tags           = { required = ["owner"] }
    growth         = { cost_per_change = 500, percent_per_change = 50, resources_per_change = 25 }
    logging        = "deny"
    deletion       = "consent"
    privileges     = "consent"
    actions        = "consent"
  }

  consent = {
    approvers = [remit_approver.dana.record, remit_approver.lee.record, remit_approver.kim.record]
    quorum    = { finance = 1, security = 1 }
    by_dimension = [
      { dimensions = ["regions", "integrations"], quorum = { security = 1, compliance = 1 } },
    ]
    minimum_assurance = "touch_pin"
    expires_after     = "72h"
    execute_within    = "4h"
  }

  review = { every = "quarter", due = "2027-02-28" }
  freezes = [
    { from = "2026-12-20T00:00:00Z", until = "2027-01-03T00:00:00Z", reason = "Year end", owner = "mina.okafor@example.com" },
  ]

  deletion_protection = true
}
