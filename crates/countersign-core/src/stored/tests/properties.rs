//! Tests that any delivery is the same after it was stored and read.

use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::{
    custom::Custom,
    providers::{GitHub, StandardWebhooks},
    scheme::BodyForm,
    stored::{
        form::FormName, headers::StoredHeaders, octets::Octets, time::StoredTime, version::Version,
    },
};

/// Text, or any bytes.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![any::<String>().prop_map(String::into_bytes), vec(any::<u8>(), 0..200)]
}

fn name() -> impl Strategy<Value = Box<str>> {
    any::<String>().prop_map(String::into_boxed_str)
}

prop_compose! {
    fn deliveries()(
        (provider, endpoint) in (name(), name()),
        (tenant, id, event_type) in (option::of(name()), option::of(name()), option::of(name())),
        (id_signed, type_signed) in any::<(bool, bool)>(),
        signed_id in option::of(name()),
        secret_index in any::<usize>(),
        (received_at, signed_at) in any::<(i64, Option<i64>)>(),
        values in vec(bytes(), 0..4),
        body in bytes(),
    ) -> StoredDelivery {
        let names = ["X-Hub-Signature-256", "x-github-event", "Cookie", "X-GitHub-Event"];
        let headers: Vec<_> = names.into_iter().zip(values).collect();
        let time = |millis| StoredTime::try_from(millis).unwrap();
        StoredDelivery {
            version: Version,
            provider,
            endpoint,
            tenant,
            id,
            id_signed,
            event_type,
            type_signed,
            signed_id,
            form: FormName::of(BodyForm::JavaScript),
            secret_index,
            received_at: time(received_at),
            signed_at: signed_at.map(time),
            headers: StoredHeaders::of(
                const { &GitHub::SCHEME },
                &GitHub::EVENT,
                &Custom::default(),
                &headers,
            ),
            body: Octets::copy(&body),
        }
    }
}

proptest! {
    #[test]
    fn reads_what_it_wrote_in_each_format(stored in deliveries()) {
        round_trip(&stored).unwrap();
    }

    #[test]
    fn a_proof_comes_back_whole(body in bytes(), id in "[!-~&&[^.]]{1,40}") {
        let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let signer = Signer::<StandardWebhooks>::new(secret.clone()).unwrap();
        let headers = signer.at(received_at()).id(&id).sign(&body).unwrap();
        let verifier = Verifier::<StandardWebhooks>::new(secret).unwrap();
        let verified = verifier.verify_at(received_at(), &headers, &body).unwrap();
        let json = serde_json::to_string(&verified.to_stored(&headers, received_at())).unwrap();
        let stored = serde_json::from_str(&json).unwrap();
        let restored = verifier.restore_from_trusted_store(&stored).unwrap();
        for proof in [restored, verifier.verify_again(&stored).unwrap()] {
            prop_assert_eq!(proof.bytes(), &body);
            prop_assert_eq!(proof.signed_id(), Some(&*id));
            prop_assert_eq!(proof.signed_at(), verified.signed_at());
        }
    }
}
