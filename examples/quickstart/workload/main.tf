# The workload that agents run and scale: a router on ECS, workers in an Auto Scaling group, a document analysis function and the
# agent itself. Its numbers are variables, because those are what agents change; `terraform.tfvars` is what runs today.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "region" {
  type = string
}

variable "workers_max" {
  type = number
}

variable "router_max" {
  type = number
}

variable "analysis_concurrency" {
  type = number
}

variable "overflow_region" {
  type    = string
  default = null
}

provider "aws" {
  region              = var.region
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = { workload = "support-agents" }
  }
}

# Where the agent may send work that its home region has no capacity for.
provider "aws" {
  alias               = "overflow"
  region              = var.overflow_region
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = { workload = "support-agents" }
  }
}

resource "aws_bedrockagent_agent" "support" {
  agent_name              = "support"
  agent_resource_role_arn = "arn:aws:iam::123456789012:role/agents/support"
  foundation_model        = "anthropic.claude-sonnet-4-5-20250929-v1:0"

  # What `remit_default_override.agent_guardrail` demands.
  guardrail_configuration = [{ guardrail_identifier = "support", guardrail_version = "3" }]
}

resource "aws_ecs_service" "router" {
  name            = "router"
  cluster         = "prod"
  task_definition = "router:12"
  desired_count   = 4
}

resource "aws_appautoscaling_target" "router" {
  service_namespace  = "ecs"
  resource_id        = "service/prod/${aws_ecs_service.router.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 2
  max_capacity       = var.router_max
}

resource "aws_autoscaling_group" "workers" {
  name               = "support-workers"
  min_size           = 1
  max_size           = var.workers_max
  availability_zones = ["${var.region}a", "${var.region}b"]

  launch_template {
    name    = "support-workers"
    version = "7"
  }

  # The provider gives its default tags to nearly everything, but not to Auto Scaling groups.
  tag {
    key                 = "workload"
    value               = "support-agents"
    propagate_at_launch = true
  }
}

resource "aws_lambda_function" "analysis" {
  function_name                  = "doc-analysis"
  role                           = "arn:aws:iam::123456789012:role/agents/doc-analysis"
  package_type                   = "Image"
  image_uri                      = "123456789012.dkr.ecr.${var.region}.amazonaws.com/doc-analysis:41"
  reserved_concurrent_executions = var.analysis_concurrency
}

resource "aws_lambda_function" "overflow" {
  count    = var.overflow_region == null ? 0 : 1
  provider = aws.overflow

  function_name = "doc-analysis-overflow"
  role          = "arn:aws:iam::123456789012:role/agents/doc-analysis"
  package_type  = "Image"
  image_uri     = "123456789012.dkr.ecr.${var.overflow_region}.amazonaws.com/doc-analysis:41"
}
