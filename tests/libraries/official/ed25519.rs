//! Compares `v1a` of Standard Webhooks with the Ed25519 implementations of other languages, because
//! the libraries of Standard Webhooks do not verify `v1a`.

use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{Secret, Signer, Verifier, providers::StandardWebhooksEd25519};

use crate::{
    Delivery, Difference, Driver, Outcome, Report, Said, Verdict,
    bodies::bodies,
    shape::{URL, now},
};

// RFC 8032, section 7.1, tests 2 and 1.
const PUBLIC: &str = "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
const PRIVATE: &str = "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";
const OTHER_PRIVATE: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

/// The neutral element as a public key. Under this key, the element itself and a zero scalar are a
/// tag of any body.
const WEAK: &str = "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";

/// A name for reports, the public key, and the change to the genuine delivery of a body.
type Row = (&'static str, &'static str, fn(&mut Delivery) -> Outcome);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("body: a byte behind", PUBLIC, |delivery| {
        delivery.body.push(b' ');
        Ok(())
    }),
    ("body: another", PUBLIC, |delivery| {
        delivery.body = b"{}".to_vec();
        Ok(())
    }),
    ("id: changed after signing", PUBLIC, |delivery| {
        value(delivery, "id")?.push('x');
        Ok(())
    }),
    ("time: changed after signing", PUBLIC, |delivery| {
        let time = value(delivery, "timestamp")?;
        *time = (time.parse::<u64>()? - 1).to_string();
        Ok(())
    }),
    ("key: another", PUBLIC, |delivery| {
        *delivery = sign(OTHER_PRIVATE, &delivery.body)?;
        Ok(())
    }),
    ("tag: a bit of its point changed", PUBLIC, |delivery| tag(delivery, |tag| tag[0] ^= 1)),
    ("tag: a bit of its scalar changed", PUBLIC, |delivery| tag(delivery, |tag| tag[32] ^= 1)),
    ("tag: its scalar and the order", PUBLIC, |delivery| tag(delivery, |tag| add_order(tag))),
    ("tag: its halves swapped", PUBLIC, |delivery| tag(delivery, |tag| tag.rotate_left(32))),
    ("tag: zeros", PUBLIC, |delivery| tag(delivery, |tag| tag.fill(0))),
    ("tag: a byte less", PUBLIC, |delivery| tag(delivery, |tag| tag.truncate(63))),
    ("tag: a byte more", PUBLIC, |delivery| tag(delivery, |tag| tag.push(0))),
    ("tag: empty", PUBLIC, |delivery| tag(delivery, Vec::clear)),
    ("key: the neutral element", WEAK, |delivery| tag(delivery, |tag| {
        tag.fill(0);
        tag[0] = 1;
    })),
];

pub(crate) fn check(driver: &mut Driver, library: &str) -> Outcome<Report> {
    let mut report = Report::new::<StandardWebhooksEd25519>(driver, library)?;
    for (name, body) in bodies() {
        let said = Said {
            time: String::new(),
            id: ID.to_owned(),
            url: URL.to_owned(),
            body: body.clone(),
        };
        let headers = driver.sign(library, PRIVATE, &said, now())?.ok_or("they do not sign")?;
        match verify(PUBLIC, &Delivery { headers, body: said.body, url: said.url }) {
            Verdict::Accepted => report.they_signed += 1,
            verdict => report.faults.push(format!("they sign {name}: {verdict:?}")),
        }

        let genuine = sign(PRIVATE, &body)?;
        match (verify(PUBLIC, &genuine), driver.verify(library, PUBLIC, &genuine)?) {
            (Verdict::Accepted, Verdict::Accepted) => report.we_signed += 1,
            verdicts => report.faults.push(format!("we sign {name}: {verdicts:?}")),
        }

        for (case, public, change) in ROWS {
            let mut delivery = genuine.clone();
            change(&mut delivery)?;
            match (verify(public, &delivery), driver.verify(library, public, &delivery)?) {
                (Verdict::Refused(_), Verdict::Refused(_)) => report.refused += 1,
                (Verdict::Refused(_), _) => {
                    let case = (*case).to_owned();
                    let text = String::new();
                    report.differences.push(Difference { case, we_accept: false, text });
                }
                (verdict, _) => report.faults.push(format!("{name}: {case}: {verdict:?}")),
            }
        }
    }
    report.differences.dedup_by(|one, other| one.case == other.case);
    Ok(report)
}

/// Returns our verdict.
fn verify(public: &str, delivery: &Delivery) -> Verdict {
    let verifier = Secret::new(public).and_then(Verifier::<StandardWebhooksEd25519>::new);
    match verifier.map(|verifier| verifier.verify(&delivery.headers, &delivery.body).map(drop)) {
        Ok(Ok(())) => Verdict::Accepted,
        Ok(Err(error)) => Verdict::Refused(error.to_string()),
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

/// Signs a delivery with our signer.
fn sign(private: &str, body: &[u8]) -> Outcome<Delivery> {
    let signer = Signer::<StandardWebhooksEd25519>::new(Secret::new(private)?)?;
    let headers = signer.at(SystemTime::now()).id(ID).sign(body)?.into_iter().collect();
    Ok(Delivery { headers, body: body.to_vec(), url: URL.to_owned() })
}

/// Returns the value of the header `webhook-`….
fn value<'a>(delivery: &'a mut Delivery, name: &str) -> Outcome<&'a mut String> {
    let mut headers = delivery.headers.iter_mut();
    let found = headers.find(|(header, _)| header.strip_prefix("webhook-") == Some(name));
    Ok(found.map(|(_, value)| value).ok_or("no such header")?)
}

fn tag(delivery: &mut Delivery, change: impl Fn(&mut Vec<u8>)) -> Outcome {
    let value = value(delivery, "signature")?;
    let text = value.strip_prefix("v1a,").ok_or("another version")?;
    let mut tag = STANDARD.decode(text).map_err(|error| error.to_string())?;
    change(&mut tag);
    *value = format!("v1a,{}", STANDARD.encode(tag));
    Ok(())
}

/// Adds the group's order to the scalar. A library accepts such a tag if it does not require the
/// least scalar.
fn add_order(tag: &mut [u8]) {
    let mut carry = 0;
    for (digit, order) in tag[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

/// `L` of RFC 8032, section 5.1, with the least digit first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
