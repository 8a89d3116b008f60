//! TLS for connections to PostgreSQL.

use std::{
    future::Future,
    io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use countersign_postgres::deadpool_postgres::tokio_postgres::{
    self,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect},
};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

use super::binding;
use crate::failure::Failure;

/// Makes connections whose certificate is verified: by the authorities of the machine, and by those
/// of a file.
#[derive(Clone)]
pub(super) struct Tls(Result<TlsConnector, Arc<rustls::Error>>);

impl Tls {
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, Failure> {
        let authorities = ca_file.map(authorities).transpose()?.unwrap_or_default();
        // Without TLS, it does not matter that a machine has no authorities.
        Ok(Self(config(authorities).map(|config| Arc::new(config).into()).map_err(Arc::new)))
    }
}

fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let read: Result<Vec<_>, _> = read;
    match read {
        Ok(authorities) if !authorities.is_empty() => Ok(authorities),
        Ok(_) => Err(Failure::could_not_run(format!("{} has no certificate", path.display()))),
        Err(error) => Err(Failure::could_not_run(format!("{}: {error}", path.display()))),
    }
}

fn config(authorities: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))?;
    let builder = ClientConfig::builder_with_provider(provider);
    // "Dangerous" is a verifier that accepts too much. This one is the machine's.
    let builder = builder.with_safe_default_protocol_versions()?.dangerous();
    Ok(builder.with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

impl MakeTlsConnect<tokio_postgres::Socket> for Tls {
    type Stream = Stream;
    type TlsConnect = Connect;
    type Error = io::Error;

    /// The name is empty for a socket in the file system, which has no TLS.
    fn make_tls_connect(&mut self, name: &str) -> io::Result<Connect> {
        Ok(Connect { connector: self.0.clone(), name: name.to_owned() })
    }
}

/// A connection to a host with this name.
pub(super) struct Connect {
    connector: Result<TlsConnector, Arc<rustls::Error>>,
    name: String,
}

impl TlsConnect<tokio_postgres::Socket> for Connect {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: tokio_postgres::Socket) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.name).map_err(io::Error::other)?;
            let connector = self.connector.map_err(io::Error::other)?;
            connector.connect(name, socket).await.map(|stream| Stream(Box::new(stream)))
        })
    }
}

/// A connection over TLS.
pub(super) struct Stream(Box<TlsStream<tokio_postgres::Socket>>);

impl tokio_postgres::tls::TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        let certificates = self.0.get_ref().1.peer_certificates();
        let hash = certificates.and_then(<[_]>::first).and_then(|first| binding::of(first));
        hash.map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
