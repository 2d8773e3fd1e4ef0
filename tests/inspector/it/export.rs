//! The graph as files.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::json;

use crate::{
    app::App,
    browser::Page,
    tools::{program, script, skip},
};

#[test]
fn all_four_files_are_written() {
    let dir = tempfile::tempdir().expect("a directory can be made");
    let paths = di_axum::export(App::graph())
        .write_to(dir.path().join("deep/er"))
        .expect("it can be written");
    let names: Vec<_> = paths
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    assert_eq!(names, ["graph.html", "graph.svg", "graph.dot", "graph.mmd"]);
    assert_eq!(
        fs::read_to_string(&paths[2]).expect("it is there"),
        App::graph().to_dot()
    );
}

#[tokio::test]
async fn the_page_is_opened_from_its_file_and_asks_for_nothing() {
    let Some(mut page) = Page::open().await else {
        return;
    };
    let dir = tempfile::tempdir().expect("a directory can be made");
    let paths = di_axum::export(App::graph())
        .write_to(dir.path())
        .expect("it can be written");
    let url = format!("file://{}", paths[0].display());
    page.goto(&url).await;
    page.until_drawn().await;
    page.click(".node[aria-label^='greet,']").await;
    assert_eq!(page.text("#details-title").await, "greet");
    page.click("#theme").await;
    assert_eq!(page.text("#theme").await, "Theme: dark");
    assert_eq!(
        page.eval("document.getElementById('dock').hidden").await,
        json!(true)
    );
    assert!(page.complaints.is_empty(), "{:#?}", page.complaints);
    assert_eq!(page.requests, [url]);

    page.goto(&format!("file://{}", paths[1].display())).await;
    page.until("document.querySelectorAll('svg g title').length >= 6")
        .await;
    assert!(page.complaints.is_empty(), "{:#?}", page.complaints);
}

#[test]
fn graphviz_reads_the_dot() {
    let Some(dot) = program(&["dot"]) else {
        return skip("graphviz");
    };
    let mut child = Command::new(dot)
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin
        .write_all(App::graph().to_dot().as_bytes())
        .expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let (drawn, said) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success() && said.is_empty(), "{said}");
    assert_eq!(drawn.matches("class=\"node\"").count(), App::graph().len());
    assert_eq!(
        drawn.matches("class=\"edge\"").count(),
        App::graph().edges().count()
    );
}

/// Mermaid runs in a browser, and only there is all of it.
#[tokio::test]
async fn mermaid_reads_the_flowchart() {
    let Some(mermaid) = script("mermaid.min.js") else {
        return skip("mermaid");
    };
    let Some(mut page) = Page::open().await else {
        return;
    };
    page.eval(&format!("{mermaid};0")).await;
    let text = App::graph().to_mermaid();
    let parsed = page
        .eval(&format!(
            "mermaid.parse({}).then((found) => found.diagramType)",
            json!(text)
        ))
        .await;
    assert_eq!(parsed, "flowchart-v2");
    let refused = page
        .eval("mermaid.parse('flowchart LR\\n n0[\"a\"').then(() => 'read', () => 'refused')")
        .await;
    assert_eq!(refused, "refused", "the parser is one");
    let draw = format!(
        "mermaid.render('drawn', {}).then(({{ svg }}) => svg.split('class=\"node ').length - 1)",
        json!(text)
    );
    assert_eq!(page.eval(&draw).await, json!(App::graph().len()));
}
