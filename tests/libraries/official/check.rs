//! Compares this project with one library, in both directions.

use std::time::{Duration, SystemTime};

use countersign::{Provider, Secret, Signer, Verifier};

use crate::{
    Delivery, Driver, Outcome, Said, Shape, Verdict,
    bodies::bodies,
    command,
    rows::{GENUINE, ROWS},
    shape,
};

/// The result for one provider and library.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) provider: &'static str,
    /// The library's name, with its registry if it has one.
    pub(crate) library: String,
    pub(crate) version: String,
    pub(crate) they_signed: usize,
    pub(crate) we_signed: usize,
    /// Count of the cases that both reject.
    pub(crate) refused: usize,
    /// Count of the cases that no signer makes and that both accept.
    pub(crate) accepted: usize,
    /// The cases where the two differ.
    pub(crate) differences: Vec<Difference>,
    /// Faults of this project.
    pub(crate) faults: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) case: String,
    pub(crate) we_accept: bool,
    /// Error text of the library, if it rejects.
    pub(crate) text: String,
}

impl Report {
    pub(crate) fn new<P: Provider>(driver: &mut Driver, library: &str) -> Outcome<Self> {
        let version = driver.version(library)?;
        let library = match library {
            "node:crypto" => library.to_owned(),
            _ => format!("{}/{library}", driver.registry),
        };
        Ok(Self {
            provider: P::NAME,
            library,
            version,
            they_signed: 0,
            we_signed: 0,
            refused: 0,
            accepted: 0,
            differences: Vec::new(),
            faults: Vec::new(),
        })
    }
}

/// Compares `P` with a library.
pub(crate) fn check<P: Provider>(
    shape: &Shape,
    driver: &mut Driver,
    library: &str,
) -> Outcome<Report> {
    let secret = Secret::new(shape.secrets[0])?;
    let (verifier, signer) = (Verifier::<P>::new(secret.clone())?, Signer::new(secret)?);
    compare(&verifier, &signer, shape, driver, library)
}

/// Compares `P`, whose scheme signs the URL, with a library.
pub(crate) fn check_with_url<P: Provider>(
    shape: &Shape,
    driver: &mut Driver,
    library: &str,
) -> Outcome<Report> {
    let secret = Secret::new(shape.secrets[0])?;
    let verifier = Verifier::<P>::with_url(secret.clone(), shape::URL)?;
    let signer = Signer::with_url(secret, shape::URL)?;
    compare(&verifier, &signer, shape, driver, library)
}

fn compare<P: Provider>(
    verifier: &Verifier<P>,
    signer: &Signer<P>,
    shape: &Shape,
    driver: &mut Driver,
    library: &str,
) -> Outcome<Report> {
    let mut report = Report::new::<P>(driver, library)?;
    let secret = shape.secrets[0];
    let ours = |delivery: &Delivery| match verifier.verify(&delivery.headers, &delivery.body) {
        Ok(_) => Verdict::Accepted,
        Err(error) => Verdict::Refused(error.to_string()),
    };

    for (name, body) in bodies() {
        let signed = in_time(|| {
            let seconds = shape::now();
            let said = Said { time: shape.time_text(seconds), ..shape.said_with(&body) };
            let headers = driver.sign(library, secret, &said, seconds)?;
            Ok(headers.map(|headers| ours(&Delivery { headers, body: said.body, url: said.url })))
        })?;
        match signed {
            None => {}
            Some(Verdict::Accepted) => report.they_signed += 1,
            Some(verdict) => report.faults.push(format!("they sign {name}: {verdict:?}")),
        }

        let (ours, theirs) = in_time(|| {
            let now = SystemTime::now();
            let said = shape.said_with(&body);
            let headers = signer.at(now).id(&said.id).sign(&said.body)?.into_iter().collect();
            let delivery = Delivery { headers, body: said.body, url: said.url };
            Ok((ours(&delivery), driver.verify(library, secret, &delivery)?))
        })?;
        match (ours, theirs) {
            (_, Verdict::Cannot) => {}
            (Verdict::Accepted, Verdict::Accepted) => report.we_signed += 1,
            (Verdict::Accepted, Verdict::Refused(text)) => {
                let case = format!("we sign {name}");
                report.differences.push(Difference { case, we_accept: true, text });
            }
            (verdict, _) => report.faults.push(format!("we sign {name}: {verdict:?}")),
        }
    }

    command::compare(&mut report, shape, driver, library)?;
    for (name, is_accepted, make) in ROWS {
        let verdicts = in_time(|| {
            let Some(delivery) = make(shape) else { return Ok(None) };
            Ok(Some((ours(&delivery), driver.verify(library, secret, &delivery)?)))
        })?;
        let Some((ours, theirs)) = verdicts else { continue };
        if matches!(ours, Verdict::Accepted) != *is_accepted {
            report.faults.push(format!("{name}: {ours:?}"));
            continue;
        }
        let (we_accept, text) = match (&ours, theirs) {
            (_, Verdict::Cannot) => continue,
            (Verdict::Accepted, Verdict::Accepted) => {
                report.accepted += 1;
                continue;
            }
            // In this case, the driver asked the library wrongly.
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

/// Signs and verifies, and repeats both if they took so long that the verdict may be about the
/// delay. A library is loaded with the first question, and the machine may be busy.
///
/// The least tolerance is 5 s (Paddle's). The question may take 2 s of it, and a timestamp without
/// its fraction 1 s.
fn in_time<T>(mut ask: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    const BOUND: Duration = Duration::from_secs(2);
    for _ in 0..10 {
        let start = SystemTime::now();
        let answer = ask()?;
        // This is an error if the clock was set back.
        if start.elapsed().is_ok_and(|took| took <= BOUND) {
            return Ok(answer);
        }
    }
    Err(format!("ten times, no answer came within {BOUND:?}").into())
}
