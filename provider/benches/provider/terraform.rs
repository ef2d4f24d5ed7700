//! The real Terraform with many small declarations, beside its builtin `terraform_data` that holds the same data and needs no
//! other process.

use std::path::Path;

use tf_provider_sdk::testing::cli::{Cli, Workspace};

use crate::{declarations::approver_hcl, row, timed};

/// Plans are repeated and the quickest counts: a machine does other things too.
const PLANS: usize = 3;

pub(crate) fn measure(instances: usize) {
    for cli in Cli::find_all().expect("tools to measure with") {
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-remit"));
        let ours = Workspace::new(&cli, "remit/remit", provider).expect("a workspace");
        let builtin = Workspace::bare(&cli).expect("a workspace");
        let attributes = approver_hcl();
        let declare = |ty: &str, body: &str| {
            format!("resource \"{ty}\" \"many\" {{\n  count = {instances}\n  {body}\n}}\n")
        };
        ours.write("main.tf", &declare("remit_approver", &attributes)).expect("a configuration");
        let body = format!("input = {{\n  {attributes}\n  }}");
        builtin.write("main.tf", &declare("terraform_data", &body)).expect("a configuration");

        let (ours, builtin) = (life(&ours), life(&builtin));
        for (step, (ours, builtin)) in
            ["plan", "apply", "no-op plan"].iter().zip(ours.into_iter().zip(builtin))
        {
            row(&format!("{}: {step} of {instances}, beside builtin", cli.name()), ours, Some(builtin), "s");
        }
    }
}

/// Seconds of a plan, an apply and a plan that finds nothing to do.
fn life(workspace: &Workspace) -> [f64; 3] {
    let plan = || {
        let (took, ended) = timed(|| workspace.plan().expect("the tool starts"));
        (took.as_secs_f64(), ended)
    };
    let quickest = |plans: Vec<f64>| plans.into_iter().fold(f64::INFINITY, f64::min);
    let creates = (0..PLANS).map(|_| {
        let (took, ended) = plan();
        ended.shows_changes();
        took
    });
    let creates = quickest(creates.collect());
    let (applied, ended) = timed(|| workspace.apply().expect("the tool starts"));
    ended.succeeded();
    let nothing = (0..PLANS).map(|_| {
        let (took, ended) = plan();
        ended.shows_no_changes();
        took
    });
    [creates, applied.as_secs_f64(), quickest(nothing.collect())]
}
