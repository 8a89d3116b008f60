//! One server in a process of its own, in one thread.

use std::{hint::black_box, io::Read, net::Ipv4Addr, process, thread};

use actix_web::{
    App, Error, HttpRequest, HttpResponse, HttpServer, error,
    web::{self, Bytes, PayloadConfig, ServiceConfig},
};
use actix_web_lab::extract::{RequestSignature, RequestSignatureScheme};
use countersign_bench::{
    SECRET,
    servers::{Framework, PATH, configure, router},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    Outcome,
    subject::{LAB, server},
};

/// Serves until the standard input ends, so that no server outlives the process that started it.
pub(crate) fn serve(name: &str, port: u16) -> Outcome<()> {
    thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        process::exit(0);
    });
    if name == LAB {
        return actix(port, lab);
    }
    let server = server(name).ok_or("there is no such server")?;
    match server.framework {
        Framework::Axum => axum(port, router(server.handler)),
        Framework::Actix => actix(port, configure(server.handler)),
    }
}

fn axum(port: u16, router: axum::Router) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        Ok(axum::serve(listener, router).await?)
    })
}

fn actix(
    port: u16,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> Outcome<()> {
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(move || App::new().configure(configure.clone()));
        let server = server.workers(1).disable_signals().bind((Ipv4Addr::LOCALHOST, port))?;
        Ok(server.run().await?)
    })
}

/// actix-web-lab's extractor.
fn lab(config: &mut ServiceConfig) {
    async fn take(signed: RequestSignature<Bytes, Scheme>) -> HttpResponse {
        black_box(signed.into_parts());
        HttpResponse::Ok().finish()
    }
    config.app_data(PayloadConfig::new(2 * 1024 * 1024)).route(PATH, web::post().to(take));
}

/// A scheme as in the documentation of actix-web-lab: keyed in `init`, compared when the body has
/// ended.
struct Scheme(Hmac<Sha256>);

impl RequestSignatureScheme for Scheme {
    type Signature = ();
    type Error = Error;

    async fn init(_: &HttpRequest) -> Result<Self, Error> {
        Ok(Self(Hmac::new_from_slice(SECRET.as_bytes()).unwrap()))
    }

    async fn consume_chunk(&mut self, _: &HttpRequest, chunk: Bytes) -> Result<(), Error> {
        self.0.update(&chunk);
        Ok(())
    }

    async fn finalize(self, request: &HttpRequest) -> Result<(), Error> {
        let candidate = request.headers().get("X-Webhook-Signature");
        let candidate = candidate.ok_or_else(|| error::ErrorUnauthorized("missing"))?;
        let candidate = hex::decode(candidate.as_bytes()).map_err(error::ErrorUnauthorized)?;
        self.0.verify_slice(&candidate).map_err(error::ErrorUnauthorized)
    }

    fn verify((): (), _: &HttpRequest) -> Result<(), Error> {
        Ok(())
    }
}
