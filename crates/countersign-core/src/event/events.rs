//! The macro that defines enums of events.

/// Defines an enum of the events that you handle, and implements [`Event`](crate::Event) for it.
///
/// Each line has the provider's name of an event type, a variant, and the type that the variant
/// holds: a type that deserializes from the event's data, or an
/// [`Envelope`](crate::event::Envelope) around one. The macro adds a variant `Unknown` for all
/// other types, which keeps the event whole. An event of a listed type whose data does not fit is
/// an error, never `Unknown`. Absent data counts as `null`, which an `Option` and `()` accept.
///
/// To derive `Deserialize` for the types of the data, your crate needs serde with the feature
/// `derive`: `cargo add serde --features derive`.
///
/// The enum has the methods `event_type()` and `id()`. `id()` returns the id of the
/// [envelope](crate::event::Envelope), and `None` for a variant that holds only the data.
/// `Webhook::id` of the crate `countersign` reads the id from the delivery, for every variant. Your
/// own types can also keep the id: see [`FromEnvelope`](crate::event::FromEnvelope).
///
/// # Examples
///
/// ```
/// use countersign::{Event, event::Envelope, events, providers::XWebhookSignature};
///
/// #[derive(serde::Deserialize)]
/// pub struct Invoice { total: u64 }
///
/// events! {
///     /// Events of the billing system.
///     pub enum BillingEvent for XWebhookSignature {
///         "invoice.paid" => Paid(Invoice),
///         "invoice.voided" => Voided(Envelope<Invoice>),
///     }
/// }
/// # use countersign::{Secret, Signer, Verifier};
/// # fn parse(body: &[u8]) -> Result<BillingEvent, Box<dyn std::error::Error>> {
/// #     let secret = Secret::new("key")?;
/// #     let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
/// #     let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
/// #     Ok(BillingEvent::parse(&verified.delivery(&headers))?)
/// # }
///
/// let event = parse(br#"{"id":"evt_1","type":"invoice.paid","data":{"total":12}}"#)?;
/// assert_eq!(event.event_type(), "invoice.paid");
/// assert_eq!(event.id(), None);
/// assert!(matches!(event, BillingEvent::Paid(Invoice { total: 12 })));
///
/// let event = parse(br#"{"id":"evt_4","type":"invoice.voided","data":{"total":12}}"#)?;
/// assert_eq!(event.id(), Some("evt_4"));
///
/// let event = parse(br#"{"id":"evt_2","type":"invoice.sent","data":7}"#)?;
/// assert!(matches!(event, BillingEvent::Unknown(unknown) if unknown.json.as_str().ends_with("7}")));
///
/// assert!(parse(br#"{"id":"evt_3","type":"invoice.paid","data":7}"#).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Guide: [your own events][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/own_events/index.html
#[macro_export]
macro_rules! events {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident for $provider:ty {
            $( $(#[$variant_meta:meta])* $event_type:literal => $variant:ident($payload:ty) ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $visibility enum $name {
            $(
                #[doc = ::core::concat!("`", $event_type, "`.")]
                $(#[$variant_meta])*
                $variant($payload),
            )+
            /// An event of another type, kept whole.
            Unknown($crate::event::UnknownEvent),
        }

        impl $name {
            /// Returns the event's type, as the provider writes it.
            #[allow(dead_code, reason = "not every caller uses it")]
            #[must_use]
            $visibility fn event_type(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $event_type, )+
                    Self::Unknown(unknown) => &unknown.event_type,
                }
            }

            /// Returns the event's id, if the variant holds it: an `Envelope` and `Unknown` hold
            /// the id, but plain data does not.
            #[allow(dead_code, reason = "not every caller uses it")]
            #[must_use]
            $visibility fn id(&self) -> ::core::option::Option<&str> {
                match self {
                    $( Self::$variant(held) => {
                        <$payload as $crate::event::FromEnvelope>::event_id(held)
                    } )+
                    Self::Unknown(unknown) => unknown.id.as_deref(),
                }
            }

            /// Reads the event from an envelope that was read before.
            ///
            /// # Errors
            ///
            /// Returns an error if the data does not fit the type.
            #[allow(dead_code, reason = "not every caller uses it")]
            $visibility fn from_envelope(
                envelope: $crate::event::RawEnvelope<'_>,
            ) -> ::core::result::Result<Self, $crate::PayloadError> {
                $crate::__Variants::from_raw(envelope)
            }
        }

        impl $crate::Event for $name {
            type Provider = $provider;

            fn parse(
                delivery: &$crate::event::Delivery<'_>,
            ) -> ::core::result::Result<Self, $crate::PayloadError> {
                $crate::__Variants::read(delivery)
            }

            fn __listed_type(&self) -> ::core::option::Option<&'static str> {
                match self {
                    $( Self::$variant(_) => ::core::option::Option::Some($event_type), )+
                    Self::Unknown(_) => ::core::option::Option::None,
                }
            }
        }

        impl $crate::__Variants for $name {
            fn choose<R: $crate::__Reader<Self>>(event_type: &str, reader: R) -> R::Output {
                match event_type {
                    $( $event_type => reader.known(Self::$variant), )+
                    _ => reader.unknown(Self::Unknown),
                }
            }
        }
    };
}
