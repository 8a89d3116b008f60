//! The servers that are measured, and those that they are compared with.

use countersign_bench::{
    Delivery,
    servers::{Framework, Handler, Server},
};

use crate::Settings;

/// A server under a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The name in tables.
    pub(crate) name: String,
    pub(crate) program: Program,
    /// True if deliveries are signed. Unsigned ones must be rejected.
    pub(crate) is_signed: bool,
    /// The bare framework, by name.
    pub(crate) bare: Option<String>,
    /// The same work without this project, by name.
    pub(crate) limit: Option<String>,
}

/// The program that serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// This program, as the server of this name.
    Own(String),
    /// Express, as manuals show it.
    Express,
    /// Flask, as manuals show it.
    Flask,
}

pub(crate) const LAB: &str = "actix-web: actix-web-lab's RequestSignature";
pub(crate) const EXPRESS: &str = "Express, documented receiver";
pub(crate) const FLASK: &str = "Flask, documented receiver, 2 processes";

impl Subject {
    /// Makes the subject of a server of ours or of a bare framework.
    pub(crate) fn of(framework: Framework, handler: Handler) -> Self {
        let name = |handler| Server { framework, handler }.name();
        Self {
            name: name(handler),
            program: Program::Own(name(handler)),
            is_signed: true,
            bare: Some(name(Handler::Bare)),
            limit: Some(name(handler.limit())),
        }
    }

    /// Makes the same subject with deliveries that are not signed.
    fn unsigned(self) -> Self {
        Self {
            name: format!("{}, unsigned: 401", self.name),
            is_signed: false,
            limit: None,
            ..self
        }
    }

    /// Returns the delivery that is sent.
    pub(crate) fn delivery(&self, size: usize) -> Delivery {
        let delivery = Delivery::plain(size);
        if self.is_signed { delivery } else { delivery.without("x-webhook-signature") }
    }

    /// Returns the status that every answer must have.
    pub(crate) fn expected(&self) -> u16 {
        if self.is_signed { 200 } else { 401 }
    }

    /// Returns whether the server can reject a forged delivery.
    pub(crate) fn verifies(&self) -> bool {
        const BLIND: [Handler; 4] = [Handler::Bare, Handler::Raw, Handler::Json, Handler::RawJson];
        let Program::Own(name) = &self.program else { return true };
        server(name).is_none_or(|server| !BLIND.contains(&server.handler))
    }
}

/// Returns the server of a name.
pub(crate) fn server(name: &str) -> Option<Server> {
    let servers = [Framework::Axum, Framework::Actix].into_iter().flat_map(|framework| {
        Handler::ALL.into_iter().map(move |handler| Server { framework, handler })
    });
    servers.into_iter().find(|server| server.name() == name)
}

/// Returns all subjects that are compared with bodies of one size.
pub(crate) fn subjects(size: usize, settings: &Settings) -> Vec<Subject> {
    let mut all = Vec::new();
    for framework in [Framework::Axum, Framework::Actix] {
        all.extend(Handler::ALL.map(|handler| Subject::of(framework, handler)));
        if size == 1024 {
            let refusing = [Handler::Extractor, Handler::Behind];
            all.extend(refusing.map(|handler| Subject::of(framework, handler).unsigned()));
        }
    }
    let lab = Subject::of(Framework::Actix, Handler::Extractor);
    all.push(Subject { name: LAB.to_owned(), program: Program::Own(LAB.to_owned()), ..lab });
    if !settings.without_documented {
        for (name, program) in [(EXPRESS, Program::Express), (FLASK, Program::Flask)] {
            let name = name.to_owned();
            all.push(Subject { name, program, is_signed: true, bare: None, limit: None });
        }
    }
    let Some(only) = &settings.only else { return all };
    let is_wanted = |subject: &Subject| subject.name.contains(only);
    let held_against: Vec<_> = all
        .iter()
        .filter(|subject| is_wanted(subject))
        .flat_map(|subject| [subject.bare.clone(), subject.limit.clone()])
        .flatten()
        .collect();
    all.retain(|subject| is_wanted(subject) || held_against.contains(&subject.name));
    all
}
