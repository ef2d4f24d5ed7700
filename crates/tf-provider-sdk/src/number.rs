//! Terraform numbers: decimals of any size, compared as Terraform compares them.
//!
//! Terraform calls two numbers equal when their shortest decimal texts are. A binary float would break that for `0.1` and for
//! anything beyond 53 bits, so a number is kept as its significant digits and a power of ten. The MessagePack form is in `wire`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Longest number text that is accepted; Terraform's own 512-bit numbers need 157 characters.
const MAX_TEXT: usize = 16 * 1024;
/// Largest power of ten that is accepted, either way.
const MAX_EXPONENT: u32 = 100_000;
/// Numbers are written without an exponent as long as that takes no more zeros than this.
const MAX_PADDING: usize = 1_024;

/// A decimal number of any size.
///
/// Equality is equality of value: `100`, `100.0` and `1e2` are one number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

// INVARIANT: a value that fits an `i64` is always `Int`, so that the derived equality is equality of value.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Int(i64),
    Decimal(Box<Decimal>),
}

/// `digits × 10^exponent`. INVARIANT: `digits` is not empty and neither starts nor ends with `0`.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i32,
}

/// Why a text or float is not a [`Number`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberError(String);

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NumberError {}

impl Number {
    /// The number as a whole `i64`, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(int) => Some(int),
            Repr::Decimal(_) => None,
        }
    }

    /// The number as a whole `u64`, if it is one.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(int) => u64::try_from(*int).ok(),
            Repr::Decimal(decimal) if decimal.exponent >= 0 => self.to_string().parse().ok(),
            Repr::Decimal(_) => None,
        }
    }

    /// The nearest binary float; infinite when out of its range.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The binary float that is exactly this number, if there is one.
    pub(crate) fn exact_f64(&self) -> Option<f64> {
        if let Repr::Decimal(decimal) = &self.0
            && decimal.exponent < 0
            && !decimal.digits.ends_with('5')
        {
            return None; // a finite binary fraction always ends in 5
        }
        let float = self.to_f64();
        // 1074 places hold every finite double exactly.
        let exact = float.is_finite().then(|| format!("{float:.1074}"))?;
        (exact.parse::<Self>().ok()? == *self).then_some(float)
    }

    /// The number that Terraform takes this float for: a whole one exactly, another as the shortest decimal that reads back as it.
    pub fn from_f64(float: f64) -> Result<Self, NumberError> {
        if float.is_finite() && float.fract() == 0.0 {
            // Without places every digit is exact; the shortest decimal of a large whole number ends in zeros it does not have.
            format!("{float:.0}").parse()
        } else if float.is_finite() {
            float.to_string().parse()
        } else {
            Err(NumberError(format!("{float} is not a finite number")))
        }
    }

    fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Int(int) => *int < 0,
            Repr::Decimal(decimal) => decimal.negative,
        }
    }

    /// Power of ten of the first digit, the digits, or `None` for zero.
    fn magnitude(&self) -> Option<(i64, String)> {
        let (digits, exponent) = match &self.0 {
            Repr::Int(0) => return None,
            Repr::Int(int) => (int.unsigned_abs().to_string(), 0),
            Repr::Decimal(decimal) => (decimal.digits.clone(), i64::from(decimal.exponent)),
        };
        let top = exponent + i64::try_from(digits.len()).unwrap_or(i64::MAX);
        Some((top, digits.trim_end_matches('0').to_owned()))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let bad = || NumberError(format!("`{}` is not a number", text.chars().take(40).collect::<String>()));
        if text.len() > MAX_TEXT {
            return Err(NumberError(format!("a number of {} characters is too long", text.len())));
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| bad())?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(bad());
        }
        let digits = format!("{whole}{fraction}");
        let places = i32::try_from(fraction.len()).map_err(|_| bad())?;
        Self::normalized(negative, &digits, exponent.checked_sub(places).ok_or_else(bad)?)
            .ok_or_else(|| NumberError("a number is out of range".to_owned()))
    }
}

impl Number {
    fn normalized(negative: bool, digits: &str, exponent: i32) -> Option<Self> {
        let significant = digits.trim_start_matches('0');
        let trimmed = significant.trim_end_matches('0');
        if trimmed.is_empty() {
            return Some(Self(Repr::Int(0)));
        }
        let exponent = exponent.checked_add(i32::try_from(significant.len() - trimmed.len()).ok()?)?;
        if exponent.unsigned_abs() > MAX_EXPONENT {
            return None;
        }
        let decimal = Decimal { negative, digits: trimmed.to_owned(), exponent };
        if (0..=19).contains(&exponent)
            && let Ok(int) = decimal.plain().parse()
        {
            return Some(Self(Repr::Int(int)));
        }
        Some(Self(Repr::Decimal(Box::new(decimal))))
    }
}

impl Decimal {
    /// The text without an exponent, or with one where the zeros would be too many.
    fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = &self.digits;
        let shift = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if shift > MAX_PADDING.saturating_add(digits.len()) {
            return format!("{sign}{digits}e{}", self.exponent);
        }
        if self.exponent >= 0 {
            return format!("{sign}{digits}{}", "0".repeat(shift));
        }
        match digits.len().checked_sub(shift).filter(|whole| *whole > 0) {
            Some(whole) => {
                let (integer, fraction) = digits.split_at(whole);
                format!("{sign}{integer}.{fraction}")
            }
            None => format!("{sign}0.{}{digits}", "0".repeat(shift.saturating_sub(digits.len()))),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(int) => write!(f, "{int}"),
            Repr::Decimal(decimal) => f.write_str(&decimal.plain()),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Int(left), Repr::Int(right)) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        match (self.is_negative(), other.is_negative()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Self(Repr::Int(int))
    }
}

impl From<i32> for Number {
    fn from(int: i32) -> Self {
        Self::from(i64::from(int))
    }
}

impl From<u32> for Number {
    fn from(int: u32) -> Self {
        Self::from(i64::from(int))
    }
}

impl From<u64> for Number {
    fn from(int: u64) -> Self {
        // At most 20 digits: always in range.
        int.to_string().parse().unwrap_or(Self(Repr::Int(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn spelling_does_not_matter() {
        for text in ["100", "100.0", "1e2", "0100", "+100", "10.0E1"] {
            assert_eq!(number(text), Number::from(100), "{text}");
        }
        assert_eq!(number("-0.0"), Number::from(0));
        assert_ne!(number("0.1"), number("0.10000000000000000555"));
    }

    #[test]
    fn text_is_the_shortest_plain_decimal() {
        for (text, plain) in [
            ("0.10", "0.1"),
            ("1e30", "1000000000000000000000000000000"),
            ("-1.50", "-1.5"),
            ("12e-4", "0.0012"),
            ("18446744073709551615", "18446744073709551615"),
            ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
            ("1e5000", "1e5000"),
        ] {
            assert_eq!(number(text).to_string(), plain);
        }
    }

    #[test]
    fn order_is_by_value() {
        let sorted = ["-1e40", "-3", "-2.5", "0", "0.001", "0.02", "2", "2.5", "10", "9e30", "1e31"];
        for pair in sorted.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn only_exact_floats_are_floats() {
        assert_eq!(number("2.5").exact_f64(), Some(2.5));
        assert_eq!(number("1180591620717411303424").exact_f64(), Some(2f64.powi(70)));
        for text in ["0.1", "0.15", "1e30", "18446744073709551615", "1e400"] {
            assert_eq!(number(text).exact_f64(), None, "{text}");
        }
    }

    #[test]
    fn nonsense_and_hostile_sizes_are_refused() {
        for text in [
            "",
            ".",
            "-",
            "1e",
            "0x10",
            "1_000",
            "NaN",
            "inf",
            "1e2147483647",
            "1e-2147483648",
            "--1",
            "1.2.3",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert!("9".repeat(MAX_TEXT + 1).parse::<Number>().is_err());
        let whole = Number::from_f64(14_651_463_031_108_665_344.0).unwrap();
        assert_eq!(whole.to_string(), "14651463031108665344");
        assert!(Number::from_f64(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn floats_survive(float in any::<f64>().prop_filter("finite", |float| float.is_finite())) {
            // Adding zero takes the sign off a negative one, which numbers have not.
            prop_assert_eq!(Number::from_f64(float).unwrap().to_f64().to_bits(), (float + 0.0).to_bits());
        }

        #[test]
        fn text_survives(text in "-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,2})?") {
            let number: Number = text.parse().unwrap();
            prop_assert_eq!(number.to_string().parse::<Number>().unwrap(), number);
        }
    }
}
