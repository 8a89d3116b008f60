//! The console over PostgreSQL.

use countersign::inbox::Accept as _;
use countersign_console::{Console, Request};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_console_shows_and_changes_deliveries() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    for number in 1..=60 {
        inbox.accept(&entry(&format!("evt_{number}"))).await?;
    }
    let console = Console::new(inbox)?.guarded_by_a_layer_of_mine();
    let get = async |target: &str| {
        let response = console.handle(Request::get(target).at("/admin")).await;
        assert_eq!(response.status, 200, "{target}: {}", response.text());
        response.text().to_owned()
    };
    let list = get("/").await;
    let second = list.split("/admin?before=").nth(1).and_then(|rest| rest.split('"').next());
    let page = get(&format!("/?before={}", second.unwrap())).await;
    assert!(page.contains("evt_10\n") && !page.contains("evt_11\n"), "{page}");
    assert!(get("/overview").await.contains("60 accepted in the last day"));
    assert!(get("/?text=evt_33").await.contains("evt_33\n"));

    let found = get("/?id=evt_7").await;
    let (_, rest) = found.split_once("/deliveries/").unwrap();
    let id = rest.split('"').next().unwrap();
    let delivery = get(&format!("/deliveries/{id}")).await;
    let (_, rest) = delivery.split_once("name=\"token\" value=\"").unwrap();
    let form = format!("token={}&reason=by+hand", rest.split('"').next().unwrap());
    let request = Request::post(&format!("/deliveries/{id}/done"), form);
    let response = console.handle(request.header("Sec-Fetch-Site", "same-origin")).await;
    assert_eq!(response.status, 303);
    assert!(get("/?state=done").await.contains("evt_7\n"));
    get("/prune?days=1").await;
    Ok(())
}
