//! Compares us with one library, both ways.

use std::time::{Duration, UNIX_EPOCH};

use countersign::{Provider, Secret, Signer, Verifier};

use crate::{
    Delivery, Driver, Outcome, Said, Shape, Verdict,
    bodies::bodies,
    rows::{GENUINE, ROWS},
    shape,
};

/// What came out for one provider and library.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) provider: &'static str,
    /// With its registry.
    pub(crate) library: String,
    pub(crate) version: String,
    pub(crate) they_signed: usize,
    pub(crate) we_signed: usize,
    /// Refused by both.
    pub(crate) refused: usize,
    /// Not as a signer makes them, and accepted by both.
    pub(crate) accepted: usize,
    /// The cases where the two differ.
    pub(crate) differences: Vec<Difference>,
    /// What is wrong with us.
    pub(crate) faults: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) case: String,
    pub(crate) we_accept: bool,
    /// Why they refuse.
    pub(crate) text: String,
}

/// Compares `P` with a library.
pub(crate) fn check<P: Provider>(
    shape: &Shape,
    driver: &mut Driver,
    library: &str,
) -> Outcome<Report> {
    let mut report = Report {
        provider: P::NAME,
        library: format!("{}/{library}", driver.registry),
        version: driver.version(library)?,
        they_signed: 0,
        we_signed: 0,
        refused: 0,
        accepted: 0,
        differences: Vec::new(),
        faults: Vec::new(),
    };
    let secret = shape.secrets[0];
    let verifier = Verifier::<P>::new(Secret::new(secret)?)?.url(shape::URL);
    let signer = Signer::<P>::new(Secret::new(secret)?)?.url(shape::URL);
    let ours = |delivery: &Delivery| match verifier.verify(&delivery.headers, &delivery.body) {
        Ok(_) => Verdict::Accepted,
        Err(error) => Verdict::Refused(error.to_string()),
    };

    for (name, body) in bodies() {
        let seconds = shape::now();
        let said = Said { time: shape.time_text(seconds), ..shape.said_with(&body) };
        if let Some(headers) = driver.sign(library, secret, &said, seconds)? {
            let delivery = Delivery { headers, body: said.body.clone(), url: said.url.clone() };
            match ours(&delivery) {
                Verdict::Accepted => report.they_signed += 1,
                verdict => report.faults.push(format!("they sign {name}: {verdict:?}")),
            }
        }

        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        let headers = signer.at(time).id(&said.id).sign(&said.body)?.into_iter().collect();
        let delivery = Delivery { headers, body: said.body, url: said.url };
        let theirs = driver.verify(library, secret, &delivery)?;
        match (ours(&delivery), theirs) {
            (_, Verdict::Cannot) => {}
            (Verdict::Accepted, Verdict::Accepted) => report.we_signed += 1,
            (Verdict::Accepted, Verdict::Refused(text)) => {
                let case = format!("we sign {name}");
                report.differences.push(Difference { case, we_accept: true, text });
            }
            (verdict, _) => report.faults.push(format!("we sign {name}: {verdict:?}")),
        }
    }

    for (name, is_accepted, make) in ROWS {
        let Some(delivery) = make(shape) else { continue };
        let ours = ours(&delivery);
        if matches!(ours, Verdict::Accepted) != *is_accepted {
            report.faults.push(format!("{name}: {ours:?}"));
            continue;
        }
        let theirs = driver.verify(library, secret, &delivery)?;
        let (we_accept, text) = match (&ours, theirs) {
            (_, Verdict::Cannot) => continue,
            (Verdict::Accepted, Verdict::Accepted) => {
                report.accepted += 1;
                continue;
            }
            // Then the question was put wrongly.
            (_, Verdict::Refused(text)) if *name == GENUINE => {
                report.faults.push(format!("{name}: they refuse: {text}"));
                continue;
            }
            (Verdict::Accepted, Verdict::Refused(text)) => (true, text),
            (_, Verdict::Accepted) => (false, String::new()),
            (_, Verdict::Refused(_)) => {
                report.refused += 1;
                continue;
            }
        };
        let case = (*name).to_owned();
        report.differences.push(Difference { case, we_accept, text });
    }
    Ok(report)
}
