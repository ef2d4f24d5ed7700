//! The environment and the arguments of the process, read once and in one place, and what they ask for.

use std::ffi::OsString;
use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::StartError;

const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// Not a secret: it tells a host from a person who runs the binary by hand.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// What the process was given.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) arguments: Vec<OsString>,
    pub(super) cookie: Option<OsString>,
    pub(super) client_certificate: Option<OsString>,
    pub(super) ports: [Option<OsString>; 2],
    pub(super) socket_folder: Option<OsString>,
    pub(super) temporary_folder: PathBuf,
}

impl Environment {
    /// The real one.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment of a provider"
    )]
    pub(super) fn read() -> Self {
        Self {
            arguments: std::env::args_os().skip(1).collect(),
            cookie: std::env::var_os(COOKIE_NAME),
            client_certificate: std::env::var_os("PLUGIN_CLIENT_CERT"),
            ports: [std::env::var_os("PLUGIN_MIN_PORT"), std::env::var_os("PLUGIN_MAX_PORT")],
            socket_folder: std::env::var_os("PLUGIN_UNIX_SOCKET_DIR"),
            temporary_folder: std::env::temp_dir(),
        }
    }

    /// What to do.
    pub(super) fn mode(&self) -> Result<Mode, StartError> {
        if self.asks_for("version") {
            return Ok(Mode::Version);
        }
        if self.asks_for("debug") {
            return Ok(Mode::Reattach(self.place()?));
        }
        if self.cookie.as_deref() != Some(COOKIE.as_ref()) {
            return Ok(Mode::ByHand);
        }
        Ok(Mode::Hosted { client: self.client()?, place: self.place()? })
    }

    /// One dash or two: providers written in Go take both.
    fn asks_for(&self, flag: &str) -> bool {
        self.arguments
            .iter()
            .filter_map(|argument| argument.to_str())
            .any(|argument| argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) == Some(flag))
    }

    /// The certificate that the host pins itself to. A host that says nothing wants no TLS; one that says something unreadable
    /// must not get less than it asked for.
    fn client(&self) -> Result<Option<CertificateDer<'static>>, StartError> {
        let Some(pem) = self.client_certificate.as_ref().filter(|pem| !pem.is_empty()) else {
            return Ok(None);
        };
        let unreadable =
            || StartError::new("PLUGIN_CLIENT_CERT does not hold exactly one certificate in PEM form");
        let pem = pem.to_str().ok_or_else(unreadable)?;
        let mut found = CertificateDer::pem_slice_iter(pem.as_bytes());
        match (found.next(), found.next()) {
            (Some(Ok(certificate)), None) => Ok(Some(certificate)),
            _ => Err(unreadable()),
        }
    }

    fn place(&self) -> Result<Place, StartError> {
        let [lowest, highest] = &self.ports;
        let lowest = port("PLUGIN_MIN_PORT", lowest.as_ref())?;
        let highest = port("PLUGIN_MAX_PORT", highest.as_ref())?;
        let folders = self.socket_folder.iter().filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Ok(Place {
            folders: folders.chain([self.temporary_folder.clone(), PathBuf::from("/tmp")]).collect(),
            ports: lowest..=highest.max(lowest),
        })
    }
}

/// Left out means 0, which lets the system choose.
fn port(name: &str, value: Option<&OsString>) -> Result<u16, StartError> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Ok(0);
    };
    value
        .to_str()
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| StartError::new(format!("{name} is not a port number")))
}

/// What the process is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Print the version.
    Version,
    /// A person started it and does not know better.
    ByHand,
    /// Serve whoever connects, until interrupted.
    Reattach(Place),
    /// Serve the host that started it.
    Hosted { client: Option<CertificateDer<'static>>, place: Place },
}

/// Where to listen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// For a socket file, the first that works.
    pub(super) folders: Vec<PathBuf>,
    /// For TCP, the first that is free.
    pub(super) ports: std::ops::RangeInclusive<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosted(certificate: Option<&str>) -> Environment {
        Environment {
            cookie: Some(COOKIE.into()),
            client_certificate: certificate.map(Into::into),
            ..Environment::default()
        }
    }

    #[test]
    fn without_the_cookie_nobody_is_served() {
        for cookie in [None, Some(""), Some("D602"), COOKIE.get(1..)] {
            let environment = Environment { cookie: cookie.map(Into::into), ..Environment::default() };
            assert_eq!(environment.mode(), Ok(Mode::ByHand), "{cookie:?}");
        }
        assert!(matches!(hosted(None).mode(), Ok(Mode::Hosted { client: None, .. })));
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_not_taken_for_none() {
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(hosted(Some(one)).mode(), Ok(Mode::Hosted { client: Some(_), .. })));
        assert!(matches!(hosted(Some("")).mode(), Ok(Mode::Hosted { client: None, .. })));
        for bad in [" ", "nonsense", "-----BEGIN CERTIFICATE-----\n", &one.repeat(2)] {
            assert!(hosted(Some(bad)).mode().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn flags_take_one_dash_or_two_and_need_no_cookie() {
        for (argument, expected) in
            [("-version", true), ("--version", true), ("version", false), ("---version", false)]
        {
            let environment = Environment { arguments: vec![argument.into()], ..Environment::default() };
            assert_eq!(environment.mode() == Ok(Mode::Version), expected, "{argument}");
        }
        let environment = Environment { arguments: vec!["--debug".into()], ..Environment::default() };
        assert!(matches!(environment.mode(), Ok(Mode::Reattach(_))));
    }

    #[test]
    fn ports_are_numbers() {
        let mut environment = hosted(None);
        environment.ports = [Some("10000".into()), Some("25000".into())];
        assert_eq!(environment.place().unwrap().ports, 10000..=25000);
        environment.ports = [Some("10000".into()), None];
        assert_eq!(environment.place().unwrap().ports, 10000..=10000);
        environment.ports = [Some("99999".into()), None];
        assert_eq!(environment.mode(), Err(StartError::new("PLUGIN_MIN_PORT is not a port number")));
    }
}
