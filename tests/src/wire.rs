//! HTTP/1.1 without a client library, because such libraries repair requests that must be
//! malformed.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream},
    time::Duration,
};

use countersign::{Secret, Signer, providers::GitHub};
use socket2::{Domain, SockRef, Socket, Type};

use crate::PATIENCE;

/// A connection to a server under test.
#[derive(Debug)]
pub struct Wire(BufReader<TcpStream>);

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The fields in the order of their arrival, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Wire {
    /// Connects. Reading gives up after [`PATIENCE`], so that a server that hangs fails a test.
    ///
    /// # Errors
    ///
    /// If no server listens.
    pub fn connect(addr: SocketAddr) -> io::Result<Self> {
        Self::over(TcpStream::connect(addr)?)
    }

    /// Connects from another address of this machine.
    ///
    /// # Errors
    ///
    /// If no server listens, or the address does not belong to this machine.
    pub fn connect_from(local: IpAddr, addr: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        socket.bind(&SocketAddr::new(local, 0).into())?;
        socket.connect(&addr.into())?;
        Self::over(socket.into())
    }

    fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends these bytes.
    ///
    /// # Errors
    ///
    /// If the server has closed the connection.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.0.get_mut().write_all(bytes.as_ref())
    }

    /// Closes the sending side of the connection.
    ///
    /// # Errors
    ///
    /// If the server has closed the connection.
    pub fn shutdown(&mut self) -> io::Result<()> {
        self.0.get_mut().shutdown(std::net::Shutdown::Write)
    }

    /// Resets the connection, instead of closing it.
    ///
    /// # Errors
    ///
    /// If the system call fails.
    pub fn reset(self) -> io::Result<()> {
        SockRef::from(self.0.get_ref()).set_linger(Some(Duration::ZERO))
    }

    /// Reads the next final answer; interim ones (1xx) are skipped.
    ///
    /// # Errors
    ///
    /// If the connection breaks, or the answer is not HTTP.
    pub fn reply(&mut self) -> io::Result<Reply> {
        loop {
            let reply = self.any_reply()?;
            if reply.status >= 200 {
                return Ok(reply);
            }
        }
    }

    /// Reads an interim answer, `100 Continue`.
    ///
    /// # Errors
    ///
    /// The errors of [`Wire::reply`], and an error if the answer is a final one.
    pub fn interim(&mut self) -> io::Result<Reply> {
        let reply = self.any_reply()?;
        if reply.status < 200 { Ok(reply) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Sends bytes and reads the answer. It is not an error if the server answers and closes the
    /// connection while this side is still sending.
    ///
    /// # Errors
    ///
    /// The errors of [`Wire::reply`].
    pub fn exchange(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<Reply> {
        let sent = self.send(bytes);
        self.reply().map_err(|error| sent.err().unwrap_or(error))
    }

    /// Returns whether the server has closed the connection, with nothing left to read.
    #[must_use]
    pub fn is_closed(&mut self) -> bool {
        match self.0.read(&mut [0; 1]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }

    /// Returns whether the server has sent nothing more and has not closed the connection. Does not
    /// wait.
    ///
    /// # Errors
    ///
    /// If the system call fails.
    pub fn is_silent(&mut self) -> io::Result<bool> {
        if !self.0.buffer().is_empty() {
            return Ok(false);
        }
        let stream = self.0.get_ref();
        stream.set_nonblocking(true)?;
        let peeked = stream.peek(&mut [0; 1]);
        stream.set_nonblocking(false)?;
        Ok(peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
    }

    fn any_reply(&mut self) -> io::Result<Reply> {
        let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let line = self.line()?;
        let status = line
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..5)?.parse().ok())
            .ok_or_else(|| broken(&format!("no status line: {line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        if reply.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(self.line()?.trim(), 16)
                    .map_err(|_| broken("no chunk size"))?;
                let start = reply.body.len();
                reply.body.resize(start + size, 0);
                self.0.read_exact(&mut reply.body[start..])?;
                self.line()?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = reply.header("content-length") {
            let length = length.parse().map_err(|_| broken("no length"))?;
            reply.body.resize(length, 0);
            self.0.read_exact(&mut reply.body)?;
        }
        Ok(reply)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Reply {
    /// Returns the value of a field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| &**value)
    }

    /// Returns the body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or("not UTF-8")
    }

    /// Returns the parts that must be equal in all answers to rejected signatures: everything
    /// except `Date` and `Connection`.
    #[must_use]
    pub fn essence(&self) -> Self {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| name != "date" && name != "connection")
            .cloned()
            .collect();
        headers.sort();
        Self { headers, ..self.clone() }
    }
}

/// Returns the hex HMAC-SHA256 of a body.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "for tests, whose secrets are not secret")]
#[expect(clippy::unwrap_used, reason = "for tests, whose secrets are not secret")]
pub fn signature(secret: &str, body: impl AsRef<[u8]>) -> String {
    let signer = Signer::<GitHub>::new(Secret::new(secret).unwrap()).unwrap();
    let (_, value) = signer.sign(body.as_ref()).unwrap().into_iter().next().unwrap();
    value.trim_start_matches("sha256=").to_owned()
}
