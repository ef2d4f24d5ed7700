# Who may decide what about the support agents. Apply it with an identity that the agents do not have, and give the lock it
# prints to whatever checks their plans.

terraform {
  required_providers {
    remit = {
      source = "remit/remit"
    }
  }
}

# Where AWS is. The quickstart starts a fake one on this machine and gives its URL here, so that nothing real is ever changed;
# with an account of your own, leave out `endpoints` and this variable.
variable "cloud" {
  description = "URL of the fake cloud"
  type        = string
}

provider "remit" {
  aws = {
    region = "eu-west-1"
    endpoints = {
      applicationautoscaling = var.cloud
      autoscaling            = var.cloud
      budgets                = var.cloud
      lambda                 = var.cloud
      organizations          = var.cloud
      servicequotas          = var.cloud
      sts                    = var.cloud
    }
  }
}

resource "remit_approver" "dana" {
  name      = "Dana Reyes"
  email     = "dana.reyes@example.com"
  function  = "finance"
  keys      = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana"]
  assurance = "touch_pin"

  may_approve = {
    cost = { currency = "USD", period = "monthly", growth_up_to = 20000 }
  }

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

resource "remit_envelope" "support_agents" {
  name    = "support-agents"
  purpose = "Customer-service orchestration: routing and document analysis"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com", cost_center = "4410" }

  # A change is governed when all of these match; what cannot be told counts as a match.
  scope = {
    accounts = ["aws:123456789012"]
    tags     = { workload = "support-agents" }
  }

  agents = {
    principals = ["aws:arn:aws:iam::123456789012:role/agents/*"]
  }

  limits = {
    cost    = { currency = "USD", period = "monthly", ceiling = 12000, authorize_above = 8000, notify_at = [50, 80, 100] }
    regions = { allow = ["eu-west-1", "eu-central-1"] }

    # Up to the mark the agents decide, above it people do, above the ceiling nobody may.
    capacity = {
      instances   = { authorize_above = 12, ceiling = 20 }
      tasks       = { authorize_above = 24, ceiling = 40 }
      concurrency = { ceiling = 200 }
    }
  }

  consent = {
    approvers = [remit_approver.dana.record, remit_approver.lee.record]
    quorum    = { finance = 1, security = 1 }
  }

  # What it becomes in AWS: a budget that tells people, policies that bind the agents' roles, and a maximum on each thing that
  # scales. Without this block the envelope is declared, and only plans are judged by it.
  aws = {
    budget       = { subscribers = ["finops@example.com"] }
    region_guard = { targets = ["ou-abcd-12345678"] }
    tamper_guard = { targets = ["ou-abcd-12345678"] }
    caps = [
      { autoscaling_group = "support-workers", max = 20 },
      { scalable_target = { service_namespace = "ecs", resource_id = "service/prod/router", dimension = "ecs:service:DesiredCount" }, min = 2, max = 40 },
      { lambda_function = "doc-analysis", reserved_concurrency = 200 },
    ]
  }

  review = { every = "quarter", due = "2027-02-28" }

  # Try-out only: lets `terraform destroy` remove the envelope at once.
  deletion_protection = false
}

# A choice that the vendor made, made by us instead, with a reason and an owner.
resource "remit_default_override" "agent_guardrail" {
  default     = "aws-bedrock-agent-no-guardrail"
  envelope    = remit_envelope.support_agents.record
  decision    = "override"
  value       = jsonencode({ guardrail_configuration = "required" })
  reason      = "Prompts carry customer data"
  owner       = { name = "Lee Park", email = "lee.park@example.com" }
  regulations = ["GDPR", "SOC 2"]
  review      = { every = "quarter", due = "2027-02-28" }
}

data "remit_governance_lock" "this" {
  records = [
    remit_approver.dana.record,
    remit_approver.lee.record,
    remit_envelope.support_agents.record,
    remit_default_override.agent_guardrail.record,
  ]
}

# `terraform output -raw governance_lock > governance.lock.json`
output "governance_lock" {
  value = data.remit_governance_lock.this.json
}

output "governance_lock_digest" {
  value = data.remit_governance_lock.this.digest
}
