//! Exact decimals: read from every spelling of a number, written in one. Binary floats never occur.

use crate::{
    invalid::Kind,
    json::Json,
    read::{Reader, excerpt},
};
pub use rust_decimal::Decimal;

/// The decimal that a JSON number or numeric text means, exactly; `None` when it is no number or does not fit 28 digits.
pub fn parse(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let well_formed = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    if mantissa.len() > 200
        || !mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        || !mantissa.chars().all(well_formed)
    {
        return None;
    }
    let trimmed =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let value = Decimal::from_str_exact(trimmed).ok()?;
    if value.is_zero() {
        return Some(Decimal::ZERO);
    }
    shift(value, exponent).map(|value| value.normalize())
}

/// Moves the decimal point, refusing what would not be exact.
fn shift(value: Decimal, exponent: i32) -> Option<Decimal> {
    if exponent.unsigned_abs() > 28 {
        return None;
    }
    let power = Decimal::from_i128_with_scale(10_i128.checked_pow(exponent.unsigned_abs())?, 0);
    let shifted = if exponent < 0 { value.checked_div(power)? } else { value.checked_mul(power)? };
    let back = if exponent < 0 { shifted.checked_mul(power)? } else { shifted.checked_div(power)? };
    (back == value).then_some(shifted)
}

/// The one spelling of a decimal: no exponent, no trailing zeros.
pub fn text(value: Decimal) -> String {
    value.normalize().to_string()
}

/// The way a decimal stands in a record.
pub(crate) fn normal(value: Decimal) -> Json {
    Json::String(text(value))
}

/// A decimal of zero or more. A negative one is told how to say unlimited, since that is what people mean by it.
pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Decimal> {
    let spelled = match json {
        Json::Number(number) => number.as_str(),
        Json::String(text) => text,
        other => {
            r.wrong(format!("expected a number, found {}", other.sort()));
            return None;
        }
    };
    let Some(value) = parse(spelled) else {
        r.wrong(format!("`{}` is not a number of at most 28 digits", excerpt(spelled)));
        return None;
    };
    if value.is_sign_negative() && !value.is_zero() {
        let message = format!("`{}` is negative", excerpt(spelled));
        let help =
            "no limit is said with `unlimited = { reason, owner, expires }`, never with a negative number";
        r.reject_with(Kind::Value, message, help);
        return None;
    }
    Some(value)
}

/// A whole number of zero or more.
pub(crate) fn read_whole(r: &mut Reader, json: &Json) -> Option<Decimal> {
    let value = read(r, json)?;
    if value.fract().is_zero() {
        return Some(value);
    }
    r.wrong(format!("`{}` is not a whole number", text(value)));
    None
}

/// A whole number in a range.
pub(crate) fn read_count(r: &mut Reader, json: &Json, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    let value = read_whole(r, json)?;
    let count = u32::try_from(value).ok().filter(|count| range.contains(count));
    if count.is_none() {
        r.wrong(format!("`{}` is not between {} and {}", text(value), range.start(), range.end()));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_text_however_it_is_spelled() {
        for spelled in
            ["100", "100.0", "1e2", "1E+2", "0.1e3", "1000e-1", "100.000000000000000000000000000000000000"]
        {
            assert_eq!(parse(spelled).map(text).as_deref(), Some("100"), "{spelled}");
        }
        for spelled in ["0", "-0", "0.0", "0e99999999", "0e-5"] {
            assert_eq!(parse(spelled).map(text).as_deref(), Some("0"), "{spelled}");
        }
        assert_eq!(parse("12000.50").map(text).as_deref(), Some("12000.5"));
        assert_eq!(parse("1e-28").map(text).as_deref(), Some("0.0000000000000000000000000001"));
    }

    #[test]
    fn what_does_not_fit_exactly_is_no_decimal() {
        let bad = [
            "1e29",
            "1e-29",
            "1.5e-28",
            "1e999999999999",
            "123456789012345678901234567890123",
            "",
            "-",
            "1_000",
            "NaN",
            "+1",
            ".5",
            "1.2.3",
        ];
        for spelled in bad {
            assert_eq!(parse(spelled), None, "{spelled}");
        }
    }
}
