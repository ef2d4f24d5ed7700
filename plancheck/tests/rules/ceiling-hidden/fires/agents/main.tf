resource "aws_autoscaling_group" "worker" {
  for_each = toset(["a", "b"])
  name     = each.key
  min_size = 1
  max_size = 5

  lifecycle {
    ignore_changes = [desired_capacity, max_size]
  }
}

resource "aws_autoscaling_group" "planner" {
  name     = "planner"
  min_size = 1
  max_size = 5

  lifecycle {
    ignore_changes = all
  }
}

resource "aws_eks_node_group" "pool" {
  node_group_name = "pool"

  scaling_config {
    min_size     = 1
    desired_size = 1
    max_size     = 3
  }

  lifecycle {
    ignore_changes = [scaling_config[0].max_size]
  }
}
