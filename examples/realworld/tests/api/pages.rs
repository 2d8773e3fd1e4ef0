//! `GET /articles`: order, limit and offset.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use crate::{client::Client, process::Server};

on_both!(
    a_list_without_articles_is_empty,
    a_list_has_the_newest_articles_first_and_twenty_of_them,
    a_limit_and_an_offset_cut_a_page_out,
    pages_together_are_the_whole_list,
    pages_of_what_was_published_at_once_are_the_whole_list,
    a_limit_beyond_the_end_gives_what_is_there,
    an_offset_beyond_the_end_gives_an_empty_page,
    a_limit_that_is_none_is_refused,
    an_offset_that_is_none_is_refused,
    a_number_beyond_all_bounds_is_no_error_of_the_server,
    a_changed_article_stays_where_it_is,
);

const LISTS: [&str; 2] = ["/articles", "/articles/feed"];

/// Somebody with as many articles by another in the feed; the titles, the newest first.
async fn reader(server: &Server, count: usize) -> (Client, Vec<String>) {
    let (ada, grace) = (server.register("ada").await, server.register("grace").await);
    grace.follow("ada").await.expect(200);
    let titles: Vec<String> = (0..count)
        .map(|number| format!("Article {number}"))
        .collect();
    for title in &titles {
        ada.publish(title).await;
    }
    (grace, titles.into_iter().rev().collect())
}

async fn a_list_without_articles_is_empty(server: &Server) {
    let ada = server.register("ada").await;
    for list in LISTS {
        assert_eq!(ada.titles(list).await, (vec![], 0), "{list}");
    }
    assert_eq!(server.guest().titles("/articles").await, (vec![], 0));
}

async fn a_list_has_the_newest_articles_first_and_twenty_of_them(server: &Server) {
    let (reader, titles) = reader(server, 23).await;
    for list in LISTS {
        let page = (titles[..20].to_vec(), 23);
        assert_eq!(reader.titles(list).await, page, "{list}");
    }
    assert_eq!(server.guest().titles("/articles").await.0, titles[..20]);
}

async fn a_limit_and_an_offset_cut_a_page_out(server: &Server) {
    let (reader, titles) = reader(server, 23).await;
    for list in LISTS {
        for (query, page) in [
            ("limit=1", 0..1),
            ("limit=22", 0..22),
            ("offset=1", 1..21),
            ("offset=20", 20..23),
            ("offset=0&limit=20", 0..20),
            ("limit=5&offset=7", 7..12),
            ("limit=5&offset=20", 20..23),
        ] {
            let path = format!("{list}?{query}");
            assert_eq!(
                reader.titles(&path).await,
                (titles[page].to_vec(), 23),
                "{path}"
            );
        }
    }
}

async fn pages_together_are_the_whole_list(server: &Server) {
    let (reader, titles) = reader(server, 10).await;
    for list in LISTS {
        let mut all = Vec::new();
        for offset in [0, 3, 6, 9] {
            let page = reader
                .titles(&format!("{list}?limit=3&offset={offset}"))
                .await;
            all.extend(page.0);
        }
        assert_eq!(all, titles, "{list}");
    }
}

/// Some of them in the same millisecond: they have an order, too.
async fn pages_of_what_was_published_at_once_are_the_whole_list(server: &Server) {
    let ada = server.register("ada").await;
    let published = (0..30).map(|number| {
        let ada = ada.clone();
        async move { ada.publish(&format!("Article {number}")).await }
    });
    published.collect::<JoinSet<_>>().join_all().await;
    let whole = ada.titles("/articles?limit=30").await.0;
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 30);
    let mut all = Vec::new();
    for offset in 0..30 {
        let path = format!("/articles?limit=1&offset={offset}");
        all.extend(ada.titles(&path).await.0);
    }
    assert_eq!(all, whole);
}

async fn a_limit_beyond_the_end_gives_what_is_there(server: &Server) {
    let (reader, titles) = reader(server, 3).await;
    for list in LISTS {
        for limit in [3, 4, 100] {
            let path = format!("{list}?limit={limit}");
            assert_eq!(reader.titles(&path).await, (titles.clone(), 3), "{path}");
        }
    }
}

async fn an_offset_beyond_the_end_gives_an_empty_page(server: &Server) {
    let (reader, _) = reader(server, 3).await;
    for list in LISTS {
        for offset in [3, 4, 1000] {
            let path = format!("{list}?offset={offset}");
            assert_eq!(reader.titles(&path).await, (vec![], 3), "{path}");
        }
    }
}

async fn a_limit_that_is_none_is_refused(server: &Server) {
    let (reader, _) = reader(server, 1).await;
    for list in LISTS {
        for limit in [
            "0", "-1", "ten", "1.5", "1e1", "0x10", "1%00", "1;2", "%27", "%FF",
        ] {
            reader
                .get(&format!("{list}?limit={limit}"))
                .await
                .expect(422);
        }
    }
}

async fn an_offset_that_is_none_is_refused(server: &Server) {
    let (reader, _) = reader(server, 1).await;
    for list in LISTS {
        for offset in ["-1", "ten", "1.5", "1%20OR%201=1"] {
            reader
                .get(&format!("{list}?offset={offset}"))
                .await
                .expect(422);
        }
    }
}

async fn a_number_beyond_all_bounds_is_no_error_of_the_server(server: &Server) {
    let (reader, titles) = reader(server, 2).await;
    for list in LISTS {
        for number in [
            "4294967296",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
        ] {
            let answer = reader.get(&format!("{list}?offset={number}")).await;
            let page = answer.expect_one_of(&[200, 422]);
            assert!(
                page["articles"].as_array().is_none_or(Vec::is_empty),
                "{page}"
            );
            let answer = reader.get(&format!("{list}?limit={number}")).await;
            let page = answer.expect_one_of(&[200, 422]);
            assert!(
                page["articles"]
                    .as_array()
                    .is_none_or(|all| all.len() == titles.len()),
                "{page}"
            );
        }
    }
}

async fn a_changed_article_stays_where_it_is(server: &Server) {
    let ada = server.register("ada").await;
    let oldest = ada.publish_at("Oldest").await;
    ada.publish("Newest").await;
    let change = serde_json::json!({"article": {"body": "new"}});
    ada.put(&oldest, change).await.expect(200);
    assert_eq!(ada.titles("/articles").await.0, ["Newest", "Oldest"]);
}
