"""The cases in which the secret, the signature, the URL or the time is not as the scheme wants it."""

import base64
import json
import tomllib
from urllib.parse import quote

import dotenv
import jinja2
import tools
import yaml
from bodies import NOW
from build import Delivery, capture, case, guarded, secret_of, signer_for
from cases_body import CURL, GO, JQ, NGINX_NAME, NODE_NAME, PHP_NAME, PY, RUBY
from lib import B64, HEX
from tools import EXPRESS4, FLASK, NGINX, NGINX_TLS, PROXY, bash, go, node, php, ruby, run, send


@guarded
def secret(name, provider, n, cause, tool, story, *, configured=None, sender=None, text=None, accept=(), also=(), body=None, **more):
    """A secret that the receiver (`configured`) or the sender (`sender`) has changed."""
    d = Delivery(provider, n, secret=text, **more)
    options = {"signer": signer_for(tool)}
    if sender:
        changed = sender(d.secret)
        options["key" if isinstance(changed, bytes) else "secret"] = changed
    sent = d.sign(**options)
    received = configured(d.secret) if configured else d.secret
    if received == d.secret and not sender:
        raise AssertionError("the secret is unchanged")
    case(name, d, sent, cause, tool, story, secret=received, accept=accept, also=also, body=body)


def another():
    @guarded
    def one(name, provider, n, tool, story, before, after=(), **more):
        d = Delivery(provider, n, **more)
        case(name, d, d.sign(signer=signer_for(tool)), "another-secret", tool, story, secrets=[*before, d.secret, *after])

    s = lambda provider, n: secret_of(provider, 900 + n)
    lib = "stripe 23.1.0 generateTestHeaderString"
    one("stripe-second-endpoint", "stripe", 200, lib, "The secret of another endpoint is configured first.", [s("stripe", 1)])
    one("stripe-third-of-four", "stripe", 201, lib, "Four secrets are configured, and the third one signed.", [s("stripe", 2), s("stripe", 3)], [s("stripe", 4)])
    one("stripe-command-line-secret", "stripe", 202, lib, "The dashboard's secret is configured first, and the command line's secret signed.", ["whsec_test_dashboard0123456789abc"], size=3)
    one("github-organisation-secret", "github", 203, "@octokit/webhooks-methods 6.0.0", "The webhook of the organisation has another secret than the one of the repository.", [s("github", 1)])
    one("github-last-of-three", "github", 204, "@octokit/webhooks-methods 6.0.0", "Three secrets are configured, and the last one signed.", [s("github", 2), s("github", 3)], size=5)
    one("slack-old-app", "slack", 205, f"{PY} hmac", "The old app still sends with its own signing secret.", [s("slack", 1)])
    one("standard-rotated", "standard-webhooks", 206, "standardwebhooks 1.1.1", "The sender has not rotated its secret yet.", [s("standard-webhooks", 1)])
    one("clerk-test-instance", "clerk", 207, "svix 1.99.1", "The development instance signed with its own secret.", [s("clerk", 1)])
    one("resend-second", "resend", 208, "svix 1.99.1", "The second endpoint's secret signed.", [s("resend", 1)], [s("resend", 2)])
    one("shopify-custom-app", "shopify", 209, f"{PY} hmac", "The webhook was made in the admin, whose secret is configured second.", [s("shopify", 1)])
    one("paddle-sandbox", "paddle", 210, "openssl dgst -hmac", "The sandbox's destination signed.", [s("paddle", 1)])
    one("linear-team", "linear", 211, "openssl dgst -hmac", "The webhook of another team signed.", [s("linear", 1)])
    one("flat-previous-secret", "x-webhook-signature", 212, f"{NODE_NAME} crypto", "The sender signs with the previous secret during a rotation.", ["current_" + s("x-webhook-signature", 1)])
    one("zoom-other-app", "zoom", 213, f"{PHP_NAME} hash_hmac", "The app of another account signed.", [s("zoom", 1), s("zoom", 2)])
    one("openai-second-project", "openai", 214, "standardwebhooks 1.1.1", "The other project's secret signed.", [s("openai", 1)])


def spaces():
    t = "secret-space"
    keep = lambda script: lambda secret: bash(script, S=secret).decode()
    python_reads = lambda script: lambda secret: (bash(script, S=secret), (tools.WORK / "shell" / "secret").read_text())[1]
    secret("stripe-echo-file", "stripe", 220, t, "bash 5.2 echo", "The secret was written with echo, and the file was read with its line break.", configured=python_reads('echo "$S" > secret'))
    secret("github-kubectl-style", "github", 221, t, "base64 9.1", "The value of the Kubernetes secret was made with echo | base64.", configured=keep('echo "$S" | base64 -w0 | base64 -d'))
    secret("slack-env-crlf", "slack", 222, t, "bash 5.2, unix2dos 7.4", "The file .env has the line breaks of Windows, and a carriage return remains.", configured=keep('echo "SECRET=$S" > .env; unix2dos -q .env; . ./.env; printf %s "$SECRET"'))
    secret("paddle-yaml-block", "paddle", 223, t, f"PyYAML {yaml.__version__}", "A block scalar of YAML keeps the line break at its end.", configured=lambda s: yaml.safe_load(f"secret: |\n  {s}\n")["secret"])
    secret("openai-read-file", "openai", 224, t, f"{NODE_NAME} readFileSync", "The mounted file ends with a line break.", configured=lambda s: (bash('echo "$S" > secret', S=s), node("read-file", path=str(tools.WORK / "shell" / "secret")))[1])
    secret("linear-dotenv-quoted-space", "linear", 225, t, "dotenv 18.0.10", "The value in quotes has a space before the quote.", configured=lambda s: node("dotenv", text=f'SECRET="{s} "\n')["SECRET"])
    secret("flat-python-dotenv-space", "x-webhook-signature", 226, t, "python-dotenv 1.2.4", "The value in quotes begins with a space.", configured=lambda s: dotenv.dotenv_values(stream=__import__("io").StringIO(f"SECRET=' {s}'\n"))["SECRET"])
    secret("shopify-jq-file", "shopify", 227, t, f"{JQ} -r", "jq -r wrote the secret into a file, with a line break.", configured=python_reads('echo "{\\"secret\\": \\"$S\\"}" | jq -r .secret > secret'))
    secret("zoom-ruby-yaml-block", "zoom", 228, t, f"{RUBY} YAML", "A block scalar of YAML keeps the line break at its end.", configured=lambda s: ruby("yaml", f"secret: |\n  {s}\n".encode()).decode())
    secret("clerk-toml-block", "clerk", 229, t, f"{PY} tomllib", "A text of several lines in TOML keeps the line break at its end.", configured=lambda s: tomllib.loads(f'secret = """\n{s}\n"""')["secret"])
    secret("sentry-php-file", "sentry", 230, t, f"{PHP_NAME} file_get_contents", "The file was written with a here-document.", configured=lambda s: (bash("cat > secret <<END\n$S\nEND", S=s), run("php", "-r", "echo file_get_contents($argv[1]);", tools.WORK / "shell" / "secret").decode())[1])
    secret("meta-pasted-tab", "meta", 231, t, "cut 9.1", "The secret was cut out of a table, with a tab before it.", configured=keep('printf "app:\\t%s" "$S" | cut -d: -f2'))
    secret("webflow-pasted-nbsp", "webflow", 232, t, "python-dotenv 1.2.4", "The secret was copied from a page, with a no-break space.", configured=lambda s: dotenv.dotenv_values(stream=__import__("io").StringIO(f"SECRET='{s}\u00a0'\n"))["SECRET"])
    secret("flat-sender-newline", "x-webhook-signature", 233, t, f"{PY} open().read()", "The sender reads its secret from a file, with the line break.", sender=python_reads('echo "$S" > secret'))
    secret("woocommerce-sender-space", "woocommerce", 234, t, f"{PHP_NAME} hash_hmac", "The shop's settings have a space after the secret.", sender=lambda s: s + " ")
    secret("dropbox-sender-crlf", "dropbox", 235, t, "bash 5.2, unix2dos 7.4", "The sender's file .env has the line breaks of Windows.", sender=keep('echo "SECRET=$S" > .env; unix2dos -q .env; . ./.env; printf %s "$SECRET"'))
    secret("gitea-env-spaces", "gitea", 236, t, "grep 3.8, cut 9.1", "A script reads the line with cut, and the space after the equals sign remains.", configured=keep('echo "SECRET = $S" > .env; grep SECRET .env | cut -d= -f2 | tr -d "\\n"'))


def encodings():
    t = "secret-encoding"

    @guarded
    def raw_library(name, provider, n, library, story):
        """The libraries of Standard Webhooks take the text as the key if `format` is `raw`."""
        d = Delivery(provider, n)
        value = node(library, secret=d.secret, id=d.id, time=d.t, body=d.body, options={"format": "raw"})
        sent = d.sign(key=d.secret.encode())
        assert sent.headers[-1][1] == value
        case(name, d, sent, t, f"{library} {'1.1.1' if library == 'standardwebhooks' else '1.99.1'} format raw", story)

    raw_library("standard-raw-key", "standard-webhooks", 240, "standardwebhooks", "The sender takes the text with whsec_ for the key, and the receiver decodes it.")
    raw_library("resend-raw-key", "resend", 241, "svix", "The sender takes the text with whsec_ for the key, and the receiver decodes it.")
    raw_library("openai-raw-key", "openai", 242, "standardwebhooks", "The sender takes the text with whsec_ for the key, and the receiver decodes it.")
    decode = lambda s: base64.b64decode(s.removeprefix("v1,").removeprefix("whsec_"))
    secret("replicate-text-after-prefix", "replicate", 243, t, f"{PY} hmac", "The sender removes whsec_ but does not decode the rest.", sender=lambda s: s.removeprefix("whsec_").encode())
    secret("flat-prefix-stripped", "x-webhook-signature", 244, t, f"{PY} hmac", "The sender removes whsec_, and the receiver uses the whole text.", text="whsec_Q2hhbmdlTWVQbGVhc2VOb3c", sender=lambda s: s.removeprefix("whsec_"))
    secret("flat-decoded", "x-webhook-signature", 245, t, f"{NODE_NAME} crypto", "The sender decodes the secret as Svix does, and the receiver uses the text.", text=secret_of("standard-webhooks", 245), sender=decode)
    secret("flat-supabase", "x-webhook-signature", 246, t, f"{PY} hmac", "The secret is shown as v1,whsec_..., and the sender decodes it.", text="v1," + secret_of("standard-webhooks", 246), sender=decode)
    secret("sentry-hexkey", "sentry", 247, t, "openssl dgst -macopt hexkey", "The secret is hex, which the sender decodes and the receiver uses as text.", text="00c1f2a9" * 8, sender=bytes.fromhex)
    secret("shopify-hexkey", "shopify", 248, t, f"{PHP_NAME} hex2bin", "The secret is hex, which the sender decodes and the receiver uses as text.", sender=bytes.fromhex)
    secret("hookdeck-base64-decoded", "hookdeck", 249, t, f"{PY} base64", "The secret is base64, which the sender decodes and the receiver uses as text.", text=base64.b64encode(b"a secret of thirty-two characters").decode(), sender=base64.b64decode)
    secret("stripe-prefix-missing", "stripe", 250, t, "cut 9.1", "The secret was configured without its prefix whsec_.", configured=lambda s: bash('printf %s "$S" | cut -d_ -f2- | tr -d "\\n"', S=s).decode())
    secret("github-kubectl-data", "github", 251, t, "base64 9.1", "The value was copied from the data of a Kubernetes secret, which is base64.", configured=lambda s: bash('printf %s "$S" | base64 -w0', S=s).decode())
    secret("slack-xxd", "slack", 252, t, "xxd 2022", "The secret was configured in hex.", configured=lambda s: bash('printf %s "$S" | xxd -p -c 256 | tr -d "\\n"', S=s).decode())
    secret("linear-url-safe", "linear", 253, t, f"{PY} base64", "The secret is URL-safe base64, which the sender decodes.", text="lX3_-aGVsbG8gd29ybGQhIQ_-9zZWNyZXQ", sender=lambda s: base64.urlsafe_b64decode(s + "=" * (-len(s) % 4)))


def escaped():
    t = "secret-escaped"
    h = 'R&D "hooks" <prod> it\'s a/b=='
    env = jinja2.Environment(autoescape=True)
    secret("flat-handlebars", "x-webhook-signature", 260, t, "handlebars 4.7.10", "The configuration is a template with {{secret}}, which escapes HTML.", text=h, configured=lambda s: node("handlebars", template="{{secret}}", values={"secret": s}))
    secret("gitea-handlebars-equals", "gitea", 261, t, "handlebars 4.7.10", "Handlebars escapes the equals signs at the end of base64.", text="c2VjcmV0LWZvci1naXRlYQ==", configured=lambda s: node("handlebars", template="{{secret}}", values={"secret": s}))
    secret("stripe-mustache", "stripe", 262, t, "mustache 4.2.0", "Mustache escapes the slash and the equals sign.", text="whsec_test_aB3/dE5+gH7/jK9==", configured=lambda s: node("mustache", template="{{secret}}", values={"secret": s}))
    secret("github-ejs", "github", 263, t, "ejs 7.0.2", "The template writes the secret with <%= %>, which escapes HTML.", text=h, configured=lambda s: node("ejs", template="<%= secret %>", values={"secret": s}))
    secret("slack-jinja2", "slack", 264, t, "Jinja2 3.1.6", "The template has autoescape, which escapes the ampersand and the quotes.", text="pa&ss'word\"1<2", configured=lambda s: env.from_string("{{ secret }}").render(secret=s))
    secret("zoom-jinja2-tojson", "zoom", 265, t, "Jinja2 3.1.6 tojson", "The filter tojson adds quotes and escapes.", text="pa&ss'word<1>", configured=lambda s: env.from_string("{{ secret|tojson }}").render(secret=s))
    secret("linear-go-html", "linear", 266, t, f"{GO} html/template", "The page of settings escapes the secret, and the escaped text was copied.", text="lin_wh_test_a+b&c'd", configured=lambda s: go("html", s.encode()).decode())
    secret("sentry-erb", "sentry", 267, t, f"{RUBY} ERB", "The template escapes HTML.", text="a<b>&\"c\"", configured=lambda s: ruby("erb", s.encode()).decode())
    secret("woocommerce-htmlspecialchars", "woocommerce", 268, t, f"{PHP_NAME} htmlspecialchars", "The shop shows the secret escaped, and the escaped text was copied.", text="`|} &x<y >z\"q ~k", configured=lambda s: php("htmlspecialchars($in)", s.encode()).decode())
    secret("paddle-url-quote", "paddle", 269, t, f"{PY} urllib.parse.quote", "The secret comes from a connection URL, where it is percent-encoded.", text="pdl/ntf+set==&a%b", configured=lambda s: quote(s, safe=""))
    secret("vercel-encode-uri", "vercel", 270, t, f"{NODE_NAME} encodeURIComponent", "The secret comes from a query, where it is percent-encoded.", text="v/+er=cel secret", configured=lambda s: node("encodeURIComponent", text=s))
    secret("pagerduty-cgi", "pagerduty", 271, t, f"{RUBY} CGI.escape", "The secret comes from a form, where it is percent-encoded.", text="pager duty+/==", configured=lambda s: ruby("cgi", s.encode()).decode())
    secret("github-json-quotes", "github", 272, t, f"{JQ} .secret", "jq without -r keeps the quotes of JSON.", configured=lambda s: bash('echo "{\\"secret\\": \\"$S\\"}" | jq .secret | tr -d "\\n"', S=s).decode())
    secret("stripe-env-quotes", "stripe", 273, t, "grep 3.8, cut 9.1", "The quotes of the file .env are kept, as docker run --env-file does.", configured=lambda s: bash('echo "SECRET=\\"$S\\"" > .env; grep SECRET .env | cut -d= -f2- | tr -d "\\n"', S=s).decode())
    secret("flat-single-quotes", "x-webhook-signature", 274, t, "mawk 1.3.4", "The single quotes of the file .env are kept.", configured=lambda s: bash("echo \"SECRET='$S'\" > .env; awk -F= '/SECRET/{printf \"%s\", $2}' .env", S=s).decode())
    secret("respan-printf-q", "respan", 275, t, "bash 5.2 printf %q", "The secret was quoted for a shell, and the backslashes are kept.", text="a b$c&d(e)", configured=lambda s: bash('printf %q "$S"', S=s).decode())
    secret("flat-dollar-doubled", "x-webhook-signature", 276, t, "sed 4.9", "The dollar signs were doubled for a compose file, and something else reads the file.", text="pa$$w0rd$x", configured=lambda s: bash("printf %s \"$S\" | sed 's/\\$/$$/g'", S=s).decode())
    secret("hookdeck-json-escapes", "hookdeck", 277, t, f"{PY} json.dumps", "The text was cut out of a JSON file, with its escapes.", text='back\\slash "quote" /é', configured=lambda s: json.dumps(s)[1:-1])
    secret("flat-dotenv-expand-lossy", "x-webhook-signature", 278, t, "dotenv-expand", "dotenv-expand replaces a variable in the secret by nothing, which cannot be undone.", text="abc$NOPE_def12", configured=lambda s: node("dotenv-expand", text=f"SECRET={s}\n")["SECRET"], accept=["unknown"])
    secret("flat-envsubst-lossy", "x-webhook-signature", 279, t, "envsubst 0.21", "envsubst replaces a variable in the secret by nothing, which cannot be undone.", text="k3y$HOMELESS!end", configured=lambda s: run("envsubst", input=s.encode(), env={"PATH": "/usr/bin:/bin"}).decode(), accept=["unknown"])


def kinds():
    story = "The provider's {} was configured, and not the signing secret."
    for name, provider, n, what, text in [
        ("stripe-api-key", "stripe", 290, "API key", "sk_live_NotARealKey00000000"), ("stripe-test-api-key", "stripe", 291, "test API key", "sk_test_NotARealKey00000000"),
        ("stripe-publishable-key", "stripe", 292, "publishable key", "pk_live_NotARealKey00000000"), ("stripe-restricted-key", "stripe", 293, "restricted key", "rk_live_NotARealKey00000000"),
        ("openai-api-key", "openai", 294, "API key", "sk-proj-NotARealKey"), ("clerk-secret-key", "clerk", 295, "secret key", "sk_test_NotARealKeyOfClerk0000"), ("clerk-publishable-key", "clerk", 296, "publishable key", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"),
        ("resend-api-key", "resend", 297, "API key", "re_NotARealKey_0000"), ("github-token", "github", 298, "access token", "ghp_NotARealToken"), ("slack-bot-token", "slack", 299, "bot token", "xoxb-not-a-real-token"),
        ("linear-api-key", "linear", 300, "API key", "lin_api_NotARealKey"),
    ]:
        secret(name, provider, n, "secret-kind", f"{PY} hmac", story.format(what), configured=lambda _, text=text: text, accept=["unknown"])


@guarded
def signed(name, provider, n, cause, tool, story, *, accept=(), also=(), at=None, headers=None, scheme_of=None, **sign):
    """A delivery whose sender signs in another way. `scheme_of` names the provider whose scheme it
    follows, with the secret and the body of the receiver's provider."""
    d = Delivery(provider, n)
    sign.setdefault("signer", signer_for(tool))
    if scheme_of:
        other = Delivery(scheme_of, n, body=d.body, secret=d.secret, t=d.t)
        if other.scheme.key != d.scheme.key:
            sign.setdefault("key", d.secret.encode())
        sent = other.sign(**sign)
    else:
        sent = d.sign(**sign)
    if headers:
        sent = sent.but(headers=headers(sent.headers))
    case(name, d, sent, cause, tool, story, accept=accept, also=also, at=at(d) if at else None)


def signatures():
    t = "signature-encoding"
    signed("github-base64-tag", "github", 310, t, f"{NODE_NAME} digest('base64')", "The sender writes base64 where hex is expected.", encoding=B64, accept=["scheme"])
    signed("stripe-base64-tag", "stripe", 311, t, f"{NODE_NAME} digest('base64')", "The sender writes base64 where hex is expected.", encoding=B64, accept=["scheme"])
    signed("flat-base64-tag", "x-webhook-signature", 312, t, f"{PY} base64", "The sender writes base64 where hex is expected.", encoding=B64, accept=["scheme"])
    signed("shopify-hex-tag", "shopify", 313, t, f"{PY} hexdigest", "The sender writes hex where base64 is expected.", encoding=HEX, accept=["scheme"])
    signed("standard-hex-tag", "standard-webhooks", 314, t, f"{PY} hexdigest", "The sender writes hex where base64 is expected.", encoding=HEX, accept=["scheme"])
    signed("shopify-unpadded", "shopify", 315, t, f"{PY} base64", "The sender removes the padding of base64.", change=lambda s: s.rstrip("="))
    signed("resend-url-safe", "resend", 319, t, f"{PY} urlsafe_b64encode", "The sender uses URL-safe base64.", change=lambda s: s.replace("+", "-").replace("/", "_").rstrip("="))
    signed("github-blank-after-prefix", "github", 317, t, f"{PY} f-string", "The sender writes a blank after the prefix.", value="sha256= {sig}")
    signed("github-upper-prefix", "github", 318, t, f"{PY} upper()", "The sender writes the prefix and the digits in upper case.", value="SHA256={sig}", change=str.upper)
    signed("slack-upper-prefix", "slack", 330, t, f"{PY} upper()", "A proxy writes the header in upper case.", value="V0={sig}", change=str.upper)
    signed("flat-quoted", "x-webhook-signature", 320, t, f"{PY} json.dumps", "The sender writes the signature in quotes.", value='"{sig}"')
    signed("hookdeck-base64-of-hex", "hookdeck", 321, t, f"{PY} base64", "The sender writes the base64 of the hex text.", encoding=HEX, change=lambda s: base64.b64encode(s.encode()).decode())
    signed("linear-hex-prefix", "linear", 322, t, f"{PY} hex", "The sender writes 0x before the digits.", value="0x{sig}", accept=["scheme"])


def schemes():
    t = "scheme"
    signed("github-sha1-only", "github", 340, t, f"{PY} hmac sha1", "An old server sends only X-Hub-Signature with SHA-1.", alg="sha1", header="X-Hub-Signature", value="sha1={sig}")
    signed("github-sha1-in-new-header", "github", 341, t, f"{PY} hmac sha1", "The sender uses SHA-1 in the header of SHA-256.", alg="sha1", value="sha1={sig}")
    signed("github-no-prefix", "github", 342, t, f"{PY} hmac", "The sender leaves the prefix sha256= out.", value="{sig}", accept=["signature-encoding"])
    signed("meta-sha1-only", "meta", 343, t, f"{PHP_NAME} hash_hmac sha1", "The sender has only the old header with SHA-1.", alg="sha1", header="X-Hub-Signature", value="sha1={sig}", signer="php")
    signed("flat-sha256-prefix", "x-webhook-signature", 344, t, f"{NODE_NAME} crypto", "The sender writes sha256= before the signature.", value="sha256={sig}", accept=["signature-encoding"])
    signed("flat-sha512", "x-webhook-signature", 345, t, f"{NODE_NAME} crypto sha512", "The sender uses SHA-512.", alg="sha512")
    signed("vercel-sha256", "vercel", 346, t, f"{PY} hmac", "The sender uses SHA-256 where SHA-1 is expected.", alg="sha256")
    signed("stripe-receives-slack", "stripe", 347, t, f"{PY} hmac", "Slack's layout arrives at a receiver of Stripe.", scheme_of="slack", accept=["signature-missing"])
    signed("slack-receives-stripe", "slack", 348, t, f"{PY} hmac", "Stripe's layout arrives at a receiver of Slack.", scheme_of="stripe", accept=["signature-missing"])
    signed("zoom-receives-slack", "zoom", 349, t, f"{PY} hmac", "Slack's headers arrive at a receiver of Zoom.", scheme_of="slack", accept=["signature-missing"])
    signed("shopify-receives-woocommerce", "shopify", 350, t, f"{PHP_NAME} hash_hmac", "WooCommerce's header arrives at a receiver of Shopify.", scheme_of="woocommerce", accept=["signature-missing"])
    signed("gitea-receives-github", "gitea", 351, t, "@octokit/webhooks-methods 6.0.0", "GitHub's header arrives at a receiver of Gitea.", scheme_of="github", accept=["signature-missing"])
    signed("github-receives-gogs", "github", 352, t, f"{PY} hmac", "The header of Gogs arrives at a receiver of GitHub.", scheme_of="gogs", accept=["signature-missing"])
    signed("openai-receives-svix", "openai", 353, t, "svix 1.99.1", "The headers svix-* arrive where webhook-* are expected.", scheme_of="clerk", accept=["signature-missing"])
    signed("clerk-receives-standard", "clerk", 354, t, "standardwebhooks 1.1.1", "The headers webhook-* arrive where svix-* are expected.", scheme_of="standard-webhooks", accept=["signature-missing"])
    signed("paddle-receives-stripe-layout", "paddle", 355, t, f"{PY} hmac", "The header has commas, t= and v1= as Stripe has, and signs a full stop.", value="t={t},v1={sig}", parts="{t}.{body}")
    signed("elevenlabs-v1", "elevenlabs", 356, t, f"{PY} hmac", "The sender writes v1= where v0= is expected.", value="t={t},v1={sig}")
    signed("pagerduty-plain", "pagerduty", 357, t, f"{PY} hmac", "The sender writes only the hex digits, without v1=.", value="{sig}", accept=["signature-encoding"])
    signed("flat-other-header", "x-webhook-signature", 358, t, f"{NODE_NAME} crypto", "The signature arrives in X-Signature.", header="X-Signature", accept=["signature-missing"])
    signed("linear-receives-flat", "linear", 359, t, f"{PY} hmac", "The signature arrives in X-Webhook-Signature.", header="X-Webhook-Signature", accept=["signature-missing"])
    signed("github-wsgi-names", "github", 360, t, f"{PY}, names of WSGI", "The headers were taken from the environment of WSGI, with their names there.", accept=["signature-missing"], headers=lambda hs: [["HTTP_" + k.upper().replace("-", "_"), v] for k, v in hs])
    signed("webflow-receives-zoom", "webflow", 361, t, f"{PY} hmac", "Zoom's headers arrive at a receiver of Webflow.", scheme_of="zoom", accept=["signature-missing"])


def times():
    later = lambda seconds: lambda d: d.t + seconds
    replay = "A recorded delivery is verified {} later."
    for name, provider, n, seconds, how in [
        ("stripe-recorded", "stripe", 370, 86_400 * 9, "nine days"), ("slack-recorded", "slack", 371, 3_601, "an hour"), ("standard-recorded", "standard-webhooks", 372, 86_400 * 200, "two hundred days"),
        ("paddle-slow", "paddle", 373, 42, "42 seconds"), ("linear-retry", "linear", 374, 3_660, "an hour, because it is a retry,"), ("zoom-queue", "zoom", 375, 720, "twelve minutes"), ("elevenlabs-queue", "elevenlabs", 376, 2_400, "forty minutes"),
    ]:
        signed(name, provider, n, "time-stale", "a recorded delivery, sent again", replay.format(how), at=later(seconds))
    for name, provider, n, seconds in [("stripe-clock-behind", "stripe", 380, -900), ("openai-clock-behind", "openai", 381, -3600), ("slack-clock-behind", "slack", 382, -421), ("webflow-clock-behind", "webflow", 383, -7200)]:
        signed(name, provider, n, "time-early", "the receiver's clock", f"The receiver's clock is {-seconds} seconds behind.", at=later(seconds))
    u = "time-unit"
    ms = lambda n: (NOW + 977 * n) * 1000 + 113
    signed("stripe-milliseconds", "stripe", 390, u, f"{NODE_NAME} crypto", "The sender writes milliseconds where seconds are expected.", stamp=ms(390))
    signed("slack-milliseconds", "slack", 391, u, f"{NODE_NAME} crypto", "The sender writes milliseconds where seconds are expected.", stamp=ms(391))
    signed("standard-milliseconds", "standard-webhooks", 392, u, f"{NODE_NAME} crypto", "The sender writes milliseconds where seconds are expected.", stamp=ms(392))
    signed("zoom-milliseconds", "zoom", 393, u, f"{NODE_NAME} crypto", "The sender writes milliseconds where seconds are expected.", stamp=ms(393))
    signed("webflow-seconds", "webflow", 394, u, f"{PY} hmac", "The sender writes seconds where milliseconds are expected.", stamp=ms(394) // 1000)

    @guarded
    def member():
        d = Delivery("linear", 395, t=NOW)
        body = d.body.replace(str(NOW * 1000 + 113).encode(), str(NOW).encode())
        case("linear-seconds", d, d.sign(body), u, f"{PY} hmac", "A test sends seconds in webhookTimestamp, where milliseconds are expected.")
    member()
    w = "time-unsigned"
    story = "The sender signs only the body, although it sends the time."
    for name, provider, n, tool in [("stripe-body-only", "stripe", 400, f"{PY} hmac"), ("slack-body-only", "slack", 401, "openssl dgst -hmac"), ("zoom-body-only", "zoom", 402, f"{NODE_NAME} crypto"), ("webflow-body-only", "webflow", 403, f"{PY} hmac"), ("replicate-body-only", "replicate", 404, f"{PY} hmac")]:
        signed(name, provider, n, w, tool, story, parts="{body}", accept=["scheme"])
    signed("standard-id-unsigned", "standard-webhooks", 405, w, f"{PY} hmac", "The sender signs the time and the body, but not the id.", parts="{t}.{body}", accept=["scheme"])
    signed("paddle-body-only", "paddle", 406, w, f"{PHP_NAME} hash_hmac", story, parts="{body}", accept=["scheme"])


def missing():
    m = "signature-missing"

    @guarded
    def through(name, provider, n, port, path, tool, story, *, rename=lambda k: k, **more):
        d = Delivery(provider, n)
        sent = d.sign()
        sent = sent.but(headers=[[rename(k), v] for k, v in sent.headers])
        case(name, d, sent, m, tool, story, got=send(sent, port, path, **more), has_tag=False)

    through("github-nginx-strips", "github", 410, NGINX, "/strip/", f"{NGINX_NAME} proxy_set_header", "A rule of nginx removes the header.")
    through("stripe-nginx-strips", "stripe", 411, NGINX, "/strip/", f"{NGINX_NAME} proxy_set_header", "A rule of nginx removes the header.", client="requests")
    through("flat-nginx-underscores", "x-webhook-signature", 412, NGINX, "/hook", f"{NGINX_NAME} underscores_in_headers off", "The sender's header has underscores, and nginx drops it.", rename=lambda k: k.replace("-", "_"), client="curl")
    through("shopify-proxy-allows-list", "shopify", 413, PROXY, "/strip", f"{NODE_NAME} http proxy", "A proxy passes only the headers on that it knows.")
    through("standard-proxy-allows-list", "standard-webhooks", 414, PROXY, "/strip", f"{NODE_NAME} http proxy", "A proxy passes only the headers on that it knows.", client="axios")

    @guarded
    def removed(name, provider, n):
        d = Delivery(provider, n)
        sent = d.sign()
        kept = sent.but(headers=[[k, v] for k, v in sent.headers if k != d.scheme.header])
        case(name, d, sent, m, f"{CURL} -H 'Name:'", "The delivery was copied as a command of curl, where the header has no value and is not sent.", got=capture(kept, "curl"), has_tag=False)
    removed("linear-curl-without-header", "linear", 415)


def urls():
    u = "url"

    @guarded
    def square(name, n, signed_url, tool, story, *, port=None, path=None, tls=False, host="hooks.example.com", configured=None, which="url", accept=(), client="http.client"):
        d = Delivery("square", n, url=signed_url)
        sent = d.sign()
        if port:
            got = send(sent, port, path, tls=tls, host=host, client=client)
            seen = got[which]
        else:
            got, seen = capture(sent), configured
        if seen == signed_url:
            raise AssertionError("the URL is unchanged")
        case(name, d, sent, u, tool, f"{story}", got=got, url=seen, accept=accept)

    ex, base = "express 4.22.3", "https://hooks.example.com"
    square("square-tls-ends-at-nginx", 420, f"{base}/url/square", f"{NGINX_NAME}, {ex}", "TLS ends at nginx, and Express sees http.", port=NGINX_TLS, path="/url/square", tls=True)
    square("square-host-of-upstream", 421, "http://hooks.example.com/bare/square", f"{NGINX_NAME}, {ex}", "nginx passes the upstream's host on, and the public host is in X-Forwarded-Host.", port=NGINX, path="/bare/square")
    square("square-tls-and-host-of-upstream", 422, f"{base}/bare/square", f"{NGINX_NAME}, {ex}", "nginx ends TLS and passes the upstream's host on.", port=NGINX_TLS, path="/bare/square", tls=True)
    square("square-port-of-listener", 423, "http://hooks.example.com/port/square", f"{NGINX_NAME}, {ex}", "nginx adds its own port to the host.", port=NGINX, path="/port/square")
    square("square-port-dropped", 424, "http://hooks.example.com:8080/url/square", f"{NGINX_NAME}, {ex}", "The variable $host of nginx has no port.", port=NGINX, path="/url/square", host="hooks.example.com:8080")
    square("square-percent-decoded", 425, "http://hooks.example.com/decoded/caf%C3%A9/a%2Db", f"{NGINX_NAME}, {ex}", "A location with a URI makes nginx decode the path and write it again.", port=NGINX, path="/decoded/caf%C3%A9/a%2Db", accept=["unknown"])
    square("square-query-dropped-by-nginx", 426, "http://hooks.example.com/query/square?shop=7&lang=de", f"{NGINX_NAME}, {ex}", "A rewrite of nginx drops the query.", port=NGINX, path="/query/square?shop=7&lang=de", accept=["unknown"])
    square("square-slash-added", 427, "http://hooks.example.com/slash/square", f"{NGINX_NAME}, {ex}", "A rewrite of nginx adds a slash at the end.", port=NGINX, path="/slash/square")
    square("square-bare-path", 428, "http://hooks.example.com/square?shop=7", ex, "The handler builds the URL from req.path, without the query.", port=EXPRESS4, path="/square?shop=7", which="bare", accept=["unknown"])
    square("square-flask-decoded", 429, "http://hooks.example.com/url/caf%C3%A9", "Flask 3.1.3", "request.url is an IRI, in which the path is decoded.", port=FLASK, path="/url/caf%C3%A9")
    square("square-decoded-signed", 435, "http://hooks.example.com/url/café", "express 4.22.3", "The console shows and signs the decoded path, and req.originalUrl is percent-encoded.", port=EXPRESS4, path="/url/caf%C3%A9")
    square("square-http-proxy-host", 430, "http://hooks.example.com/square", "http-proxy 1.18.1, " + ex, "http-proxy with changeOrigin changes the host, and the public host is in X-Forwarded-Host.", port=PROXY, path="/plain/square")
    square("square-slash-missing", 431, f"{base}/square/", "configuration", "The configured URL has no slash at the end, but the one in the console has.", configured=f"{base}/square")
    square("square-http-configured", 432, f"{base}/square", "configuration", "The configured URL begins with http.", configured="http://hooks.example.com/square")
    square("square-localhost-configured", 433, f"{base}/square", "configuration", "The configured URL has the host of the developer's machine.", configured="http://localhost:3000/square")
    square("square-default-port", 434, f"{base}/square", "configuration", "The configured URL states the port 443.", configured=f"{base}:443/square")


def all_of_them():
    for part in (another, spaces, encodings, escaped, kinds, signatures, schemes, times, missing, urls):
        part()
