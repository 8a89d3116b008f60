//! Requests as bytes.

use countersign_tests::signature;

/// A `POST` request, written field by field.
#[derive(Clone)]
pub(crate) struct Post {
    path: String,
    fields: Vec<Vec<u8>>,
    body: Vec<u8>,
}

pub(crate) const SECRET: &str = "current secret";
pub(crate) const PREVIOUS: &str = "previous secret";

impl Post {
    pub(crate) fn to(path: &str) -> Self {
        Self { path: path.to_owned(), fields: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn body(self, body: impl AsRef<[u8]>) -> Self {
        Self { body: body.as_ref().to_vec(), ..self }
    }

    /// Adds a header line without changes.
    pub(crate) fn field(mut self, line: impl AsRef<[u8]>) -> Self {
        self.fields.push(line.as_ref().to_vec());
        self
    }

    /// Returns the signature header of the path's provider, with the prefix of its value.
    fn header(&self) -> &'static str {
        match self.path.split('?').next() {
            Some("/respan") => "X-Respan-Signature: ",
            Some("/github") => "X-Hub-Signature-256: sha256=",
            Some("/gitea") => "X-Gitea-Signature: ",
            _ => "X-Webhook-Signature: ",
        }
    }

    pub(crate) fn signed_with(self, secret: &str) -> Self {
        let line = format!("{}{}", self.header(), signature(secret, &self.body));
        self.field(line)
    }

    /// Signs the current body. Later changes are not signed.
    pub(crate) fn signed(self) -> Self {
        self.signed_with(SECRET)
    }

    /// Adds a signature that matches no body.
    pub(crate) fn forged(self) -> Self {
        let line = format!("{}{}", self.header(), "0".repeat(64));
        self.field(line)
    }

    /// Returns the head, with fields that describe the body.
    pub(crate) fn head(&self, framing: &str) -> Vec<u8> {
        let mut bytes = format!("POST {} HTTP/1.1\r\nHost: receiver\r\n", self.path).into_bytes();
        for field in &self.fields {
            bytes.extend_from_slice(field);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(framing.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        bytes
    }

    /// Returns the request, which declares the length of its body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.declaring(self.body.len())
    }

    /// Returns the request, which declares this length.
    pub(crate) fn declaring(&self, length: usize) -> Vec<u8> {
        let framing = format!("Content-Length: {length}\r\n");
        [self.head(&framing), self.body.clone()].concat()
    }

    /// Returns the request with a chunked body. The chunks have these sizes in turn, and this
    /// trailer follows the last one.
    pub(crate) fn chunked(&self, sizes: &[usize], trailer: &str) -> Vec<u8> {
        let mut bytes = self.head("Transfer-Encoding: chunked\r\n");
        let mut rest = &self.body[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, left) = rest.split_at(rest.len().min(*size));
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
            rest = left;
        }
        bytes.extend_from_slice(format!("0\r\n{trailer}\r\n").as_bytes());
        bytes
    }
}
