resource "aws_autoscaling_group" "worker" {
  name     = "worker"
  min_size = 1
  max_size = 5

  lifecycle {
    ignore_changes = [desired_capacity, tags]
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
    ignore_changes = [scaling_config[0].desired_size]
  }
}

# The scaling target sets the ceiling; what is ignored here is only how many run now.
resource "aws_ecs_service" "router" {
  name          = "router"
  cluster       = "prod"
  desired_count = 4

  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "router" {
  service_namespace  = "ecs"
  resource_id        = "service/prod/router"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 25
}
