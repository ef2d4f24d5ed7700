"""Cuts the contract of the operations that fake-cloud plays out of the API models that botocore carries.

What is taken are facts: names, types, lengths, ranges, patterns, enumerations, error codes and their status. Prose is left out.

    python extract.py FOLDER            writes FOLDER/<service>.json
    python extract.py --check FOLDER    exits 1 where a file says something else than the model
"""

import json
import pathlib
import sys

import botocore.loaders

OPERATIONS = {
    "budgets": """CreateBudget DescribeBudget DescribeBudgets UpdateBudget DeleteBudget CreateNotification
        DescribeNotificationsForBudget UpdateNotification DeleteNotification CreateSubscriber
        DescribeSubscribersForNotification UpdateSubscriber DeleteSubscriber CreateBudgetAction DescribeBudgetAction
        DescribeBudgetActionsForBudget DescribeBudgetActionsForAccount UpdateBudgetAction DeleteBudgetAction
        DescribeBudgetNotificationsForAccount TagResource UntagResource ListTagsForResource""",
    "organizations": """DescribeOrganization ListRoots ListAccounts ListParents ListOrganizationalUnitsForParent
        ListAccountsForParent MoveAccount DescribeAccount DescribeOrganizationalUnit CreatePolicy DescribePolicy UpdatePolicy
        DeletePolicy ListPolicies ListPoliciesForTarget ListTargetsForPolicy AttachPolicy DetachPolicy EnablePolicyType
        DisablePolicyType TagResource UntagResource ListTagsForResource""",
    "application-autoscaling": """RegisterScalableTarget DescribeScalableTargets DeregisterScalableTarget TagResource
        UntagResource ListTagsForResource""",
    "autoscaling": """DescribeAutoScalingGroups UpdateAutoScalingGroup CreateOrUpdateTags DeleteTags DescribeTags""",
    "lambda": """PutFunctionConcurrency GetFunctionConcurrency DeleteFunctionConcurrency GetFunction
        GetFunctionConfiguration GetAccountSettings TagResource UntagResource ListTags""",
    "sts": """GetCallerIdentity AssumeRole""",
    "service-quotas": """GetAutoManagementConfiguration GetServiceQuota StartAutoManagement StopAutoManagement
        UpdateAutoManagement""",
    "ec2": """GetEbsEncryptionByDefault EnableEbsEncryptionByDefault DisableEbsEncryptionByDefault
        GetInstanceMetadataDefaults ModifyInstanceMetadataDefaults""",
    "bedrock": """GetModelInvocationLoggingConfiguration PutModelInvocationLoggingConfiguration
        DeleteModelInvocationLoggingConfiguration""",
    "s3control": """GetPublicAccessBlock PutPublicAccessBlock DeletePublicAccessBlock""",
}
CONSTRAINTS = ("min", "max", "pattern", "enum", "required")
WHERE = ("location", "locationName")


def shape(model, name, found):
    if name in found:
        return
    full = model["shapes"][name]
    kept = {"type": full["type"]} | {key: full[key] for key in CONSTRAINTS if full.get(key) not in (None, [])}
    found[name] = kept
    refer = lambda ref: {"shape": ref["shape"]} | {key: ref[key] for key in WHERE if key in ref}
    if "members" in full:
        kept["members"] = {member: refer(ref) for member, ref in full["members"].items()}
    if "member" in full:
        kept["member"] = refer(full["member"])
    if "key" in full:
        kept["key"], kept["value"] = refer(full["key"]), refer(full["value"])
    for ref in [*kept.get("members", {}).values(), *(kept[part] for part in ("member", "key", "value") if part in kept)]:
        shape(model, ref["shape"], found)


def error(model, name):
    full = model["shapes"][name]
    said = full.get("error", {})
    members = full.get("members", {})
    message = next((member for member in members if member.lower() == "message"), "message")
    return {
        "code": said.get("code", name),
        "status": said.get("httpStatusCode", 500 if full.get("fault") else 400),
        "message": message,
        "members": sorted(set(members) - {message}),
    }


def contract(service):
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    about = model["metadata"]
    shapes, operations = {}, {}
    for name in OPERATIONS[service].split():
        full = model["operations"][name]
        said = {"method": full["http"]["method"], "uri": full["http"]["requestUri"]}
        said["status"] = full["http"].get("responseCode", 200)
        for side in ("input", "output"):
            if side in full:
                said[side] = full[side]["shape"]
                shape(model, said[side], shapes)
        if "resultWrapper" in full.get("output", {}):
            said["result"] = full["output"]["resultWrapper"]
        said["errors"] = [error(model, ref["shape"]) for ref in full.get("errors", [])]
        operations[name] = said
    return {
        "service": service,
        "protocol": about["protocol"],
        "target": about.get("targetPrefix"),
        "version": about["apiVersion"],
        "signing": about.get("signingName", about["endpointPrefix"]),
        "namespace": about.get("xmlNamespace"),
        "operations": dict(sorted(operations.items())),
        "shapes": dict(sorted(shapes.items())),
    }


def text(said):
    """One line per operation and shape, so that a change of the contract reads well as a difference."""
    lines = []
    for key, value in said.items():
        if key in ("operations", "shapes"):
            rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in value.items())
            lines.append(f"  {json.dumps(key)}: {{\n{rows}\n  }}")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments):
    check = arguments[:1] == ["--check"]
    folder = pathlib.Path(arguments[-1])
    stale = []
    for service in OPERATIONS:
        file = folder / f"{service}.json"
        if not check:
            file.write_text(text(contract(service)))
        elif file.read_text() != text(contract(service)):
            stale.append(file.name)
    if stale:
        sys.exit(f"differs from the model of botocore {botocore.__version__}: {', '.join(stale)}")


main(sys.argv[1:])
