//! The one line on stdout by which the host finds the provider.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The version of the handshake itself.
const CORE_PROTOCOL: u8 = 1;
/// The version of the Terraform plugin protocol that is spoken then.
pub(super) const PROTOCOL: u8 = 6;

/// The line, without its end. The host takes the certificate as the only one it trusts.
pub(super) fn line(network: &str, address: &str, certificate: Option<&[u8]>) -> String {
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    format!("{CORE_PROTOCOL}|{PROTOCOL}|{network}|{address}|grpc|{certificate}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_fields_and_no_padding() {
        assert_eq!(line("unix", "/tmp/a/s", Some(&[0xfb, 0xff, 0, 0])), "1|6|unix|/tmp/a/s|grpc|+/8AAA");
        assert_eq!(line("tcp", "127.0.0.1:4711", None), "1|6|tcp|127.0.0.1:4711|grpc|");
    }
}
