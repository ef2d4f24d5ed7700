"""One life of everything that Remit makes, through a client that shares no code with the double.

    python life_cycle.py ENDPOINT fake|moto

Prints a JSON object: each step with what came of it. The double is seeded by whoever starts it; what that seed holds, and no
operation played there creates, is created in moto first.
"""

import io
import json
import sys
import zipfile

import boto3
import botocore.client
import botocore.exceptions

REGION = "eu-west-1"
ACCOUNT = "123456789012"
DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}, separators=(",", ":")
)
ENDPOINT, CLOUD = sys.argv[1:]
CONFIG = botocore.client.Config(
    parameter_validation=False, retries={"total_max_attempts": 1}, connect_timeout=20, read_timeout=60
)


def client(service):
    keys = {"aws_access_key_id": "AKIA123456789012TEST", "aws_secret_access_key": "secret"}
    return boto3.client(service, region_name=REGION, endpoint_url=ENDPOINT, config=CONFIG, **keys)


budgets, organizations, scaling = client("budgets"), client("organizations"), client("application-autoscaling")
groups, functions, identity = client("autoscaling"), client("lambda"), client("sts")
quotas = client("service-quotas")
outcomes = {}


def step(name, call, show=lambda answer: "ok"):
    """Notes what a call came to: what `show` makes of the answer, or the code of the error."""
    answer = None
    try:
        answer = call()
        outcome = show(answer)
    except botocore.exceptions.ClientError as error:
        outcome = error.response["Error"]["Code"]
        reason = error.response.get("Reason")
        outcome += f" {reason}" if reason else ""
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        outcome = f"HTTP {status}" if status >= 500 else outcome
    assert name not in outcomes, name
    outcomes[name] = outcome
    return answer


def set_up_moto():
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.create_organizational_unit(ParentId=root, Name="agents")
    ec2 = client("ec2")
    groups.create_launch_configuration(LaunchConfigurationName="any", ImageId="ami-12345678", InstanceType="t3.micro")
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    groups.create_auto_scaling_group(
        AutoScalingGroupName="workers", LaunchConfigurationName="any", MinSize=1, MaxSize=40, DesiredCapacity=8,
        AvailabilityZones=zones[:1],
    )
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): pass")
    functions.create_function(
        FunctionName="analysis", Runtime="python3.12", Role=role, Handler="main.handler", Code={"ZipFile": code.getvalue()}
    )
    ecs = client("ecs")
    ecs.create_cluster(clusterName="prod")
    container = {"name": "any", "image": "any", "memory": 128}
    ecs.register_task_definition(family="any", containerDefinitions=[container])
    ecs.create_service(cluster="prod", serviceName="support", taskDefinition="any", desiredCount=1)


def budget(name, **more):
    body = {
        "BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        "CostFilters": {"TagKeyValue": ["user:workload$agents"]},
    }
    return {"AccountId": ACCOUNT, "Budget": {key: value for key, value in (body | more).items() if value is not None}}


def told(threshold):
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": threshold}
    return {"Notification": notification, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}]}


def a_budget():
    own = {"AccountId": ACCOUNT, "BudgetName": "agents"}
    notified = {"NotificationsWithSubscribers": [told(50.0), told(80.0)]}
    step("create a budget", lambda: budgets.create_budget(**budget("agents"), **notified))
    step("create it again", lambda: budgets.create_budget(**budget("agents")))
    step("describe it", lambda: budgets.describe_budget(**own), lambda a: a["Budget"]["BudgetLimit"]["Amount"])
    step("cost types are filled in", lambda: budgets.describe_budget(**own), lambda a: a["Budget"].get("CostTypes", {}).get("IncludeTax"))
    thresholds = lambda a: [one["Threshold"] for one in a["Notifications"]]
    step("its notifications", lambda: budgets.describe_notifications_for_budget(**own), thresholds)
    step("a colon in the name", lambda: budgets.create_budget(**budget("a:b")))
    both = {"FilterExpression": {"Tags": {"Key": "workload", "Values": ["agents"]}}, "Metrics": ["UnblendedCost"]}
    step("both kinds of filter", lambda: budgets.create_budget(**budget("both", **both)))
    step("a filter expression", lambda: budgets.create_budget(**budget("expression", CostFilters=None, **both)))
    many = [told(float(at)) for at in range(1, 13)]
    step("twelve notifications", lambda: budgets.create_budget(**budget("many"), NotificationsWithSubscribers=many))
    step("a notification twice", lambda: budgets.create_notification(**own, **told(50.0)))
    new = budget("agents", BudgetLimit={"Amount": "200", "Unit": "USD"})["Budget"]
    step("update it", lambda: budgets.update_budget(AccountId=ACCOUNT, NewBudget=new))
    step("list its tags", lambda: budgets.list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/agents"))
    step("its actions", lambda: budgets.describe_budget_actions_for_budget(**own), lambda a: a["Actions"])
    step("delete it", lambda: budgets.delete_budget(**own))
    step("delete it again", lambda: budgets.delete_budget(**own))
    step("describe what is gone", lambda: budgets.describe_budget(**own))


def policies():
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"][0]["Id"]
    guard = {"Name": "guard", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY}
    if CLOUD == "moto":
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    tags = {"Tags": [{"Key": "remit", "Value": "agents"}]}
    made = step("create a policy", lambda: organizations.create_policy(**guard, **tags))
    id = made["Policy"]["PolicySummary"]["Id"]
    step("create its name again", lambda: organizations.create_policy(**guard))
    step("describe the policy", lambda: organizations.describe_policy(PolicyId=id), lambda a: a["Policy"]["Content"])
    step("its tags", lambda: organizations.list_tags_for_resource(ResourceId=id), lambda a: a["Tags"])
    other = organizations.create_policy(**(guard | {"Name": "other"}))["Policy"]["PolicySummary"]["Id"]
    step("rename to a name that is there", lambda: organizations.update_policy(PolicyId=other, Name="guard"))
    organizations.delete_policy(PolicyId=other)
    step("no JSON", lambda: organizations.create_policy(**(guard | {"Name": "bad", "Content": "{"})))
    long = DENY.replace('"*"', json.dumps("a" * 11000), 1)
    step("a long document", lambda: organizations.create_policy(**(guard | {"Name": "long", "Content": long})))
    here = {"PolicyId": id, "TargetId": unit}
    step("attach it", lambda: organizations.attach_policy(**here))
    step("attach it again", lambda: organizations.attach_policy(**here))
    targets = lambda a: [one["Type"] for one in a["Targets"]]
    step("where it is attached", lambda: organizations.list_targets_for_policy(PolicyId=id), targets)
    asked = {"TargetId": unit, "Filter": "SERVICE_CONTROL_POLICY"}
    names = lambda a: sorted(one["Name"] for one in a["Policies"])
    step("what is attached there", lambda: organizations.list_policies_for_target(**asked), names)
    step("delete it while attached", lambda: organizations.delete_policy(PolicyId=id))
    step("detach it", lambda: organizations.detach_policy(**here))
    step("detach it again", lambda: organizations.detach_policy(**here))
    step("detach the last", lambda: organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit))
    step("attach to nowhere", lambda: organizations.attach_policy(PolicyId=id, TargetId="ou-abcd-00000000"))
    step("delete the policy", lambda: organizations.delete_policy(PolicyId=id))
    step("describe a policy that is gone", lambda: organizations.describe_policy(PolicyId=id))


def caps():
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/prod/support", "ScalableDimension": "ecs:service:DesiredCount"}
    step("minimum above maximum", lambda: scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=4))
    # moto has it now; it starts again from here.
    if CLOUD == "moto":
        scaling.deregister_scalable_target(**target)
    step("deregister what is not there", lambda: scaling.deregister_scalable_target(**target))
    step("register a target", lambda: scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4))
    step("register it over", lambda: scaling.register_scalable_target(**target, MaxCapacity=20))
    bounds = lambda a: [[one["MinCapacity"], one["MaxCapacity"]] for one in a["ScalableTargets"]]
    step("describe targets", lambda: scaling.describe_scalable_targets(ServiceNamespace="ecs"), bounds)
    absent = target | {"ResourceId": "service/prod/absent", "MinCapacity": 1, "MaxCapacity": 4}
    step("a service that is not there", lambda: scaling.register_scalable_target(**absent))
    step("deregister it", lambda: scaling.deregister_scalable_target(**target))

    group = {"AutoScalingGroupName": "workers"}
    sizes = lambda a: [[one["MinSize"], one["MaxSize"], one["DesiredCapacity"]] for one in a["AutoScalingGroups"]]
    described = lambda: groups.describe_auto_scaling_groups(AutoScalingGroupNames=["workers"])
    step("describe a group", described, sizes)
    step("lower its maximum", lambda: groups.update_auto_scaling_group(**group, MaxSize=20))
    step("its sizes", described, sizes)
    step("desired above maximum", lambda: groups.update_auto_scaling_group(**group, DesiredCapacity=30))
    step("a group that is not there", lambda: groups.update_auto_scaling_group(AutoScalingGroupName="absent", MaxSize=1))

    name = {"FunctionName": "analysis"}
    reserve = lambda count: functions.put_function_concurrency(**name, ReservedConcurrentExecutions=count)
    reserved = lambda a: a.get("ReservedConcurrentExecutions")
    step("concurrency before", lambda: functions.get_function_concurrency(**name), reserved)
    step("reserve concurrency", lambda: reserve(50), reserved)
    step("concurrency then", lambda: functions.get_function_concurrency(**name), reserved)
    step("reserve more than there is", lambda: reserve(5000))
    step("unreserve", lambda: functions.delete_function_concurrency(**name))
    step("concurrency after", lambda: functions.get_function_concurrency(**name), reserved)
    step("a function that is not there", lambda: functions.get_function_concurrency(FunctionName="absent"), reserved)
    step("settings of Lambda", lambda: functions.get_account_settings(), lambda a: a["AccountLimit"]["ConcurrentExecutions"])
    step("automatic management", lambda: quotas.get_auto_management_configuration(), lambda a: a["OptInStatus"])


def callers():
    step("who calls", lambda: identity.get_caller_identity(), lambda a: a["Account"])
    role = {"RoleArn": "arn:aws:iam::210987654321:role/remit", "RoleSessionName": "remit"}
    assumed = step("assume a role", lambda: identity.assume_role(**role), lambda a: a["AssumedRoleUser"]["Arn"])
    keys = assumed["Credentials"]
    there = boto3.client(
        "sts", region_name=REGION, endpoint_url=ENDPOINT, config=CONFIG, aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
    )
    step("who calls then", lambda: there.get_caller_identity(), lambda a: a["Account"])


if CLOUD == "moto":
    set_up_moto()
a_budget()
policies()
caps()
callers()
print(json.dumps(outcomes, indent=1))
