//! Cases in which a library decides differently from this project, each with a note on which side
//! is right.

/// A difference of some libraries.
pub(crate) struct Listed {
    /// The library's behavior, and its consequence.
    pub(crate) why: &'static str,
    pub(crate) we_accept: bool,
    pub(crate) right: Right,
    pub(crate) groups: &'static [Group],
}

/// Cases that all these libraries decide differently.
pub(crate) struct Group {
    pub(crate) cases: &'static [&'static str],
    pub(crate) libraries: &'static [&'static str],
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Right {
    /// The libraries accept a delivery that was not signed or that can be replayed, or reject a
    /// genuine one.
    We,
    /// A sender without the secret gains nothing, and no provider sends such a delivery.
    Either,
}

#[rustfmt::skip]
pub(crate) const DIFFERENCES: &[Listed] = &[
    Listed {
        why: "hashes what it decoded from the bytes, and not the bytes: a byte order mark is \
            dropped, and what is no UTF-8 becomes U+FFFD, so that other bytes than the \
            signed ones verify.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &["body: a byte order mark before"],
                libraries: &["npm/stripe"],
            },
            Group {
                cases: &["body: a byte that is no UTF-8 for U+FFFD"],
                libraries: &[
                    "npm/@clerk/backend", "npm/standardwebhooks", "npm/stripe", "npm/svix",
                ],
            },
        ],
    },
    Listed {
        why: "hashes what it decoded from the bytes, and not the bytes: what was signed as it \
            is does not verify. JSON has neither a byte order mark nor anything but UTF-8.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["we sign text behind a byte order mark"],
                libraries: &["npm/stripe"],
            },
            Group {
                cases: &["we sign bytes that are no UTF-8"],
                libraries: &[
                    "npm/@clerk/backend", "npm/standardwebhooks", "npm/stripe", "npm/svix",
                    "pypi/openai", "pypi/paddle-python-sdk", "pypi/slack_sdk",
                    "pypi/standardwebhooks", "pypi/stripe", "pypi/svix",
                ],
            },
            Group {
                cases: &["we sign all bytes"],
                libraries: &[
                    "npm/standardwebhooks", "npm/stripe", "pypi/openai",
                    "pypi/paddle-python-sdk", "pypi/slack_sdk", "pypi/standardwebhooks",
                    "pypi/stripe", "pypi/svix",
                ],
            },
        ],
    },
    Listed {
        why: "parses the body, writes it anew and hashes that: other bytes than the signed ones \
            verify.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &[
                    "body: a newline behind", "body: a space behind", "body: spelled otherwise",
                ],
                libraries: &["npm/@zoom/rivet"],
            },
        ],
    },
    Listed {
        why: "parses the body, writes it anew and hashes that: what was signed as it is does not \
            verify, unless JavaScript would have written it so. Names with emojis are reported to \
            be refused for that. Where the provider does sign the other text, we accept it with \
            `BodyForm::JavaScript`.",
        we_accept: true,
        right: Right::We,
        groups: &[
            Group {
                cases: &[
                    "we sign JSON and a newline", "we sign JSON in lines",
                    "we sign JSON that is not ASCII", "we sign JSON with a repeated name",
                    "we sign JSON with escapes", "we sign JSON with large numbers",
                    "we sign compact JSON", "we sign spaced JSON",
                ],
                libraries: &["npm/@zoom/rivet"],
            },
        ],
    },
    Listed {
        why: "takes an empty body for a missing one. No event is empty.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["we sign an empty body"],
                libraries: &[
                    "npm/@octokit/webhooks-methods", "npm/@shopify/shopify-api",
                    "npm/replicate", "pypi/squareup",
                ],
            },
        ],
    },
    Listed {
        why: "does not look at the version in front of a tag. It is the right tag all the \
            same, but no version can be phased out.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["header: the tag alone"],
                libraries: &["npm/openai", "pypi/openai"],
            },
            Group {
                cases: &[
                    "list: the tag under another version", "list: the key in upper case",
                    "list: the key with a letter before",
                ],
                libraries: &["npm/replicate", "pypi/resend"],
            },
        ],
    },
    Listed {
        why: "takes any point for a public key. Under those of small order, of which the neutral \
            element is one, a signature fits many bodies, and everybody can make it.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &["key: the neutral element"],
                libraries: &["node:crypto", "pypi/cryptography"],
            },
        ],
    },
    Listed {
        why: "decodes base64 leniently: many texts make one tag, so that the header tells no \
            duplicate.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &[
                    "tag: a digit more", "tag: base64 with bits behind its end",
                    "tag: base64 with more padding", "tag: twice",
                ],
                libraries: &["npm/openai", "pypi/standardwebhooks", "pypi/svix"],
            },
            Group {
                cases: &[
                    "tag: base64 for URLs", "tag: base64 without padding",
                    "tag: without its last digit",
                ],
                libraries: &["npm/openai"],
            },
        ],
    },
    Listed {
        why: "cuts the header at each sign, and does not look behind the second piece: \
            anything may follow a tag, so that the header tells no duplicate.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["tag: something behind a sign"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/@slack/bolt",
                    "npm/openai", "npm/replicate", "npm/resend", "npm/standardwebhooks",
                    "npm/stripe", "npm/svix", "pypi/stripe",
                ],
            },
            Group {
                cases: &["tag: twice with a comma between"],
                libraries: &[
                    "npm/@clerk/backend", "npm/openai", "npm/replicate", "npm/resend",
                    "npm/standardwebhooks", "npm/svix", "pypi/openai",
                ],
            },
        ],
    },
    Listed {
        why: "compares text. A tag in hex is the same in upper case.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["tag: hex in upper case"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "npm/@linear/sdk",
                    "npm/@octokit/webhooks-methods", "npm/@paddle/paddle-node-sdk",
                    "npm/@slack/bolt", "npm/@zoom/rivet", "npm/stripe", "npm/webflow-api",
                    "pypi/elevenlabs", "pypi/paddle-python-sdk", "pypi/slack_sdk",
                    "pypi/stripe",
                ],
            },
        ],
    },
    Listed {
        why: "has no bound for the entries of a list. Eight are more than any provider sends; \
            beyond, each would cost a comparison.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["list: nine, the right one first"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@elevenlabs/elevenlabs-js", "npm/openai",
                    "npm/replicate", "npm/resend", "npm/standardwebhooks", "npm/stripe",
                    "npm/svix", "pypi/openai", "pypi/paddle-python-sdk", "pypi/resend",
                    "pypi/standardwebhooks", "pypi/stripe", "pypi/svix",
                ],
            },
            Group {
                cases: &["list: nine, the right one last"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/openai",
                    "npm/replicate", "npm/resend", "npm/standardwebhooks", "npm/stripe",
                    "npm/svix", "pypi/elevenlabs", "pypi/openai", "pypi/paddle-python-sdk",
                    "pypi/resend", "pypi/standardwebhooks", "pypi/stripe", "pypi/svix",
                ],
            },
        ],
    },
    Listed {
        why: "looks at one entry of a list, the first or the last. Two are how a secret is \
            rotated; its provider may rotate otherwise.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["list: two, the right one first"],
                libraries: &["npm/@paddle/paddle-node-sdk", "pypi/elevenlabs"],
            },
            Group {
                cases: &["list: two, the right one last", "list: eight, the right one last"],
                libraries: &["npm/@elevenlabs/elevenlabs-js"],
            },
            Group {
                cases: &["list: a short one behind the right one"],
                libraries: &["npm/@paddle/paddle-node-sdk", "pypi/elevenlabs"],
            },
            Group {
                cases: &["list: an empty one behind the right one"],
                libraries: &["pypi/elevenlabs"],
            },
        ],
    },
    Listed {
        why: "refuses a list with an empty entry. No provider sends one; an entry that is malformed \
            otherwise is passed over there, too.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["list: an empty one behind the right one"],
                libraries: &["npm/stripe"],
            },
        ],
    },
    Listed {
        why: "does not trim the entries of a list. No provider writes spaces there; nothing is \
            guessed by taking them.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["list: a space more behind separators"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "npm/@paddle/paddle-node-sdk",
                    "npm/stripe", "pypi/elevenlabs", "pypi/paddle-python-sdk",
                    "pypi/standardwebhooks", "pypi/stripe", "pypi/svix",
                ],
            },
        ],
    },
    Listed {
        why: "refuses entries that it does not know, and would refuse the next version's.",
        we_accept: true,
        right: Right::We,
        groups: &[
            Group {
                cases: &["list: unknown entries before and behind"],
                libraries: &["pypi/paddle-python-sdk"],
            },
        ],
    },
    Listed {
        why: "bounds the past and not the future: a delivery signed by a clock that is ahead \
            can be replayed until then.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &["time: an hour over the tolerance ahead", "time: in the other unit"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "npm/@paddle/paddle-node-sdk",
                    "npm/@slack/bolt", "npm/stripe", "pypi/elevenlabs", "pypi/stripe",
                ],
            },
            Group {
                cases: &["time: of 20 digits", "time: of 400 digits"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "pypi/elevenlabs", "pypi/stripe",
                ],
            },
        ],
    },
    Listed {
        why: "does not look at the time at all: a delivery can be replayed for ever.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &[
                    "time: an hour over the tolerance ahead", "time: in the other unit",
                    "time: of 20 digits", "time: of 400 digits", "time: no number",
                    "time: with a fraction", "time: with a plus sign",
                    "time: with an underscore", "time: with letters behind",
                    "time: an hour over the tolerance ago", "time: zero", "time: negative",
                ],
                libraries: &["npm/replicate", "npm/webflow-api"],
            },
            Group {
                cases: &["time: empty"],
                libraries: &["npm/webflow-api"],
            },
            Group {
                cases: &[
                    "time: an hour over the tolerance ahead", "time: in the other unit",
                    "time: no number, signed as NaN", "time: with a fraction",
                    "time: an hour over the tolerance ago", "time: zero", "time: negative",
                ],
                libraries: &["npm/@zoom/rivet"],
            },
        ],
    },
    Listed {
        why: "compares with NaN, which is never too old: what is no number passes.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &["time: no number"],
                libraries: &["npm/@elevenlabs/elevenlabs-js"],
            },
            Group {
                cases: &["time: no number, signed as NaN"],
                libraries: &["npm/@paddle/paddle-node-sdk", "npm/stripe"],
            },
        ],
    },
    Listed {
        why: "reads the time as its language reads numbers. Providers write digits alone.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["time: with a fraction"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "npm/@slack/bolt", "npm/openai",
                ],
            },
            Group {
                cases: &["time: with a plus sign"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "npm/openai", "pypi/elevenlabs",
                    "pypi/openai", "pypi/resend", "pypi/slack_sdk",
                ],
            },
            Group {
                cases: &["time: with an underscore"],
                libraries: &[
                    "npm/@elevenlabs/elevenlabs-js", "pypi/elevenlabs", "pypi/openai",
                    "pypi/resend", "pypi/slack_sdk",
                ],
            },
            Group {
                cases: &["time: with letters behind"],
                libraries: &["npm/@elevenlabs/elevenlabs-js", "npm/openai"],
            },
        ],
    },
    Listed {
        why: "hashes the number that it read from the time, and not the text that was sent: \
            several texts verify with one tag, and mean the same time.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["time: with a fraction, signed without"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/resend",
                    "npm/standardwebhooks", "npm/stripe", "npm/svix", "pypi/standardwebhooks",
                    "pypi/svix",
                ],
            },
            Group {
                cases: &[
                    "time: with a plus sign, signed without",
                    "time: with a zero before, signed without",
                ],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/@slack/bolt",
                    "npm/@zoom/rivet", "npm/resend", "npm/standardwebhooks", "npm/stripe",
                    "npm/svix", "pypi/paddle-python-sdk", "pypi/standardwebhooks",
                    "pypi/stripe", "pypi/svix",
                ],
            },
            Group {
                cases: &["time: with an exponent, signed without"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/@slack/bolt",
                    "npm/@zoom/rivet", "npm/resend", "npm/standardwebhooks", "npm/stripe",
                    "npm/svix", "pypi/standardwebhooks", "pypi/svix",
                ],
            },
            Group {
                cases: &["time: with an underscore, signed without"],
                libraries: &[
                    "pypi/paddle-python-sdk", "pypi/standardwebhooks", "pypi/stripe",
                    "pypi/svix",
                ],
            },
            Group {
                cases: &["time: with letters behind, signed without"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/resend",
                    "npm/standardwebhooks", "npm/stripe", "npm/svix",
                ],
            },
            Group {
                cases: &["time: a space before, signed without"],
                libraries: &[
                    "npm/@paddle/paddle-node-sdk", "npm/stripe", "pypi/paddle-python-sdk",
                    "pypi/stripe",
                ],
            },
        ],
    },
    Listed {
        why: "accepts an id that holds the dot behind it. One signed text then has several \
            readings: the tag of an old delivery fits another id, time and body. The \
            specification of Standard Webhooks warns of such ids. Libraries that accept the \
            first case and not the second one fail to parse the body.",
        we_accept: false,
        right: Right::We,
        groups: &[
            Group {
                cases: &["id: a full stop within, signed"],
                libraries: &[
                    "npm/@clerk/backend", "npm/openai", "npm/replicate", "npm/resend",
                    "npm/standardwebhooks", "npm/svix", "pypi/openai", "pypi/resend",
                    "pypi/standardwebhooks", "pypi/svix",
                ],
            },
            Group {
                cases: &["id: an old text read otherwise"],
                libraries: &[
                    "npm/openai", "npm/replicate", "npm/standardwebhooks", "pypi/openai",
                    "pypi/standardwebhooks", "pypi/svix",
                ],
            },
        ],
    },
    Listed {
        why: "hashes the number that it read from the time, and not the text that was sent. \
            Providers write no zero in front.",
        we_accept: true,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["time: with a zero before"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@paddle/paddle-node-sdk", "npm/@slack/bolt",
                    "npm/@zoom/rivet", "npm/resend", "npm/standardwebhooks", "npm/stripe",
                    "npm/svix", "pypi/paddle-python-sdk", "pypi/standardwebhooks",
                    "pypi/stripe", "pypi/svix",
                ],
            },
        ],
    },
    Listed {
        why: "takes one of two times, and hashes the one that it judges. Which one another \
            reader of the header takes is open.",
        we_accept: false,
        right: Right::Either,
        groups: &[
            Group {
                cases: &["time: repeated"],
                libraries: &[
                    "npm/@clerk/backend", "npm/@elevenlabs/elevenlabs-js",
                    "npm/@paddle/paddle-node-sdk", "npm/resend", "npm/standardwebhooks",
                    "npm/stripe", "npm/svix", "pypi/elevenlabs", "pypi/paddle-python-sdk",
                    "pypi/stripe",
                ],
            },
            Group {
                cases: &["time: repeated, the first one signed"],
                libraries: &["npm/@elevenlabs/elevenlabs-js", "pypi/stripe"],
            },
            Group {
                cases: &["time: repeated, the last one signed"],
                libraries: &[
                    "npm/@paddle/paddle-node-sdk", "npm/stripe", "pypi/elevenlabs",
                    "pypi/paddle-python-sdk",
                ],
            },
        ],
    },
];
