//! Where the host connects: a socket file that only this user can reach, or a local port on Windows.

use std::io;
#[cfg(unix)]
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite};

use super::StartError;
use super::environment::Place;

/// A connection, whatever carries it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for T {}

/// Waits for connections. Dropped, it leaves nothing behind.
pub(super) enum Listener {
    #[cfg(unix)]
    Unix { listener: tokio::net::UnixListener, file: SocketFile },
    #[cfg_attr(unix, allow(dead_code, reason = "what Windows uses is compiled and tested everywhere"))]
    Tcp { listener: tokio::net::TcpListener, address: String },
}

impl Listener {
    /// As hosts on this system expect it.
    pub(super) async fn bind(place: &Place) -> Result<Self, StartError> {
        #[cfg(unix)]
        {
            std::future::ready(Self::bind_unix(&place.folders)).await
        }
        #[cfg(not(unix))]
        {
            Self::bind_tcp(place.ports.clone()).await
        }
    }

    #[cfg(unix)]
    fn bind_unix(folders: &[PathBuf]) -> Result<Self, StartError> {
        let mut reason = "no folder to try".to_owned();
        for folder in folders {
            let bound = SocketFile::reserve(folder).and_then(|file| {
                Ok((tokio::net::UnixListener::bind(file.folder.join(SocketFile::NAME))?, file))
            });
            match bound {
                Ok((listener, file)) => return Ok(Self::Unix { listener, file }),
                Err(error) => reason = format!("in `{}`: {error}", folder.display()),
            }
        }
        Err(StartError::new(format!(
            "no socket could be opened ({reason}); set TMPDIR to a folder that is writable"
        )))
    }

    /// The first port that is free, on the local machine only.
    #[cfg_attr(unix, allow(dead_code, reason = "what Windows uses is compiled and tested everywhere"))]
    pub(super) async fn bind_tcp(ports: std::ops::RangeInclusive<u16>) -> Result<Self, StartError> {
        let mut reason = "no port to try".to_owned();
        for port in ports {
            let bound = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await;
            match bound.and_then(|listener| Ok((listener.local_addr()?.to_string(), listener))) {
                Ok((address, listener)) => return Ok(Self::Tcp { listener, address }),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(StartError::new(format!("no local port could be opened: {reason}")))
    }

    /// As the handshake line names it.
    pub(super) fn network(&self) -> &'static str {
        match self {
            #[cfg(unix)]
            Self::Unix { .. } => "unix",
            Self::Tcp { .. } => "tcp",
        }
    }

    /// As the handshake line names it.
    pub(super) fn address(&self) -> &str {
        match self {
            #[cfg(unix)]
            Self::Unix { file, .. } => &file.address,
            Self::Tcp { address, .. } => address,
        }
    }

    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            #[cfg(unix)]
            Self::Unix { listener, .. } => Ok(Box::new(listener.accept().await?.0)),
            Self::Tcp { listener, .. } => {
                let stream = listener.accept().await?.0;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// A folder of our own with the socket in it, removed on drop. The folder keeps other users out, whatever the umask.
#[cfg(unix)]
pub(super) struct SocketFile {
    folder: PathBuf,
    address: String,
}

#[cfg(unix)]
impl SocketFile {
    const NAME: &'static str = "s";
    /// The shortest limit on the length of a socket's path among the systems we serve, less its end.
    const LONGEST: usize = 103;

    fn reserve(parent: &Path) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;

        let folder = parent.join(format!("tfp-{}", random_name()?));
        let path = folder.join(Self::NAME);
        // The fields of the handshake line are divided by `|`, and the line ends at its first break.
        let address = path
            .to_str()
            .filter(|path| path.len() <= Self::LONGEST && !path.contains(['|', '\n', '\r']))
            .ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "the path is too long or has odd characters")
            })?
            .to_owned();
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self { folder, address })
    }
}

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        // Nothing can be done about a leftover at this point, and nothing is lost by it.
        let _ = std::fs::remove_file(self.folder.join(Self::NAME));
        let _ = std::fs::remove_dir(&self.folder);
    }
}

#[cfg(unix)]
fn random_name() -> io::Result<String> {
    let random = ring::rand::generate::<[u8; 8]>(&ring::rand::SystemRandom::new())
        .map_err(|_| io::Error::other("the system has no randomness"))?
        .expose();
    Ok(format!("{:016x}", u64::from_ne_bytes(random)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn the_socket_is_private_and_goes_away() {
        let parent = tempfile::tempdir().unwrap();
        let listener = Listener::bind_unix(&[parent.path().to_owned()]).unwrap();
        let folder = Path::new(listener.address()).parent().unwrap().to_owned();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert!(Path::new(listener.address()).exists());
        drop(listener);
        assert_eq!(parent.path().read_dir().unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_used_is_passed_over() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("x".repeat(100));
        let odd = parent.path().join("a|b");
        for folder in [&long, &odd] {
            std::fs::create_dir(folder).unwrap();
        }
        let listener =
            Listener::bind_unix(&[PathBuf::from("/nonexistent"), long, odd, parent.path().to_owned()])
                .unwrap();
        assert_eq!(Path::new(listener.address()).ancestors().nth(2), Some(parent.path()));
        assert!(Listener::bind_unix(&[PathBuf::from("/nonexistent")]).is_err());
    }

    #[tokio::test]
    async fn a_taken_port_is_passed_over() {
        let first = Listener::bind_tcp(0..=0).await.unwrap();
        let port: u16 = first.address().rsplit(':').next().unwrap().parse().unwrap();
        assert!(first.address().starts_with("127.0.0.1:"));
        assert!(Listener::bind_tcp(port..=port).await.is_err());
        assert_eq!(first.network(), "tcp");
        let (served, _) = tokio::join!(first.accept(), tokio::net::TcpStream::connect(first.address()));
        assert!(served.is_ok());
    }
}
