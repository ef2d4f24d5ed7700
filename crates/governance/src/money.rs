//! Currencies and the periods that money is counted in. Amounts are plain decimals beside their currency.

use crate::{
    dimension::words,
    invalid::{Kind, nearest},
    json::Json,
    read::{Reader, excerpt},
};
use std::fmt;

words! {
    /// How often a cost limit begins anew.
    Period is "a period" {
        /// Each day.
        Daily = "daily",
        /// Each calendar month.
        Monthly = "monthly",
        /// Each calendar quarter.
        Quarterly = "quarterly",
        /// Each calendar year.
        Annually = "annually",
    }
}

/// A currency of ISO 4217, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency(&'static str);

impl Currency {
    /// The currency with this code, in capitals.
    pub fn from_code(code: &str) -> Option<Self> {
        CODES.iter().find(|known| **known == code).map(|known| Self(known))
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let text = r.string(json)?;
        let found = Self::from_code(text);
        if found.is_none() {
            let help = match nearest(&text.to_uppercase(), CODES.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "use a code of ISO 4217, such as `USD` or `EUR`".to_owned(),
            };
            r.reject_with(Kind::Value, format!("`{}` is not a currency that we know", excerpt(text)), help);
        }
        found
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl From<Currency> for Json {
    fn from(currency: Currency) -> Self {
        Json::from(currency.0)
    }
}

const CODES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD", "BIF", "BMD",
    "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC",
    "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL",
    "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR",
    "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE",
    "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD",
    "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF",
    "XPF", "YER", "ZAR", "ZMW", "ZWG",
];
