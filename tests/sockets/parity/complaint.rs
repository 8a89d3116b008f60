//! Complaints about the behavior of the surfaces.

use countersign_tests::Reply;

use crate::{
    fire::Seen,
    receivers::SURFACES,
    row::{Answer, Expected, Row},
};

impl Row {
    /// Returns a complaint for each surface that did not do what the row expects, or that did not
    /// answer like the others.
    pub(crate) fn complaints(&self, seen: &[Result<Seen, String>]) -> Vec<String> {
        let mut model = None;
        let mut complaints = Vec::new();
        for (surface, seen) in SURFACES.into_iter().zip(seen) {
            let complaint = match seen {
                Ok(seen) => self
                    .complaint(surface, seen)
                    .or_else(|| self.difference(seen, model.get_or_insert((surface, seen)))),
                Err(error) => Some(format!("{error}, instead of {:?}", self.expected)),
            };
            complaints.extend(complaint.map(|text| format!("{} on {surface}: {text}", self.name)));
        }
        complaints
    }

    /// Returns the complaint about one surface, if there is one.
    fn complaint(&self, surface: &str, seen: &Seen) -> Option<String> {
        match &self.expected {
            Expected::Ours { replies, effects } => {
                let told: Vec<_> = seen.replies.iter().map(Answer::of).collect();
                if &told != replies {
                    return Some(format!("answered {told:?} instead of {replies:?}"));
                }
                (&seen.effects != effects)
                    .then(|| format!("did {:?} instead of {effects:?}", seen.effects))
            }
            Expected::Servers { hyper, actix } => {
                let allowed = if surface.starts_with("actix") { actix } else { hyper };
                let told: Vec<_> = seen.replies.iter().map(|reply| reply.status).collect();
                if !allowed.contains(&&*told) {
                    return Some(format!("answered {told:?}, none of {allowed:?}"));
                }
                (!seen.effects.is_empty()).then(|| format!("did {:?}", seen.effects))
            }
        }
    }

    /// Returns the difference between this surface's answers and those of the first surface, if the
    /// row expects our answers and they differ.
    fn difference(&self, seen: &Seen, (first, model): &(&str, &Seen)) -> Option<String> {
        let essence = |seen: &Seen| -> Vec<_> { seen.replies.iter().map(Reply::essence).collect() };
        let (mine, theirs) = (essence(seen), essence(model));
        let is_ours = matches!(self.expected, Expected::Ours { .. });
        (is_ours && mine != theirs)
            .then(|| format!("answered {mine:?} instead of {theirs:?} of {first}"))
    }
}
