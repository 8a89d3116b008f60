//! The pages, as a browser asks for them, without a framework.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod common;

use common::{Desk, login};
use countersign::inbox::{InboxHistory as _, RowId, State};
use countersign_console::{Auth, Console, Operator, Request};

#[tokio::test]
async fn nothing_is_shown_without_a_login() {
    let desk = Desk::with(1).await;
    for target in [
        "/",
        "/deliveries/1",
        "/deliveries/1/body",
        "/overview",
        "/actions",
        "/prune",
        "/refused",
        "/events",
        "/console.css",
        "/console.js",
        "/many?action=replay",
        "/nothing",
    ] {
        let response = desk.console.handle(Request::get(target)).await;
        assert_eq!(response.status, 401, "{target}");
        assert!(!response.text().contains("evt_"), "{target}");
        let challenge = response.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Basic "), "{challenge}");
    }
    let post = desk.console.handle(Request::post("/deliveries/1/replay", "")).await;
    assert_eq!(post.status, 401);
}

#[tokio::test]
async fn each_answer_is_guarded_against_other_sites() {
    let desk = Desk::with(1).await;
    let requests = [
        login(Request::get("/")),
        Request::get("/"),
        login(Request::get("/nothing")),
        login(Request::new("DELETE", "/")),
        login(Request::post("/deliveries/1/replay", "")),
        login(Request::get("/console.js")),
        login(Request::get("/deliveries/1/body")),
        login(Request::get("/events")),
    ];
    for request in requests {
        let response = desk.console.handle(request.clone()).await;
        let header = |name| response.header(name).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{request:?}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let is_asset = header("content-type").starts_with("text/javascript");
        assert_eq!(header("cache-control") == "no-store", !is_asset, "{request:?}");
    }
    let first = desk.get("/").await;
    let second = desk.get("/").await;
    assert_ne!(first.header("content-security-policy"), second.header("content-security-policy"));
}

#[tokio::test]
async fn pages_have_a_key_and_filters_stay_in_the_url() {
    let desk = Desk::with(120).await;
    desk.inbox.discard(RowId(7)).await.unwrap();
    let first = desk.get("/").await;
    assert!(first.text().contains("deliveries/120\"") && !first.text().contains("deliveries/70\""));
    assert!(first.text().contains("href=\"/admin?before=71\""), "{}", first.text());
    let second = desk.get("/?before=71").await;
    assert!(
        second.text().contains("deliveries/70\"") && !second.text().contains("deliveries/71\"")
    );
    let discarded = desk.get("/?state=discarded&type=user.created").await;
    assert!(
        discarded.text().contains("deliveries/7\"") && !discarded.text().contains("deliveries/8\"")
    );
    assert!(discarded.text().contains("state = discarded"));
    assert!(desk.get("/?id=evt_33").await.text().contains("deliveries/33\""));
    assert!(desk.get("/?type=none").await.text().contains("No deliveries fit these filters."));
    for wrong in ["/?state=lost", "/?since=now", "/?before=x", "/prune?days=0", "/many?action=x"] {
        assert_eq!(desk.get(wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_text_is_looked_for_in_the_bodies_that_may_be_shown() {
    let desk = Desk::with(3).await;
    let found = desk.get("/?text=secret+2").await;
    assert!(found.text().contains("deliveries/2\"") && !found.text().contains("deliveries/1\""));
    let console = Console::new(desk.inbox.clone()).unwrap().auth(common::auth());
    let console = console.redact("/data/note").unwrap();
    let found = console.handle(login(Request::get("/?text=secret+2"))).await;
    assert!(found.text().contains("No deliveries"), "{}", found.text());
    let page = console.handle(login(Request::get("/deliveries/2"))).await;
    assert!(!page.text().contains("secret 2") && page.text().contains("[redacted]"));
    assert!(page.text().contains("1 value in it is hidden"), "{}", page.text());
    assert!(!page.text().contains("countersign send"));
    let body = console.handle(login(Request::get("/deliveries/2/body"))).await;
    assert!(body.text().contains("[redacted]") && !body.text().contains("secret 2"));
    let long = format!("/?text={}", "a".repeat(201));
    assert_eq!(desk.get(&long).await.status, 400);

    let console = Console::new(desk.inbox.clone()).unwrap().auth(common::auth());
    let console = console.redact("/customer/email").unwrap();
    let page = console.handle(login(Request::get("/deliveries/2"))).await;
    assert!(page.text().contains("nothing in it is hidden") && page.text().contains("secret 2"));
    assert!(page.text().contains("countersign send"));
    assert!(console.redact("customer").is_err());
}

#[tokio::test]
async fn bodies_need_the_second_permission_if_it_is_set() {
    let desk = Desk::with(1).await;
    let auth = Auth::new()
        .basic(Operator::new("admin"), "correct-horse")
        .and_then(|auth| auth.basic(Operator::new("reader").reads_bodies(), "correct-horse"))
        .unwrap();
    let console = Console::new(desk.inbox.clone()).unwrap().auth(auth).bodies_need_permission();
    let ask = async |name, target| {
        let request = common::login_as(Request::get(target), name, "correct-horse");
        console.handle(request).await
    };
    let page = ask("admin", "/deliveries/1").await;
    assert!(page.status == 200 && !page.text().contains("secret 1"), "{}", page.text());
    assert_eq!(ask("admin", "/deliveries/1/body").await.status, 403);
    assert_eq!(ask("admin", "/?text=secret").await.status, 403);
    assert!(ask("reader", "/deliveries/1").await.text().contains("secret 1"));
    assert_eq!(ask("reader", "/deliveries/1/body").await.status, 200);
}

#[tokio::test]
async fn an_action_needs_a_form_of_the_console() {
    let desk = Desk::with(1).await;
    let token = desk.token().await;
    let form = format!("token={token}");
    let post = |form: &str| login(Request::post("/deliveries/1/discard", form.to_owned()));
    let same = |request: Request| request.header("Sec-Fetch-Site", "same-origin");
    let refused = [
        post(&form),
        post(&form).header("Sec-Fetch-Site", "cross-site"),
        post(&form).header("Origin", "https://evil.example").header("Host", "ops.example"),
        post(&form).header("Origin", "null"),
        same(post("")),
        same(post("token=1.x")),
        same(post(&format!("token={}", token.replacen('.', "0.", 1)))),
    ];
    for request in refused {
        let response = desk.console.handle(request.clone()).await;
        assert_eq!(response.status, 403, "{request:?}");
    }
    assert_eq!(desk.state(1).await, State::Waiting);
    // A link changes nothing.
    assert_eq!(desk.get("/deliveries/1/discard").await.status, 404);

    let response = desk.console.handle(same(post(&form)).at("/admin")).await;
    assert_eq!(
        (response.status, response.header("location")),
        (303, Some("/admin/deliveries/1?acted=discard"))
    );
    assert_eq!(desk.state(1).await, State::Discarded);
    let actions = desk.get("/actions").await;
    assert!(actions.text().contains("discarded delivery 1"), "{}", actions.text());
    assert!(actions.text().contains("<td>admin</td>"));
}

#[tokio::test]
async fn processes_with_one_key_accept_each_others_forms() {
    let desk = Desk::with(1).await;
    let console = |key: Option<&str>| {
        let console = Console::new(desk.inbox.clone()).unwrap().auth(common::auth());
        match key {
            Some(key) => console.form_key(key.as_bytes()).unwrap(),
            None => console,
        }
    };
    let key = Some("a key of all processes");
    for (first, second, status) in
        [(key, key, 303), (key, Some("a key of another service"), 403), (None, None, 403)]
    {
        let page = console(first).handle(login(Request::get("/deliveries/1"))).await;
        let (_, rest) = page.text().split_once("name=\"token\" value=\"").unwrap();
        let form = format!("token={}", rest.split('"').next().unwrap());
        let act = Request::post("/deliveries/1/replay", form);
        let act = login(act.header("Sec-Fetch-Site", "same-origin"));
        assert_eq!(console(second).handle(act).await.status, status);
    }
    let short = Console::new(desk.inbox.clone()).unwrap().form_key(b"short");
    assert_eq!(short.unwrap_err(), countersign_console::SettingError::Key);
}

#[tokio::test]
async fn whole_signatures_are_for_those_who_may_act() {
    let desk = Desk::with(1).await;
    let page = async |name| {
        let request = common::login_as(Request::get("/deliveries/1"), name, "correct-horse");
        desk.console.handle(request).await
    };
    let signature = "<dt>x-webhook-signature</dt><dd>";
    let shown = async |name| {
        let page = page(name).await;
        let lower = page.text().to_ascii_lowercase();
        let (_, rest) = lower.split_once(signature).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let (whole, start) = (shown("admin").await, shown("guest").await);
    assert_eq!((whole.len(), start), (64, format!("{}… (64 bytes)", &whole[..12])));
}

#[tokio::test]
async fn who_may_only_look_changes_nothing() {
    let desk = Desk::with(1).await;
    let token = desk.token().await;
    let act = |name| {
        let form = format!("token={token}");
        let request =
            Request::post("/deliveries/1/discard", form).header("Sec-Fetch-Site", "same-origin");
        common::login_as(request, name, "correct-horse")
    };
    assert_eq!(desk.console.handle(act("guest")).await.status, 403);
    let page = common::login_as(Request::get("/deliveries/1"), "guest", "correct-horse");
    assert!(!desk.console.handle(page).await.text().contains("method=\"post\""));
    let read_only = desk.console.clone().read_only();
    assert_eq!(read_only.handle(act("admin")).await.status, 403);
    assert_eq!(desk.state(1).await, State::Waiting);
}

#[tokio::test]
async fn many_are_changed_after_a_preview_and_later_ones_are_not() {
    let desk = Desk::with(60).await;
    let preview = desk.get("/many?action=discard&type=user.created").await;
    assert!(preview.text().contains("Discard: 60 deliveries"), "{}", preview.text());
    let ids: Vec<_> = (1..=60).rev().map(|id| id.to_string()).collect();
    let ids = ids.join(",");
    assert!(preview.text().contains(&format!("name=\"ids\" value=\"{ids}\"")));
    desk.add(61).await;
    let form = format!("action=discard&type=user.created&ids={ids}");
    let response = desk.post("/many", &form).await;
    assert_eq!(
        response.header("location"),
        Some("/admin?type=user.created&acted=discard&changed=60&of=60")
    );
    assert_eq!((desk.state(1).await, desk.state(61).await), (State::Discarded, State::Waiting));
    // The same form again finds none of its deliveries in the state that the preview showed.
    let again = desk.post("/many", &form).await;
    let nothing = "/admin?type=user.created&acted=discard&changed=0&of=60";
    assert_eq!((again.header("location"), desk.state(61).await), (Some(nothing), State::Waiting));
    for form in ["action=discard", "action=discard&ids=x", "action=done&ids=61"] {
        assert_eq!(desk.post("/many", form).await.status, 400, "{form}");
    }
    assert_eq!(desk.get("/many?action=done").await.status, 400);
    for id in [1, 2, 3] {
        desk.post(&format!("/deliveries/{id}/replay"), "").await;
    }
    desk.post("/deliveries/3/done", "reason=by+hand").await;
    let replay = desk.get("/many?action=replay").await;
    for text in ["No filter is set", "57 discarded", "3 waiting", "1 done", "1 of them is done."] {
        assert!(replay.text().contains(text), "{text}: {}", replay.text());
    }
    assert!(replay.text().contains("name=\"done\" value=\"3\""));
    // It became done after a preview that had it as waiting, without the warning.
    let ids = desk.post("/many", "action=replay&ids=1,3&done=").await;
    assert!(ids.header("location").unwrap().ends_with("acted=replay&changed=1&of=2"));
    assert_eq!(desk.state(3).await, State::Done);
    let filtered = desk.get("/many?action=replay&state=waiting&type=%3Cb%3E").await;
    assert!(filtered.text().contains("<span class=\"chip\">type = &#60;b&#62;</span>"));
    assert!(!filtered.text().contains("of them"));
    let notice = desk.get("/?acted=discard&changed=60&of=60").await;
    assert!(notice.text().contains("60 of 60 discarded."));
    let actions = desk.get("/actions").await;
    assert!(actions.text().contains("discarded 60 of 60 deliveries: type=user.created; 1-60"));
}

#[tokio::test]
async fn a_delivery_is_replayed_retried_and_marked_as_done() {
    let desk = Desk::with(2).await;
    desk.inbox.discard(RowId(1)).await.unwrap();
    desk.post("/deliveries/1/replay", "").await;
    assert_eq!(desk.state(1).await, State::Waiting);
    assert!(
        desk.post("/deliveries/1/retry", "")
            .await
            .header("location")
            .unwrap()
            .contains("acted=retry")
    );
    assert_eq!(desk.post("/deliveries/1/done", "").await.status, 400);
    desk.post("/deliveries/1/done", "reason=refunded+by+hand+%3Cb%3E").await;
    assert_eq!(desk.state(1).await, State::Done);
    let page = desk.get("/deliveries/1").await;
    assert!(page.text().contains("refunded by hand &#60;b&#62;"), "{}", page.text());
    let nothing = desk.post("/deliveries/1/discard", "").await;
    assert_eq!(nothing.header("location"), Some("/admin/deliveries/1?acted=nothing"));
    assert_eq!(desk.get("/deliveries/99").await.status, 404);
    assert_eq!(desk.get("/deliveries/x").await.status, 404);
}

#[tokio::test]
async fn old_deliveries_are_pruned_after_a_preview() {
    let desk = Desk::with(3).await;
    desk.inbox.mark_done(RowId(1), "by hand").await.unwrap();
    let preview = desk.get("/prune?days=1").await;
    assert!(preview.text().contains("<strong>0</strong> deliveries would be removed"));
    assert_eq!(desk.post("/prune", "days=1").await.status, 400);
    // A time that is later than the days say.
    assert_eq!(desk.post("/prune", "days=30&until=4000000000").await.status, 400);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let form = format!("days=30&until={}", now.as_secs() - 86_400);
    assert_eq!(desk.post("/prune", &form).await.status, 400);
    let response = desk.post("/prune", "days=1&until=1700000000").await;
    assert_eq!(response.header("location"), Some("/admin/prune?removed=0"));
    assert!(
        desk.get("/actions").await.text().contains("ended at 2023-11-14 22:13:20 UTC or earlier")
    );
}

#[tokio::test]
async fn no_target_makes_a_panic_or_a_fault() {
    let desk = Desk::with(2).await;
    let parts = [
        "",
        "/",
        "//",
        "/%00",
        "/deliveries",
        "/deliveries/-1",
        "/deliveries/9223372036854775807",
        "/deliveries/9223372036854775808",
        "/?before=-9223372036854775808",
        "/?text=%FF%00&before=9",
        "/?since=9999-12-31T23:59",
        "/?since=0000-01-01T00:00",
        "/?state=dead&state=x",
        "/?=&&=%",
        "/many?action=replay&before=5",
        "/many?action=retry&text=x",
        "/overview?span=%22",
        "/prune?days=-1",
        "/prune?days=99999999999999999999",
        "/?acted=replay&changed=x",
        "/events?state=x",
        "/refused/1",
        "/?endpoint=%F0%9F%A6%80%E2%80%AE&id=%3Cscript%3E",
    ];
    for target in parts {
        for method in ["GET", "POST", "HEAD", "PUT"] {
            let response = desk.console.handle(login(Request::new(method, target))).await;
            assert!(response.status < 500, "{method} {target}: {}", response.status);
            assert!(!response.text().contains("<script>"), "{target}");
        }
    }
}

#[tokio::test]
async fn the_overview_counts_each_endpoint() {
    let desk = Desk::with(5).await;
    desk.inbox.discard(RowId(1)).await.unwrap();
    for span in ["hour", "day", "week", "x"] {
        let page = desk.get(&format!("/overview?span={span}")).await;
        assert!(page.text().contains("5 accepted in the last"), "{}", page.text());
        assert!(page.text().contains("<td class=\"number\">0</td>\n<td class=\"number\">4</td>"));
    }
}
