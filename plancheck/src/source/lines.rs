//! From a place in a text to a line and a column.

use std::ops::Range;

/// Where something is written. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// Index of the file.
    pub(super) file: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A text with the places where its lines begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    file: usize,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, file: usize) -> Self {
        let after_each = text.match_indices('\n').map(|(index, _)| index + 1);
        Self { text, file, starts: std::iter::once(0).chain(after_each).collect() }
    }

    /// Where a span begins; the first character where the parser gives none.
    pub(super) fn spot(&self, span: Option<Range<usize>>) -> Spot {
        let offset = span.map_or(0, |span| span.start);
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Spot { file: self.file, line, column: before.chars().count() + 1 }
    }
}

/// Line and column of an offset, both from 1.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let spot = Lines::new(text, 0).spot(Some(offset..offset));
    (spot.line, spot.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let lines = Lines::new("a\nüb\n", 3);
        let at = |offset| {
            let spot = lines.spot(Some(offset..offset));
            (spot.file, spot.line, spot.column)
        };
        assert_eq!(at(0), (3, 1, 1));
        assert_eq!(at(2), (3, 2, 1));
        assert_eq!(at(4), (3, 2, 2));
        // Beyond the end, or inside a character: still a place, never a panic.
        assert_eq!(at(3), (3, 2, 1));
        assert_eq!(at(999).1, 3);
        assert_eq!(lines.spot(None).line, 1);
    }
}
