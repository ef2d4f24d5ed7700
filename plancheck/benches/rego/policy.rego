# Seven rules as somebody writes them first, over what is created or changed in a plan.
package plan

import rego.v1

live contains change if {
	some change in input.resource_changes
	change.mode == "managed"
	some action in change.change.actions
	action in {"create", "update"}
}

deny contains {"rule": "region", "address": change.address} if {
	some change in live
	region := change.change.after.region
	not region in {"eu-west-1", "eu-central-1"}
}

deny contains {"rule": "max-size", "address": change.address} if {
	some change in live
	change.type == "aws_autoscaling_group"
	change.change.after.max_size > 20
}

deny contains {"rule": "max-capacity", "address": change.address} if {
	some change in live
	change.type == "aws_appautoscaling_target"
	change.change.after.max_capacity > 20
}

deny contains {"rule": "concurrency", "address": change.address} if {
	some change in live
	change.type == "aws_lambda_function"
	not limited(change.change.after)
}

limited(after) if after.reserved_concurrent_executions >= 0

deny contains {"rule": "acl", "address": change.address} if {
	some change in live
	change.type == "aws_s3_bucket"
	startswith(change.change.after.acl, "public")
}

deny contains {"rule": "public-access-block", "address": change.address} if {
	some change in live
	change.type == "aws_s3_bucket_public_access_block"
	not change.change.after.block_public_acls
}

deny contains {"rule": "owner", "address": change.address} if {
	some change in live
	change.change.after.tags
	not change.change.after.tags.owner
}
