//! Pictures of the page at three sizes, light and dark. With `DI_SCREENSHOTS=docs` they are written there; to be looked at when the page changes. The larger
//! ones are then reduced to 256 colours: `pngquant --ext .png --force docs/inspector-*.png`.

use std::{fs, path::Path};

use serde_json::json;

use crate::{app, browser::Page, graphs::sample};

#[tokio::test]
async fn the_page_is_drawn_at_10_60_and_500_nodes() {
    for size in [10, 60, 500] {
        let server = app::serve_sample(&sample(size)).await;
        let Some(mut page) = Page::open().await else {
            return;
        };
        for scheme in ["light", "dark"] {
            page.prefer(scheme).await;
            page.goto(&server.url("/_di")).await;
            page.until_drawn().await;
            page.until("document.querySelector('#panel-routes tbody tr')")
                .await;
            let uncounted = page.eval(&uncounted(size)).await;
            assert_eq!(uncounted, json!([]), "at {size}, {scheme}");
            keep(
                &mut page,
                &format!(
                    "inspector-{size}{}.png",
                    if scheme == "dark" { "-dark" } else { "" }
                ),
            )
            .await;
        }
        if size == 500 {
            // What causes a finding is marked where it is laid out alone, too.
            mark(&mut page).await;
        }
        // One of the middle, with what needs it and what it needs.
        page.prefer("light").await;
        page.eval(&format!(
            "document.querySelector('.option[data-row=\"{}\"]').click()",
            size * 45 / 100
        ))
        .await;
        page.until_drawn().await;
        match size {
            10 => page.click("#panel-routes tbody button").await,
            60 => mark(&mut page).await,
            _ => page.click("#tab-startup").await,
        }
        keep(&mut page, &format!("inspector-{size}-focused.png")).await;
        assert!(page.complaints.is_empty(), "{:#?}", page.complaints);
    }
}

/// Has the edges of a finding marked.
async fn mark(page: &mut Page) {
    page.click("#tab-findings").await;
    page.click("#panel-findings tbody li:last-child button")
        .await;
    page.until("document.querySelectorAll('.edge.cause').length === 2")
        .await;
}

/// The nodes that do not show how often they were used, in the way in which they do at this size: beside what they are, from afar alone, or by a bar.
fn uncounted(size: usize) -> String {
    let is_shown = match size {
        10 => {
            "!node.closest('.far') && / · [\\d,]+$/.test(node.querySelector('.what').textContent)"
        }
        60 => {
            "node.matches('.far .roomy') && /^([\\d,]+|3 failed)$/.test(node.querySelector('.what').textContent)"
        }
        _ => {
            "Number(node.querySelector('.load').getAttribute('width')) > 0 || node.getAttribute('aria-label').includes(' 0, ')"
        }
    };
    format!(
        "[...document.querySelectorAll('#graph .node[data-row]')].filter((node) => !({is_shown})).map((node) => node.getAttribute('aria-label'))"
    )
}

async fn keep(page: &mut Page, name: &str) {
    // What fades has faded.
    page.eval("Promise.all(document.getAnimations().map((one) => one.finished)).then(() => true, () => true)").await;
    let picture = decoded(&page.picture().await);
    assert!(
        picture.starts_with(b"\x89PNG") && picture.len() > 20_000,
        "{name} is empty"
    );
    if let Some(dir) = std::env::var_os("DI_SCREENSHOTS") {
        // Relative to the workspace, as the one who asks for it is there.
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(dir);
        fs::write(dir.join(name), picture).expect("it can be written");
    }
}

/// Base64, as of RFC 4648.
fn decoded(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u32> = text.bytes().filter_map(value).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let bits = four
            .iter()
            .enumerate()
            .fold(0, |bits, (k, digit)| bits | digit << (18 - 6 * k));
        bits.to_be_bytes()[1..four.len()].to_vec()
    });
    bytes.collect()
}
