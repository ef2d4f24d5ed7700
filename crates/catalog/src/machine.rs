//! What a machine type is made of: processors, memory and accelerators. A type that is not known is not guessed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::{Cloud, bare_instance_type};

/// What one machine of a type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Virtual processors.
    pub vcpus: u32,
    /// Memory in MiB; at most this where a series is not even.
    pub memory_mib: u64,
    /// Accelerators that come with the type; one that is shared counts as one.
    pub gpus: u32,
}

/// All of it as text, in a fixed order.
pub(crate) const TEXTS: [&str; 3] = [AWS, GOOGLE, AZURE];

const AWS: &str = include_str!("../data/machines/aws.txt");
const GOOGLE: &str = include_str!("../data/machines/google.txt");
const AZURE: &str = include_str!("../data/machines/azure.txt");

type Table = BTreeMap<&'static str, Machine>;

/// The machine behind a type of a cloud, whatever its case; `None` where the catalog does not know it.
pub fn machine(cloud: Cloud, name: &str) -> Option<Machine> {
    let name = name.to_ascii_lowercase();
    match cloud {
        Cloud::Aws => {
            let table = table_of(Cloud::Aws)?;
            table.get(name.as_str()).or_else(|| table.get(bare_instance_type(&name)?)).copied()
        }
        Cloud::Gcp => google(&name),
        Cloud::Azure => azure(&name),
        Cloud::ThirdParty => None,
    }
}

fn table_of(cloud: Cloud) -> Option<&'static Table> {
    static TABLES: [OnceLock<Table>; 3] = [const { OnceLock::new() }; 3];
    let [aws, google, azure] = &TABLES;
    let (table, text) = match cloud {
        Cloud::Aws => (aws, AWS),
        Cloud::Gcp => (google, GOOGLE),
        Cloud::Azure => (azure, AZURE),
        Cloud::ThirdParty => return None,
    };
    Some(table.get_or_init(|| text.lines().filter_map(row).collect()))
}

/// One line of a table; lines that begin with a hash say where it is from.
fn row(line: &'static str) -> Option<(&'static str, Machine)> {
    let mut words = line.split(' ');
    let name = words.next().filter(|name| !name.starts_with('#'))?;
    let machine = Machine {
        vcpus: words.next()?.parse().ok()?,
        memory_mib: words.next()?.parse().ok()?,
        gpus: words.next()?.parse().ok()?,
    };
    Some((name, machine))
}

fn google(name: &str) -> Option<Machine> {
    let table = table_of(Cloud::Gcp)?;
    if let Some(machine) = table.get(name) {
        return Some(*machine);
    }
    if let Some(machine) = custom(name) {
        return Some(machine);
    }
    let (family, last) = name.rsplit_once('-')?;
    let one = table.get(format!("{family}-*").as_str())?;
    let vcpus: u32 = last.parse().ok()?;
    Some(Machine { vcpus, memory_mib: one.memory_mib.checked_mul(u64::from(vcpus))?, gpus: one.gpus })
}

/// `n2-custom-4-8192` and `custom-4-8192` say both numbers; `-ext` behind them only lifts a bound on the memory.
fn custom(name: &str) -> Option<Machine> {
    let (rest, memory) = name.trim_end_matches("-ext").rsplit_once('-')?;
    let (family, vcpus) = rest.rsplit_once('-')?;
    let is_custom = family == "custom" || family.ends_with("-custom");
    is_custom.then_some(Machine { vcpus: vcpus.parse().ok()?, memory_mib: memory.parse().ok()?, gpus: 0 })
}

fn azure(name: &str) -> Option<Machine> {
    let table = table_of(Cloud::Azure)?;
    let name = name.strip_prefix("standard_").or_else(|| name.strip_prefix("basic_")).unwrap_or(name);
    if let Some(machine) = table.get(name) {
        return Some(*machine);
    }
    // Letters of the series, number of processors, how many of them are switched on, features, and the version behind `_v`.
    let (size, version) = name.rsplit_once("_v")?;
    let digits = size.find(|c: char| c.is_ascii_digit())?;
    let (series, rest) = size.split_at(digits);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (processors, features) = rest.split_at(end);
    let one = table.get(format!("{series}*").as_str())?;
    let version: u32 = version.parse().ok()?;
    let plain = features
        .chars()
        .all(|c| matches!(c, 'a' | 'd' | 'i' | 'l' | 'p' | 's' | 't' | '-') || c.is_ascii_digit());
    // The first number of a series' row is the version from which on the convention holds.
    if !plain || version < one.vcpus {
        return None;
    }
    let processors: u32 = processors.parse().ok()?;
    // Memory stays whole where processors are switched off, so that is what a constrained size is taken for.
    Some(Machine {
        vcpus: processors,
        memory_mib: one.memory_mib.checked_mul(u64::from(processors))?,
        gpus: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cloud: Cloud, name: &str) -> Option<(u32, u64, u32)> {
        machine(cloud, name).map(|machine| (machine.vcpus, machine.memory_mib, machine.gpus))
    }

    #[test]
    fn types_have_what_their_cloud_documents() {
        for (cloud, name, expected) in [
            (Cloud::Aws, "m5.large", (2, 8192, 0)),
            (Cloud::Aws, "P5.48xlarge", (192, 2_097_152, 8)),
            (Cloud::Aws, "ml.p5.48xlarge", (192, 2_097_152, 8)),
            (Cloud::Aws, "trn1.32xlarge", (128, 524_288, 16)),
            (Cloud::Aws, "g6f.large", (2, 8192, 1)),
            (Cloud::Gcp, "n2-standard-4", (4, 16_384, 0)),
            (Cloud::Gcp, "a3-highgpu-8g", (208, 1_916_928, 8)),
            (Cloud::Gcp, "g2-standard-24", (24, 98_304, 2)),
            (Cloud::Gcp, "n2-custom-6-20480", (6, 20_480, 0)),
            (Cloud::Gcp, "custom-4-5120-ext", (4, 5120, 0)),
            (Cloud::Azure, "Standard_D4s_v5", (4, 16_384, 0)),
            (Cloud::Azure, "Standard_D4_v2", (8, 28_672, 0)),
            (Cloud::Azure, "Standard_E8-2ds_v5", (8, 65_536, 0)),
            (Cloud::Azure, "Standard_ND96isr_H100_v5", (96, 1_945_600, 8)),
            (Cloud::Azure, "Standard_B2ms", (2, 8192, 0)),
        ] {
            assert_eq!(of(cloud, name), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for (cloud, name) in [
            (Cloud::Aws, "p9.48xlarge"),
            (Cloud::Aws, "optimal"),
            (Cloud::Gcp, "x9-standard-4"),
            (Cloud::Gcp, "a3-highgpu-16g"),
            (Cloud::Gcp, "n2-standard-many"),
            (Cloud::Gcp, "n2-standard-99999999999"),
            (Cloud::Azure, "Standard_NC99ads_A100_v9"),
            (Cloud::Azure, "Standard_D3_v1"),
            (Cloud::Azure, "Standard_M128s_v2"),
            (Cloud::Azure, ""),
        ] {
            assert_eq!(of(cloud, name), None, "{name}");
        }
    }

    #[test]
    fn every_line_of_a_table_is_read_and_says_where_it_is_from() {
        for (cloud, text, rows) in
            [(Cloud::Aws, AWS, 1395), (Cloud::Gcp, GOOGLE, 73), (Cloud::Azure, AZURE, 50)]
        {
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            let names: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
            assert!(names.is_sorted(), "{cloud:?} is sorted");
            let table = table_of(cloud).unwrap();
            assert_eq!(table.len(), lines.len(), "{cloud:?}: a line was not read, or stands there twice");
            assert!(table.len() >= rows, "{cloud:?} has {}", table.len());
            assert!(text.lines().any(|line| line.starts_with("# From ")), "{cloud:?} names its source");
        }
    }

    /// With the file that the table was made from at hand (unpacked), the table is what it says.
    #[test]
    #[allow(
        clippy::disallowed_methods,
        clippy::print_stderr,
        reason = "the test reads its source where the environment names it"
    )]
    fn the_table_of_amazon_is_its_source() {
        let Some(path) = std::env::var_os("REMIT_EC2_INSTANCE_TYPES") else {
            assert!(
                std::env::var_os("REMIT_REQUIRE_SOURCES").is_none(),
                "REMIT_EC2_INSTANCE_TYPES names no file"
            );
            eprintln!(
                "skipped: REMIT_EC2_INSTANCE_TYPES does not name the file of moto that the table was made from"
            );
            return;
        };
        let source: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let source = source.as_object().unwrap();
        assert_eq!(source.len(), table_of(Cloud::Aws).unwrap().len());
        for (name, facts) in source {
            let machine = machine(Cloud::Aws, name).unwrap();
            assert_eq!(
                u64::from(machine.vcpus),
                facts["VCpuInfo"]["DefaultVCpus"].as_u64().unwrap(),
                "{name}"
            );
            assert_eq!(machine.memory_mib, facts["MemoryInfo"]["SizeInMiB"].as_u64().unwrap(), "{name}");
            let has_gpus = ["GpuInfo", "NeuronInfo", "InferenceAcceleratorInfo"]
                .iter()
                .any(|kind| facts.get(kind).is_some());
            assert_eq!(machine.gpus > 0, has_gpus, "{name}");
        }
    }
}
