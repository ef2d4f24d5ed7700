//! Processors, memory and accelerators of what is counted in machines: as many machines as there can be, times the largest type they can
//! have.

use remit_catalog::{Cloud, Machine, Role, Unit, cloud_of, machine};
use rust_decimal::Decimal;

use super::settings::{Setting, Settings, Value};
use super::{Amount, Beside, Capacity, Counted};
use crate::text::escape;

/// The units that follow from the type of a machine.
const UNITS: [Unit; 3] = [Unit::Vcpus, Unit::Gpus, Unit::MemoryGb];

/// Replaces what the type of a resource leaves unmeasured by what its machines come to. Nothing is replaced where nobody asked for
/// machine types, or the resource names none.
pub(super) fn measure(resource_type: &str, capacity: &mut Capacity, settings: &Settings) {
    measure_machines(resource_type, capacity, settings);
    measure_tasks(capacity, settings);
    measure_functions(capacity, settings);
}

/// So much memory, in MiB, comes with one processor.
const MEMORY_OF_PROCESSOR: u32 = 1769;

/// Processors and memory of functions: as many as can run at a time, times the memory of one, which processors come with.
fn measure_functions(capacity: &mut Capacity, settings: &Settings) {
    let memory = settings.of(Role::Size).find(|setting| setting.path.as_str() == "memory_size");
    let calls = capacity.counted.iter().find(|counted| counted.unit == Unit::Concurrency).cloned();
    let (Some(memory), Some(calls)) = (memory, calls) else { return };
    for (unit, whole) in [(Unit::Vcpus, MEMORY_OF_PROCESSOR), (Unit::MemoryGb, 1024)] {
        if is_open(capacity, unit) {
            capacity.secret |= memory.sensitive;
            count_in(capacity, &calls, unit, &share(memory, whole));
        }
    }
}

/// A number in parts of this size.
fn share(setting: &Setting, whole: u32) -> Amount {
    let number = setting.texts().and_then(|texts| remit_governance::decimal::parse(texts.first()?));
    match (&setting.value, number) {
        (Value::CannotTell(why), _) => Amount::CannotTell(why.clone()),
        (Value::Known(_), Some(number)) if !number.is_sign_negative() => {
            Amount::Known(number / Decimal::from(whole))
        }
        _ => Amount::CannotTell(format!("`{}` is no number that the plan shows", setting.path)),
    }
}

/// Processors and memory of tasks: as many as there can be, times what their definition says of one.
fn measure_tasks(capacity: &mut Capacity, settings: &Settings) {
    let tasks = capacity.counted.iter().find(|counted| counted.unit == Unit::Tasks);
    let Some(tasks) = tasks.cloned().filter(|_| settings.of(Role::Size).next().is_some()) else { return };
    for (unit, name, whole) in [(Unit::Vcpus, "cpu", "vcpu"), (Unit::MemoryGb, "memory", "gb")] {
        if is_open(capacity, unit) {
            capacity.secret |= settings.of(Role::Size).any(|setting| setting.sensitive);
            count_in(capacity, &tasks, unit, &of_task(settings, name, whole));
        }
    }
}

/// What a definition says of one task: in 1024th parts, or in whole ones with this word behind them.
fn of_task(settings: &Settings, name: &str, whole: &str) -> Amount {
    let mut most: Option<Decimal> = None;
    for setting in settings.of(Role::Size) {
        let texts = match (&setting.value, setting.texts()) {
            (Value::CannotTell(why), _) => return Amount::CannotTell(why.clone()),
            _ if setting.path.as_str() != name => continue,
            (Value::Computed, _) => return Amount::CannotTell(format!("`{name}` is left to the cloud")),
            (Value::Known(_), texts) => texts.unwrap_or_default(),
        };
        for text in texts {
            match parts(text, whole) {
                Some(parts) => most = most.max(Some(parts)),
                None => return Amount::CannotTell(format!("`{name}` of the definition is no amount")),
            }
        }
    }
    let none =
        || Amount::CannotTell(format!("the definition of its tasks says no `{name}` for a whole task"));
    most.map_or_else(none, Amount::Known)
}

/// `256` and `.25 vCPU` are the same.
fn parts(text: &str, whole: &str) -> Option<Decimal> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_suffix(whole) {
        Some(number) => {
            let number = number.trim();
            let number = if number.starts_with('.') { format!("0{number}") } else { number.to_owned() };
            remit_governance::decimal::parse(&number)
        }
        None => Some(remit_governance::decimal::parse(&text)? / Decimal::from(1024)),
    }
    .filter(|parts| !parts.is_sign_negative())
}

/// Whether a unit is used, and nothing has said how much of it.
fn is_open(capacity: &Capacity, unit: Unit) -> bool {
    capacity.unmeasured.contains(&unit) && !capacity.counted.iter().any(|counted| counted.unit == unit)
}

/// Adds a unit of which there is so much to each of what is counted.
fn count_in(capacity: &mut Capacity, what: &Counted, unit: Unit, each: &Amount) {
    let rest =
        |beside: &Beside| Beside { other: beside.other, rest: times(beside.rest.clone(), each.clone()) };
    let beside = what.beside.as_ref().map(rest);
    let amount = times(what.amount.clone(), each.clone());
    capacity.counted.push(Counted { unit, amount, attribute: what.attribute, beside });
}

fn measure_machines(resource_type: &str, capacity: &mut Capacity, settings: &Settings) {
    let Some(cloud) = cloud_of(resource_type) else { return };
    let machines =
        capacity.counted.iter().find(|counted| matches!(counted.unit, Unit::Instances | Unit::Nodes));
    let Some(machines) = machines.cloned() else { return };
    if settings.of(Role::InstanceType).next().is_none() {
        return;
    }
    let units: Vec<Unit> = UNITS.into_iter().filter(|unit| is_open(capacity, *unit)).collect();
    capacity.secret |= settings.of(Role::InstanceType).any(|setting| setting.sensitive);
    for unit in units {
        count_in(capacity, &machines, unit, &largest(cloud, settings, unit));
    }
}

/// How much of a unit the largest of the machines has that the resource can run on.
fn largest(cloud: Cloud, settings: &Settings, unit: Unit) -> Amount {
    let mut most = Decimal::ZERO;
    let said_otherwise = settings.of(Role::InstanceType).any(|setting| setting.from.is_some());
    for setting in settings.of(Role::InstanceType) {
        let texts = match (&setting.value, setting.texts()) {
            (Value::CannotTell(why), _) => return Amount::CannotTell(why.clone()),
            (Value::Computed, _) if said_otherwise => continue,
            (Value::Computed, _) => {
                return Amount::CannotTell(format!(
                    "`{}` is left to the provider or the cloud",
                    setting.path
                ));
            }
            (Value::Known(_), texts) => texts.unwrap_or_default(),
        };
        if texts.is_empty() {
            return Amount::CannotTell(format!("`{}` names no machine type", setting.path));
        }
        for text in texts {
            match machine(cloud, text) {
                Some(machine) => most = most.max(part(machine, unit)),
                None => return Amount::CannotTell(unknown(setting, text)),
            }
        }
    }
    if unit == Unit::Gpus { attached(settings, most) } else { Amount::Known(most) }
}

fn unknown(setting: &Setting, text: &str) -> String {
    let text = if setting.sensitive { "(sensitive)".to_owned() } else { escape(text) };
    format!("the catalog does not know what the machine type `{text}` has")
}

fn part(machine: Machine, unit: Unit) -> Decimal {
    match unit {
        Unit::Gpus => Decimal::from(machine.gpus),
        Unit::MemoryGb => Decimal::from(machine.memory_mib) / Decimal::from(1024),
        _ => Decimal::from(machine.vcpus),
    }
}

/// Accelerators that are attached to a machine besides those of its type.
fn attached(settings: &Settings, own: Decimal) -> Amount {
    let mut all = own;
    let accelerators =
        settings.of(Role::Size).filter(|setting| setting.path.as_str().ends_with("guest_accelerator.count"));
    for setting in accelerators {
        let counts = setting.texts().and_then(|texts| {
            texts.into_iter().map(remit_governance::decimal::parse).collect::<Option<Vec<Decimal>>>()
        });
        match (&setting.value, counts) {
            (Value::CannotTell(why), _) => return Amount::CannotTell(why.clone()),
            (Value::Computed, _) if takes_accelerators(settings) => {
                return Amount::CannotTell(format!(
                    "`{}` is left to the provider or the cloud",
                    setting.path
                ));
            }
            (Value::Computed, _) => {}
            (Value::Known(_), None) => return Amount::CannotTell(format!("`{}` is no number", setting.path)),
            (Value::Known(_), Some(counts)) => {
                all = counts.into_iter().fold(all, |sum, count| sum.saturating_add(count.max(Decimal::ZERO)));
            }
        }
    }
    Amount::Known(all)
}

/// Whether accelerators can be attached to a machine of Google Cloud: to those of the first generation only.
fn takes_accelerators(settings: &Settings) -> bool {
    let texts = settings.of(Role::InstanceType).filter_map(Setting::texts).flatten();
    texts.into_iter().any(|text| ["n1-", "custom-", "f1-", "g1-"].iter().any(|first| text.starts_with(first)))
}

/// None of something is none, however much each of them has.
fn times(count: Amount, each: Amount) -> Amount {
    match (count, each) {
        (Amount::Known(count), _) if count.is_zero() => Amount::Known(count),
        (Amount::Known(count), Amount::Known(each)) => match count.checked_mul(each) {
            Some(product) => Amount::Known(product.normalize()),
            None => Amount::CannotTell("the number is too large to count with".to_owned()),
        },
        (_, Amount::Known(each)) if each.is_zero() => Amount::Known(each),
        (Amount::Unbounded(why), _) => Amount::Unbounded(why),
        (Amount::CannotTell(why), _) | (_, Amount::CannotTell(why) | Amount::Unbounded(why)) => {
            Amount::CannotTell(why)
        }
    }
}
