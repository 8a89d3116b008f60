//! Frameworks of receivers.

/// The framework of a receiver. The advice of a report depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framework {
    /// axum.
    Axum,
    /// actix-web.
    ActixWeb,
    /// Express.
    Express,
    /// Fastify.
    Fastify,
    /// Next.js.
    Next,
    /// Django, and the Django REST framework.
    Django,
    /// Flask.
    Flask,
    /// FastAPI and Starlette.
    FastApi,
    /// Laravel, and plain PHP.
    Laravel,
    /// Ruby on Rails.
    Rails,
    /// Spring.
    Spring,
    /// AWS Lambda behind a gateway.
    Lambda,
}

impl Framework {
    /// All frameworks, with the names that [`named`](Self::named) takes.
    pub const ALL: [(&'static str, Self); 12] = [
        ("axum", Self::Axum),
        ("actix-web", Self::ActixWeb),
        ("express", Self::Express),
        ("fastify", Self::Fastify),
        ("next", Self::Next),
        ("django", Self::Django),
        ("flask", Self::Flask),
        ("fastapi", Self::FastApi),
        ("laravel", Self::Laravel),
        ("rails", Self::Rails),
        ("spring", Self::Spring),
        ("lambda", Self::Lambda),
    ];

    /// Returns the framework with this name, such as `actix-web`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, framework)| *framework)
    }

    /// Returns the code that reads the bytes of the body.
    pub(crate) fn raw_body(self) -> &'static str {
        match self {
            Self::Axum => {
                "In axum, take `countersign::Webhook` or `axum::body::Bytes` in the handler, and \
                 parse the JSON afterwards."
            }
            Self::ActixWeb => {
                "In actix-web, take `countersign::Webhook` in the handler: `web::Json` and \
                 `web::Bytes` read or inflate the body first."
            }
            Self::Express => {
                "In Express, use `express.raw({ type: '*/*' })` on this route, before \
                 `express.json()`, and verify `req.body`."
            }
            Self::Fastify => {
                "In Fastify, add a content type parser with `parseAs: 'buffer'`, and verify the \
                 buffer."
            }
            Self::Next => {
                "In Next.js, verify `await request.text()`; in `pages/api`, set \
                 `config.api.bodyParser` to false."
            }
            Self::Django => {
                "In Django, verify `request.body`, not `request.data` or `request.POST`."
            }
            Self::Flask => "In Flask, verify `request.get_data()`, not `request.get_json()`.",
            Self::FastApi => "In FastAPI, verify `await request.body()`, not a model of the body.",
            Self::Laravel => {
                "In PHP, verify `file_get_contents('php://input')`; in Laravel, \
                 `$request->getContent()`."
            }
            Self::Rails => "In Rails, verify `request.raw_post`, not `params`.",
            Self::Spring => "In Spring, take `@RequestBody byte[]`, not an object.",
            Self::Lambda => {
                "In AWS Lambda, verify `event.body`, decoded from base64 if \
                 `event.isBase64Encoded`."
            }
        }
    }
}
