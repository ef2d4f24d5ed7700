//! A line over time as SVG: steps, since a total holds until it changes. Numbers stand beside it, so that nothing is told by shape or
//! color alone.

use std::fmt::Write as _;

use remit_governance::{Decimal, decimal};

use super::Series;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 160.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;

/// The chart. Its title is escaped by whoever sets it.
pub(super) fn svg(series: &Series, title: &str) -> String {
    let (Some((first, _)), Some((last, latest))) = (series.points.first(), series.points.last()) else {
        return String::new();
    };
    let highest =
        series.points.iter().map(|(_, amount)| *amount).chain(series.ceiling).max().unwrap_or_default();
    let top = number(highest).max(1.0) * 1.1;
    let (start, end) = (seconds(*first), seconds(*last));
    let span = (end - start).max(1.0);
    let x = |at: f64| LEFT + (at - start) / span * (WIDTH - LEFT - 8.0);
    let y = |amount: f64| TOP + (1.0 - amount / top) * (HEIGHT - TOP - BOTTOM);
    let mut path = String::new();
    for (at, amount) in &series.points {
        let (x, y) = (x(seconds(*at)), y(number(*amount)));
        // Writing to a String cannot fail, here and below.
        let _ = if path.is_empty() { write!(path, "M{x:.1} {y:.1}") } else { write!(path, "H{x:.1}V{y:.1}") };
    }
    let _ = write!(path, "H{:.1}", WIDTH - 8.0);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\" xmlns=\"http://www.w3.org/2000/svg\">"
    );
    let floor = y(0.0);
    let _ = write!(svg, "<path class=\"axis\" d=\"M{LEFT} {TOP}V{floor:.1}H{}\"/>", WIDTH - 8.0);
    if let Some(ceiling) = series.ceiling {
        let at = y(number(ceiling));
        let _ = write!(svg, "<path class=\"ceiling\" d=\"M{LEFT} {at:.1}H{}\"/>", WIDTH - 8.0);
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" class=\"end\">{}</text>",
            LEFT - 6.0,
            at + 4.0,
            decimal::text(ceiling)
        );
    }
    let _ = write!(svg, "<path class=\"line\" d=\"{path}\"/>");
    let near = series.ceiling.is_some_and(|ceiling| (y(number(ceiling)) - y(number(*latest))).abs() < 14.0);
    if !near {
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" class=\"end\">{}</text>",
            LEFT - 6.0,
            y(number(*latest)) + 4.0,
            decimal::text(*latest)
        );
    }
    let day = |at| remit_governance::time::today(at).to_string();
    let _ = write!(svg, "<text x=\"{LEFT}\" y=\"{}\">{}</text>", HEIGHT - 6.0, day(*first));
    let _ =
        write!(svg, "<text x=\"{}\" y=\"{}\" class=\"end\">{}</text>", WIDTH - 8.0, HEIGHT - 6.0, day(*last));
    svg + "</svg>"
}

fn number(value: Decimal) -> f64 {
    value.to_string().parse().unwrap_or(0.0)
}

#[allow(clippy::cast_precision_loss, reason = "a place on a line of a few hundred dots")]
fn seconds(at: remit_governance::time::Timestamp) -> f64 {
    at.as_second() as f64
}
