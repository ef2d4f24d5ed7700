//! The report as Markdown. Charts become a line of numbers.

use remit_governance::decimal;

use super::{Block, Series};
use crate::render::markdown::prose;

/// The report.
pub fn report(blocks: &[Block]) -> String {
    let parts: Vec<String> = blocks.iter().map(block).collect();
    parts.join("\n") + "\n"
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(level, text) => format!("{} {}\n", "#".repeat(usize::from(*level)), prose(text)),
        Block::Text(text) => format!("{}\n", prose(text)),
        Block::Table(head, rows) => table(head, rows),
        Block::Chart(series) => chart(series),
    }
}

fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule = vec!["---".to_owned(); head.len()];
    let cell =
        |text: &String| if text.is_empty() { "–".to_owned() } else { prose(text).replace('|', "\\|") };
    let body: String = rows.iter().map(|row| line(&row.iter().map(cell).collect::<Vec<_>>())).collect();
    line(&head) + &line(&rule) + &body
}

fn chart(series: &Series) -> String {
    let amounts = || series.points.iter().map(|(_, amount)| *amount);
    let (Some(first), Some(last), Some(most)) = (amounts().next(), amounts().next_back(), amounts().max())
    else {
        return String::new();
    };
    let ceiling =
        series.ceiling.map_or_else(|| "no ceiling".to_owned(), |at| format!("ceiling {}", decimal::text(at)));
    let text = |value| decimal::text(value);
    format!(
        "- {}: {} at first, {} at last, {} at most; {ceiling}\n",
        prose(&series.title),
        text(first),
        text(last),
        text(most)
    )
}
