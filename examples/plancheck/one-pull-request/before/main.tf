# What runs today.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = { workload = "support-agents" }
  }
}

resource "aws_autoscaling_group" "workers" {
  name               = "support-workers"
  min_size           = 1
  max_size           = 6
  availability_zones = ["eu-west-1a", "eu-west-1b"]

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

# What the agent itself may do.
resource "aws_iam_role_policy" "agent" {
  name = "support"
  role = "support"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["bedrock:InvokeModel"]
      Resource = "*"
    }]
  })
}

resource "aws_cloudwatch_log_group" "agent" {
  name              = "/agents/support"
  retention_in_days = 365
}

# Holds the account to the regions of the organization.
resource "aws_organizations_policy_attachment" "regions" {
  policy_id = "p-regions0"
  target_id = "123456789012"
}
