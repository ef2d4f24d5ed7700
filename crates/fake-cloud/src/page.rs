//! Pages of lists. A page may be shorter than asked for, and may be empty although there is more: both are legal at AWS, and
//! a client that stops at the first empty page has seen nothing.

use serde_json::{Map, Value};

use crate::{refusal::Refusal, world::Call, world::Settings};

/// How one operation pages.
pub(crate) struct Paging {
    /// The member that holds the items.
    pub(crate) items: &'static str,
    /// The member of the request that limits them.
    pub(crate) limit: &'static str,
    /// Items on a page where the request says nothing.
    pub(crate) default: usize,
    /// What is said to a token that was not given out by this operation.
    pub(crate) invalid: fn(&str) -> Refusal,
}

const TOKEN: &str = "NextToken";

impl Paging {
    /// The page that the call asks for.
    pub(crate) fn page(&self, settings: &Settings, call: &Call, items: &[Value]) -> Result<Value, Refusal> {
        let (start, was_empty) = match call.input[TOKEN].as_str() {
            None => (0, false),
            Some(token) => self.read(call, token, items.len())?,
        };
        let asked = call.input[self.limit].as_u64().and_then(|asked| usize::try_from(asked).ok());
        let size = asked.unwrap_or(self.default).min(settings.page_size.unwrap_or(usize::MAX)).max(1);
        let is_empty = settings.empty_pages && !was_empty && start < items.len();
        let end = if is_empty { start } else { start.saturating_add(size).min(items.len()) };
        let shown = items.get(start..end).unwrap_or_default().to_vec();
        let mut page = Map::from_iter([(self.items.to_owned(), Value::Array(shown))]);
        if end < items.len() {
            let token = format!("{}-{end}-{}", call.operation, if is_empty { "empty" } else { "full" });
            page.insert(TOKEN.to_owned(), token.into());
        }
        Ok(Value::Object(page))
    }

    /// Where the next page starts, and whether the one before it was empty on purpose.
    fn read(&self, call: &Call, token: &str, length: usize) -> Result<(usize, bool), Refusal> {
        let invalid = || (self.invalid)("the token was not given out by this operation");
        let mut parts = token.split('-');
        let (Some(operation), Some(start), Some(was)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(invalid());
        };
        let start: usize = start.parse().map_err(|_| invalid())?;
        if operation != call.operation || start > length || !matches!(was, "empty" | "full") {
            return Err(invalid());
        }
        Ok((start, was == "empty"))
    }
}
