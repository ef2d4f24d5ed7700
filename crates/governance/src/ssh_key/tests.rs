use super::*;

fn field(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn line(kind: &str, fields: &[&[u8]]) -> String {
    let mut body = field(kind.as_bytes());
    for bytes in fields {
        body.extend(field(bytes));
    }
    format!("{kind} {} somebody@laptop", STANDARD.encode(body))
}

fn point(length: usize) -> Vec<u8> {
    let mut point = vec![7; length];
    point[0] = 4;
    point
}

#[test]
fn each_type_is_taken_and_loses_its_comment() {
    let rsa = [vec![0_u8, 0x80], vec![1; 383]].concat();
    let lines = [
        line("ssh-ed25519", &[&[1; 32]]),
        line("sk-ssh-ed25519@openssh.com", &[&[1; 32], b"ssh:"]),
        line("sk-ecdsa-sha2-nistp256@openssh.com", &[b"nistp256", &point(65), b"ssh:work"]),
        line("ecdsa-sha2-nistp256", &[b"nistp256", &point(65)]),
        line("ecdsa-sha2-nistp384", &[b"nistp384", &point(97)]),
        line("ecdsa-sha2-nistp521", &[b"nistp521", &point(133)]),
        line("ssh-rsa", &[&[1, 0, 1], &rsa]),
    ];
    for line in &lines {
        let key = SshKey::parse(line).unwrap();
        assert!(line.starts_with(&key.to_string()) && !key.to_string().contains("laptop"));
        assert_eq!(SshKey::parse(&key.to_string()), Ok(key));
    }
}

#[test]
fn damaged_and_weak_keys_are_refused() {
    let weak = [vec![0_u8, 0x80], vec![1; 255]].concat();
    let bad = [
        (line("ssh-ed25519", &[&[1; 31]]), "cut short"),
        (line("ssh-ed25519", &[&[1; 32], b"more"]), "cut short"),
        (line("sk-ssh-ed25519@openssh.com", &[&[1; 32]]), "cut short"),
        (line("ecdsa-sha2-nistp256", &[b"nistp384", &point(65)]), "cut short"),
        (line("ssh-rsa", &[&[1, 0, 1], &weak]), "2048 bits"),
        (line("ssh-dss", &[&[1; 32]]), "not a type of key"),
        (line("ssh-ed25519", &[&[1; 32]]).replacen("ssh-ed25519", "ssh-rsa", 1), "not that of"),
        ("ssh-ed25519".to_owned(), "type and a body"),
        ("ssh-ed25519 AAAA!".to_owned(), "not base64"),
        ("ssh-ed25519 /////w==".to_owned(), "not that of"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), "keep it secret"),
    ];
    for (line, part) in bad {
        let error = SshKey::parse(&line).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn bits_are_counted_without_leading_zeros() {
    assert_eq!(bit_length(&[0, 0x80, 0]), 16);
    assert_eq!(bit_length(&[0x01]), 1);
    assert_eq!(bit_length(&[]), 0);
}
