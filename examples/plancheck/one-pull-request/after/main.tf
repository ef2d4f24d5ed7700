# What the pull request makes of it: five changes, each with a good story of its own.

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

# The home region is short of capacity.
provider "aws" {
  alias               = "overflow"
  region              = "us-east-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = { workload = "support-agents" }
  }
}

resource "aws_lambda_function" "overflow" {
  provider = aws.overflow

  function_name                  = "doc-analysis-overflow"
  role                           = "arn:aws:iam::123456789012:role/agents/doc-analysis"
  package_type                   = "Image"
  image_uri                      = "123456789012.dkr.ecr.us-east-1.amazonaws.com/doc-analysis:41"
  reserved_concurrent_executions = 20
}

resource "aws_autoscaling_group" "workers" {
  name               = "support-workers"
  min_size           = 1
  max_size           = 60
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
      Action   = ["bedrock:InvokeModel", "autoscaling:UpdateAutoScalingGroup", "ec2:RunInstances"]
      Resource = "*"
    }]
  })
}
