//! Every reader, given what it knows with something changed in it at random: it answers and never panics. The targets of `fuzz/` look harder
//! and longer; this runs everywhere, always with the same changes. `REMIT_FUZZ_ROUNDS=100000` does more of it.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may panic, and reads how much it shall do"
)]

mod readers;

use remit_governance::Json;
use remit_governance::testing::{Person, trust_root};

/// Rounds for each seed of a reader.
const ROUNDS: u64 = 60;

/// Pieces that mean something to one of the readers.
const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"9007199254740993",
    b"\\u0000",
    b"\\ud800",
    b"\"resource_changes\":",
    b"\"change\":",
    b"\"after_unknown\":",
    b"\"actions\":[\"delete\",\"create\"]",
    b"\"module_calls\":",
    b"\"references\":[\"var.x\"]",
    b"\"record\":",
    b"sha256:",
    b"${",
    b"%{",
    b"<<-E\n",
    b"= ",
    b"\n[[accept]]\n",
    b"\xff\xfe",
    b"\xf0\x9f",
];

/// A generator of numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() as usize) % bound.max(1)
    }
}

fn changed(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        let end = (at + dice.below(40)).min(bytes.len());
        match dice.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..end, WORDS[dice.below(WORDS.len())].iter().copied())),
            2 => drop(bytes.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            4 => bytes.truncate(at),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    bytes
}

fn text(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a seed")
}

const ACCEPTED: &[u8] = b"[[accept]]\nrule = \"logging-reduced\"\naddress = \"aws_cloudwatch_log_group.*\"\n\
    owner = \"mina.okafor@example.com\"\nreason = \"moved\"\nexpires = \"2027-01-31\"\n";

/// What each reader knows.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "plan" => {
            let rules = [
                "region-outside-envelope",
                "scale-needs-consent",
                "tag-missing",
                "governance-weakened",
                "deferred-change",
            ];
            let fixtures = rules.iter().map(|rule| text(&format!("tests/rules/{rule}/unknown.json")));
            fixtures.chain([readers::PLAN.to_vec()]).collect()
        }
        "lock" => vec![readers::LOCK.to_vec()],
        "accepted" => vec![ACCEPTED.to_vec()],
        "approval" => {
            let dana = Person::with_key("Dana", remit_governance::consent::Function::Finance, 1);
            vec![
                trust_root(&[&dana], 1).to_json().into_bytes(),
                Json::from(dana.email()).to_text().into_bytes(),
            ]
        }
        "source" => vec![
            text("../examples/quickstart/governance/main.tf"),
            text("../examples/plancheck/one-pull-request/after/main.tf"),
        ],
        "table" => vec![text("../examples/quickstart/quickstart.test.toml")],
        _ => Vec::new(),
    }
}

#[test]
fn what_is_changed_at_random_is_answered() {
    let asked = std::env::var("REMIT_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    for (name, target) in readers::ALL {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "`{name}` has no seed");
        for (number, seed) in seeds.iter().enumerate() {
            target(seed);
            let mut dice = Dice(number as u64 + 1);
            for _ in 0..asked.unwrap_or(ROUNDS) {
                target(&changed(seed, &mut dice));
            }
        }
    }
}
