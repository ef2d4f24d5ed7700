//! The driver, tried with the providers that are part of the tools.

use super::workspace::mirror_folder;
use super::*;

fn cli(name: &str) -> Cli {
    Cli { program: PathBuf::from("unused"), name: name.to_owned() }
}

#[test]
fn versions_are_compared_as_numbers() {
    assert!(cli("Terraform v1.11.4").is_at_least(1, 9));
    assert!(!cli("Terraform v1.11.4").is_at_least(1, 12));
    assert!(cli("OpenTofu v1.12.0-beta1").is_at_least(1, 12));
    assert!(!cli("Terraform vdev").is_at_least(0, 1));
}

#[test]
fn each_tool_has_its_own_registry() {
    assert_eq!(mirror_folder(&cli("OpenTofu v1.10.0"), "example/zoo"), "registry.opentofu.org/example/zoo");
    assert_eq!(mirror_folder(&cli("Terraform v1.10.0"), "example/zoo"), "registry.terraform.io/example/zoo");
    assert_eq!(mirror_folder(&cli(""), "acme.test/example/zoo"), "acme.test/example/zoo");
}

#[test]
fn a_workspace_is_cut_off_and_reports_faithfully() {
    for cli in Cli::find_all().unwrap() {
        let mut workspace = Workspace::bare(&cli).unwrap();
        workspace.set_env("TF_VAR_name", "Rex");
        workspace
            .write(
                "main.tf",
                "variable \"name\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.name\n}\n",
            )
            .unwrap();
        workspace.init().unwrap().succeeded();
        workspace.validate().unwrap().succeeded().says("configuration is valid");
        workspace.plan().unwrap().shows_changes().says("terraform_data.a will be created");
        assert_eq!(workspace.planned().unwrap()["resource_changes"][0]["change"]["actions"][0], "create");
        workspace.apply().unwrap().succeeded();
        workspace.plan().unwrap().shows_no_changes();
        assert_eq!(workspace.attributes("terraform_data.a").unwrap()["output"], "Rex");
        assert_eq!(workspace.attributes("terraform_data.b").unwrap(), serde_json::Value::Null);
        workspace.console("upper(var.name)").unwrap().succeeded().says("\"REX\"");
        workspace.write("wrong.tf", "resource \"acme_b\" \"b\" {}").unwrap();
        workspace.init().unwrap().failed().says("hashicorp/acme").does_not_say("Rex");
        assert!(workspace.leftovers().is_empty());
    }
}

#[test]
#[cfg(unix)]
fn a_run_can_be_interrupted() {
    for cli in Cli::find_all().unwrap() {
        let workspace = Workspace::bare(&cli).unwrap();
        let sleeper = "provisioner \"local-exec\" {\n    command = \"touch began; sleep 60\"\n  }";
        workspace
            .write("main.tf", &format!("resource \"terraform_data\" \"a\" {{\n  {sleeper}\n}}\n"))
            .unwrap();
        workspace.init().unwrap().succeeded();
        let mut running = workspace.spawn(&["apply", "-auto-approve"]).unwrap();
        running.wait_until(|| workspace.folder().join("began").exists());
        running.interrupt().unwrap();
        running.finish().unwrap().failed().says("Interrupt received");
    }
}

#[test]
fn words_are_found_across_frames() {
    let run = Ended {
        command: String::new(),
        code: Some(1),
        stdout: String::new(),
        stderr: "╷\n│ Error: it is\n│ broken\n╵\n".to_owned(),
    };
    run.clone().says("Error: it is broken");
    let wrong = std::panic::catch_unwind(|| run.succeeded()).unwrap_err();
    assert!(wrong.downcast_ref::<String>().unwrap().contains("│ broken"), "the output is shown");
}
