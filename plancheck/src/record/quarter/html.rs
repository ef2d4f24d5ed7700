//! The report as one HTML page that loads nothing. Everything that comes from a log is text: it is escaped, and the page forbids scripts.

use super::{Block, chart};
use crate::text::escape;

const HEAD: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<style>
:root { color-scheme: light dark; --ink: #1c1c1c; --soft: #6b6b6b; --line: #d9d9d9; --mark: #1757a6; --limit: #b3261e; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #a8a8a8; --line: #444; --mark: #7fb0ee; --limit: #f2867e; --page: #181818; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line) }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .9rem }
th { white-space: nowrap }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line) }
td { overflow-wrap: anywhere }
code { font: .9em ui-monospace, monospace } figure { margin: 1rem 0 } figcaption { color: var(--soft) }
svg { width: 100%; height: auto } svg text { font: 11px system-ui, sans-serif; fill: var(--soft) } .end { text-anchor: end }
path { fill: none } .axis { stroke: var(--line) } .line { stroke: var(--mark); stroke-width: 2 }
.ceiling { stroke: var(--limit); stroke-dasharray: 5 4 }
@media print { body { max-width: none; margin: 0 } h2 { break-after: avoid } tr, figure { break-inside: avoid } }
</style>
";

/// The page.
pub fn report(blocks: &[Block]) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Heading(1, text) => Some(plain(text)),
        _ => None,
    });
    let body: String = blocks.iter().map(block).collect();
    format!("{HEAD}<title>{}</title></head><body>\n{body}</body></html>\n", title.unwrap_or_default())
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(level, text) => format!("<h{level}>{}</h{level}>\n", prose(text)),
        Block::Text(text) => format!("<p>{}</p>\n", prose(text)),
        Block::Table(head, rows) => {
            let row = |cells: Vec<String>| format!("<tr>{}</tr>\n", cells.concat());
            let named = head.iter().map(|cell| format!("<th scope=\"col\">{}</th>", plain(cell)));
            let cells = |cells: &Vec<String>| {
                cells.iter().map(|cell| format!("<td>{}</td>", cell_text(cell))).collect()
            };
            let rows: Vec<String> = rows.iter().map(|cells_of| row(cells(cells_of))).collect();
            let (head, rows) = (row(named.collect()), rows.concat());
            format!("<div class=\"wide\"><table><thead>{head}</thead><tbody>\n{rows}</tbody></table></div>\n")
        }
        Block::Chart(series) => {
            let title = plain(&series.title);
            let limit = if series.ceiling.is_some() {
                " The dashed line is the ceiling."
            } else {
                " There is no ceiling."
            };
            format!(
                "<figure><figcaption>{title}.{limit}</figcaption>{}</figure>\n",
                chart::svg(series, &title)
            )
        }
    }
}

fn cell_text(text: &str) -> String {
    if text.is_empty() { "–".to_owned() } else { prose(text) }
}

/// A sentence with plan text in backticks.
fn prose(sentence: &str) -> String {
    let parts = sentence.split('`').enumerate();
    parts
        .map(
            |(index, part)| {
                if index % 2 == 1 { format!("<code>{}</code>", plain(part)) } else { plain(part) }
            },
        )
        .collect()
}

/// Text that is only text, in elements and in attributes.
fn plain(text: &str) -> String {
    escape(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_a_log_is_text() {
        let evil = "<script>alert(1)</script>\" onload=\"x' `<b>`".to_owned();
        let blocks = [
            Block::Heading(1, evil.clone()),
            Block::Text(evil.clone()),
            Block::Table(vec!["x"], vec![vec![evil.clone()]]),
            Block::Chart(super::super::Series {
                title: evil,
                points: vec![("2026-11-25T12:00:00Z".parse().unwrap(), remit_governance::Decimal::ONE)],
                ceiling: None,
            }),
        ];
        let page = report(&blocks);
        let body = page.split("</style>").nth(1).unwrap();
        assert!(!body.contains("<script") && !body.contains("<b>") && !body.contains("\" onload"), "{body}");
        assert!(body.contains("&lt;script&gt;"));
    }
}
