//! The page in a browser, against a running app.

use axum::Router;
use serde_json::json;

use crate::{
    app::{self, App, Server},
    browser::Page,
    graphs::sample,
    tools::{script, skip},
};

/// The page of a server, drawn; none where there is no browser.
pub(crate) async fn shown(server: &Server, path: &str) -> Option<Page> {
    let mut page = Page::open().await?;
    page.goto(&server.url(path)).await;
    page.until_drawn().await;
    Some(page)
}

/// Asks the app through its socket, from the page, which is of the same origin.
pub(crate) async fn send(page: &mut Page, path: &str) {
    page.eval(&format!(
        "fetch({}).then((response) => response.text())",
        json!(path)
    ))
    .await;
}

/// What a page must not do: complain, or ask another host.
pub(crate) fn assert_clean(page: &Page, server: &Server) {
    assert!(page.complaints.is_empty(), "{:#?}", page.complaints);
    let own = server.url("/");
    for url in &page.requests {
        assert!(url.starts_with(&own), "asked {url}");
    }
    assert!(page.requests.len() > 10, "the page's files are asked for");
}

#[tokio::test]
async fn traffic_moves_a_counter_and_nothing_else_is_asked() {
    let server = app::serve_counting().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    page.until("document.getElementById('connection').textContent === 'live'")
        .await;
    for _ in 0..3 {
        send(&mut page, "/ask").await;
    }
    page.until("document.querySelector('#panel-routes tbody tr td').textContent === '3'")
        .await;
    send(&mut page, "/ask").await;
    page.until("document.querySelector('#panel-routes tbody tr td').textContent === '4'")
        .await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn a_task_that_runs_is_counted_under_a_deep_path_too() {
    let server = app::serve_at("/admin/tools/di").await;
    let Some(mut page) = shown(&server, "/admin/tools/di").await else {
        return;
    };
    assert_eq!(
        page.eval("location.pathname").await,
        "/admin/tools/di/index.html"
    );
    send(&mut page, "/leave").await;
    page.until("document.querySelector('#panel-tasks tbody tr')?.dataset.key === 'wait'")
        .await;
    let running = "#panel-tasks tbody tr td:nth-child(3)";
    page.until(&format!(
        "document.querySelector({})?.textContent === '1'",
        json!(running)
    ))
    .await;
    send(&mut page, "/close").await;
    page.until(&format!(
        "document.querySelector({})?.textContent !== '1'",
        json!(running)
    ))
    .await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn the_page_says_when_the_app_is_gone_and_finds_the_next_one() {
    let app = App::build().await.expect("nothing fails");
    let router = |app: &App| Router::new().nest("/_di", di_axum::inspector(app));
    let server = Server::of(router(&app)).await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    page.until("document.getElementById('connection').textContent === 'live'")
        .await;
    let address = server.address;
    drop(server);
    di_axum::stop(&app);
    page.until("document.getElementById('connection').textContent === 'not connected'")
        .await;
    assert_eq!(
        page.text("#said").await,
        "The connection to the app is lost"
    );
    let next = App::build().await.expect("nothing fails");
    let _server = Server::at(address, router(&next)).await;
    page.until("document.getElementById('connection').textContent === 'live'")
        .await;
    assert_eq!(page.text("#said").await, "Connected again");
}

#[tokio::test]
async fn nodes_are_focused_by_mouse_and_keyboard() {
    let server = app::serve_at("/_di").await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    let row_of = |name: &str| format!(".node[aria-label^='{name},']");
    page.click(&row_of("greet")).await;
    assert_eq!(page.text("#details-title").await, "greet");
    let lit = "[...document.querySelectorAll('.node[data-row]:not(.dim)')].map((node) => node.getAttribute('aria-label').split(',')[0]).sort()";
    assert_eq!(page.eval(lit).await, json!(["Desk", "Visit", "greet"]));
    assert_eq!(
        page.eval("document.activeElement.getAttribute('aria-label').split(',')[0]")
            .await,
        "greet"
    );

    page.press("ArrowRight").await;
    page.press("ArrowRight").await;
    assert_eq!(
        page.eval("document.activeElement.getAttribute('aria-label').split(',')[0]")
            .await,
        "Desk"
    );
    assert!(
        page.text("ol.way").await.starts_with("wait"),
        "the shortest path, of the nearest root"
    );
    page.press("Enter").await;
    assert_eq!(
        page.eval("document.querySelector('.node.focused').getAttribute('aria-pressed')")
            .await,
        "true"
    );
    assert!(page.text("#said").await.starts_with("Desk: "));
    page.press("Escape").await;
    assert_eq!(
        page.eval("document.querySelectorAll('.node.dim, .node.focused').length")
            .await,
        0
    );

    page.press("ArrowLeft").await;
    assert_ne!(
        page.eval("document.activeElement.getAttribute('aria-label').split(',')[0]")
            .await,
        "Desk"
    );
    assert_clean(&page, &server);
}

#[tokio::test]
async fn a_search_jumps_and_the_list_is_used_by_keyboard() {
    let sample = sample(500);
    let server = app::serve_sample(&sample).await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    let all = page
        .eval("document.querySelectorAll('.node[data-row]').length")
        .await;
    assert_eq!(all, json!(sample.graph["nodes"].as_array().map(Vec::len)));

    page.press("/").await;
    assert_eq!(page.eval("document.activeElement.id").await, "search");
    page.write("ledgerrepo").await;
    page.until("document.querySelectorAll('.option').length < 20")
        .await;
    page.press("Enter").await;
    page.until_drawn().await;
    // Of many nodes, what is focused is shown alone.
    page.until("document.querySelectorAll('.node[data-row]').length < 100")
        .await;
    assert!(
        page.text("#details-title")
            .await
            .starts_with("LedgerRepository")
    );
    page.press("Escape").await; // The search,
    page.press("Escape").await; // then the focus.
    page.until("document.querySelectorAll('.node[data-row]').length > 400")
        .await;

    page.press("ArrowDown").await;
    page.press("ArrowDown").await;
    page.press("Enter").await;
    page.until("document.querySelector('.option[aria-selected=true]')?.matches(':focus')")
        .await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn the_view_is_moved_by_wheel_drag_and_keys() {
    let server = app::serve_at("/_di").await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    let transform = "document.querySelector('#graph > g').getAttribute('transform')";
    let fitted = page.eval(transform).await;
    let [x, y] = page.middle("#graph").await;
    let y = y + 150.0; // Beside the nodes.
    page.mouse(json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": -240 }))
        .await;
    page.until(&format!("{transform} !== {fitted}")).await;
    let zoomed = page.eval(transform).await;
    page.mouse(
        json!({ "type": "mousePressed", "x": x, "y": y, "button": "left", "clickCount": 1 }),
    )
    .await;
    page.mouse(
        json!({ "type": "mouseMoved", "x": x + 40.0, "y": y, "button": "left", "buttons": 1 }),
    )
    .await;
    page.mouse(json!({ "type": "mouseReleased", "x": x + 40.0, "y": y, "button": "left", "clickCount": 1 })).await;
    assert_ne!(page.eval(transform).await, zoomed);
    page.click("#fit").await;
    assert_eq!(page.eval(transform).await, fitted);
    page.eval("document.querySelector('.node[tabindex=\"0\"]').focus()")
        .await;
    page.press("+").await;
    assert_ne!(page.eval(transform).await, fitted);
    page.press("0").await;
    assert_eq!(page.eval(transform).await, fitted);
    assert_clean(&page, &server);
}

#[tokio::test]
async fn light_and_dark_follow_the_system_and_the_button() {
    let server = app::serve_at("/_di").await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    let ground = "getComputedStyle(document.body).backgroundColor";
    page.prefer("light").await;
    let light = page.eval(ground).await;
    page.prefer("dark").await;
    let dark = page.eval(ground).await;
    assert_ne!(light, dark);
    page.prefer("light").await;
    page.click("#theme").await;
    assert_eq!(
        (page.text("#theme").await.as_str(), page.eval(ground).await),
        ("Theme: dark", dark.clone())
    );
    let at = server.url("/_di/index.html");
    page.goto(&at).await;
    page.until_drawn().await;
    assert_eq!(page.eval(ground).await, dark, "it is kept");
    page.click("#theme").await;
    page.prefer("dark").await;
    assert_eq!(
        (page.text("#theme").await.as_str(), page.eval(ground).await),
        ("Theme: light", light)
    );
    assert_clean(&page, &server);
}

#[tokio::test]
async fn names_are_text_and_never_markup() {
    let mut sample = sample(10);
    let hostile = "<img src=x onerror=alert(1)>\"'&</script>";
    sample.graph["nodes"][0]["name"] = json!(hostile);
    sample.snapshot["routes"][0]["path"] = json!(hostile);
    sample.snapshot["findings"][0]["text"] = json!(hostile);
    let server = app::serve_sample(&sample).await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    page.until("document.querySelector('#panel-findings tbody tr')")
        .await;
    page.click(".node[data-row='0']").await;
    assert_eq!(page.text("#details-title").await, hostile);
    assert_eq!(
        page.eval("document.querySelectorAll('img').length").await,
        0
    );
    assert_clean(&page, &server);
}

#[tokio::test]
async fn axe_finds_nothing_in_both_themes() {
    let Some(axe) = script("axe.min.js") else {
        return skip("axe-core");
    };
    let server = app::serve_sample(&sample(30)).await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    page.until("document.querySelector('#panel-routes tbody tr')")
        .await;
    page.click(".node[data-row='14']").await;
    page.click("#panel-routes tbody button").await;
    page.click("#tab-findings").await;
    page.click("#panel-findings tbody button").await;
    page.until("document.querySelector('.edge.cause')").await;
    page.eval(&axe).await;
    for scheme in ["light", "dark"] {
        page.prefer(scheme).await;
        for tab in ["routes", "findings", "slow", "startup"] {
            page.click(&format!("#tab-{tab}")).await;
            let run = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                .then((found) => found.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html + node.failureSummary)]))";
            let found = page.eval(run).await;
            assert_eq!(found, json!([]), "{scheme}, {tab}");
        }
    }
    assert_clean(&page, &server);
}
