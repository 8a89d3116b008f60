//! The arguments of `send`.

use std::{
    num::NonZeroUsize,
    time::{Duration, SystemTime},
};

use clap::Args;
use countersign_core::providers::AnyProvider;

use crate::{
    duration,
    header::{self, Field},
    http, moment, provider, schedule,
    secrets::SecretArguments,
};

/// Sends a signed delivery to a receiver, as a provider would
#[derive(Args)]
#[command(after_help = "Examples:
  countersign send github http://127.0.0.1:3000/github --type push
  countersign send stripe http://127.0.0.1:3000/stripe id=evt_2 data.object.amount_paid:=5
  countersign send slack http://127.0.0.1:3000/slack body.json --tamper
  countersign send linear http://127.0.0.1:3000/linear --schedule provider --speed 600
  countersign send resend http://127.0.0.1:3000/resend --times 1000 --parallel 8

`countersign providers NAME` lists the sample events of a provider.")]
pub(crate) struct Arguments {
    /// The provider, such as stripe
    #[arg(value_parser = provider::parser(), hide_possible_values = true)]
    pub(super) provider: AnyProvider,
    /// The receiver, such as http://127.0.0.1:3000/stripe
    #[arg(value_parser = http::parse_url)]
    pub(super) url: String,
    /// A FILE with the body (`-` for the standard input), or members to change in the sample:
    /// `id=evt_2 data.name=Zoë`, `data.cents:=5` for JSON, `id=` removes a member
    #[arg(value_name = "FILE|MEMBER=VALUE")]
    pub(super) rest: Vec<String>,
    /// Sends the sample event of this type [default: the first one of the provider]
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "text")]
    pub(super) event_type: Option<String>,
    /// Sends this text instead of a sample
    #[arg(long)]
    pub(super) text: Option<String>,
    /// Id of the delivery. It goes into the provider's id header, or into the id member of the
    /// sample
    #[arg(long)]
    pub(super) id: Option<String>,
    /// Another header, or another value, such as `X-GitHub-Event: push`
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header::parse)]
    pub(super) headers: Vec<Field>,
    /// Puts the signature into this header instead of the provider's
    #[arg(long, value_name = "NAME")]
    pub(super) signature_header: Option<String>,
    /// URL to sign, if the receiver behind a proxy has another one [default: URL]
    #[arg(long, value_name = "URL")]
    pub(super) signed_url: Option<String>,
    /// Signed time: RFC 3339, or seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    pub(super) at: Option<SystemTime>,
    /// Number of deliveries, each with its own id
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) times: NonZeroUsize,
    /// Number of deliveries at the same time
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) parallel: NonZeroUsize,
    /// Sends each delivery twice: the same bytes, with the same signature
    #[arg(long)]
    pub(super) duplicate: bool,
    /// Signs a time that is older than the provider's tolerance
    #[arg(long, conflicts_with = "at")]
    pub(super) stale: bool,
    /// Changes the body after it was signed
    #[arg(long)]
    pub(super) tamper: bool,
    /// Sends no signature
    #[arg(long, conflicts_with = "tamper")]
    pub(super) unsigned: bool,
    /// Sends the body in chunks, without its length
    #[arg(long)]
    pub(super) chunked: bool,
    /// Sends again after another answer than 2xx: `provider` for its documented schedule, or the
    /// waits before each attempt, such as 0,60,300
    #[arg(long, value_name = "WAITS")]
    pub(super) schedule: Option<String>,
    /// Divides the waits by this factor
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = schedule::speed)]
    pub(super) speed: f64,
    /// Longest wait for an answer
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration::parse)]
    pub(super) timeout: Duration,
    #[command(flatten)]
    pub(super) secrets: SecretArguments,
}
