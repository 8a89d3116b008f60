use countersign::{
    HeaderSource, Rejection, Verified, Verifier, adapter::Extractor, providers::GitHub,
};

struct Own(Verified<GitHub>);

// The trait is sealed.
impl Extractor for Own {
    type Verifiers = Verifier<GitHub>;

    fn read<H: HeaderSource + ?Sized>(
        proof: Verified<GitHub>,
        _: &H,
    ) -> Result<Self, Rejection> {
        Ok(Self(proof))
    }
}

fn main() {}
