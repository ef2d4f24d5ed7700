//! The attacks on a signature and on a quorum, one test per line of the table in `docs/guides/threat-model.md`, each with
//! the honest twin that passes. Signatures themselves are in `sshsig`, statements in `statements`.

mod attacks;
mod sshsig;
mod statements;
