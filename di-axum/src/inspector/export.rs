//! The graph as files, for documentation and reviews.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use di_core::Graph;

use super::{
    assets::{Asset, MODULES, hash},
    svg,
};

/// A graph as files: a page, a picture, and the text that Graphviz and Mermaid read.
///
/// ```
/// # use di_axum::container;
/// # #[container()]
/// # pub struct App;
/// # fn main() -> std::io::Result<()> {
/// # let dir = std::env::temp_dir().join(format!("di-axum-export-{}", std::process::id()));
/// for path in di_axum::export(App::graph()).write_to(&dir)? {
///     println!("{}", path.display()); // graph.html, graph.svg, graph.dot, graph.mmd
/// }
/// # std::fs::remove_dir_all(dir)
/// # }
/// ```
pub fn export(graph: Graph) -> Export {
    Export { graph }
}

/// Made by [`export()`].
#[derive(Clone, Copy)]
#[must_use = "nothing is written before `write_to`"]
pub struct Export {
    graph: Graph,
}

impl Export {
    /// The page of the inspector with this graph inside, in one file that a browser opens without a server. It loads nothing.
    pub fn to_html(self) -> String {
        page(&self.graph.to_json())
    }

    /// A picture, laid out in ranks from left to right; it follows the viewer's preference for light or dark.
    pub fn to_svg(self) -> String {
        svg::svg(self.graph)
    }

    /// Writes `graph.html`, `graph.svg`, `graph.dot` and `graph.mmd` into a directory, which is made if need be, and returns their paths. Files of these
    /// names are replaced.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_to(self, dir: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
        let dir = dir.as_ref();
        fs::create_dir_all(dir)?;
        let files = [
            ("graph.html", self.to_html()),
            ("graph.svg", self.to_svg()),
            ("graph.dot", self.graph.to_dot()),
            ("graph.mmd", self.graph.to_mermaid()),
        ];
        let write = |(name, text): (&str, String)| {
            let path = dir.join(name);
            fs::write(&path, text)?;
            Ok(path)
        };
        files.into_iter().map(write).collect()
    }
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").finish_non_exhaustive()
    }
}

/// Where the page names its files, each on a line of its own.
const LINK_STYLE: &str = r#"<link rel="stylesheet" href="style.css">"#;
const LINK_ICON: &str = r#"<link rel="icon" href="icon.svg">"#;
const LINK_SCRIPT: &str = r#"<script type="module" src="main.js"></script>"#;
const LINK_DAGRE: &str = r#"<script src="vendor/dagre.min.js"></script>"#;

/// The page in one file. Browsers refuse modules from files, so they become one script, and its policy allows what has this file's nonce, and no
/// requests at all.
fn page(graph: &str) -> String {
    let script = bundle();
    // In a script of JSON, `<` could end it.
    let graph = graph.replace('<', "\\u003c");
    let nonce = format!("{:016x}", hash(&script) ^ hash(&graph));
    let policy = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; \
         script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'\">"
    );
    let style = format!(
        "<style nonce=\"{nonce}\">\n{}</style>",
        Asset::text_of("style.css")
    );
    let licence = Asset::text_of("vendor/dagre.LICENSE.txt");
    let dagre = Asset::text_of("vendor/dagre.min.js");
    let dagre = format!("<script nonce=\"{nonce}\">\n/*\n{licence}*/\n{dagre}</script>");
    let module = format!(
        "<script type=\"application/json\" id=\"graph-data\">{graph}</script>\n<script type=\"module\" nonce=\"{nonce}\">\n{script}</script>"
    );
    Asset::text_of("index.html")
        .replacen(LINK_ICON, &policy, 1)
        .replacen(LINK_STYLE, &style, 1)
        .replacen(LINK_DAGRE, &dagre, 1)
        .replacen(LINK_SCRIPT, &module, 1)
}

/// The modules as one. They are written so that this is enough: an import is a line of its own and renames nothing, what is exported says so where it is
/// declared, and no two of them declare the same name, which the browser would refuse.
fn bundle() -> String {
    let texts = MODULES.iter().map(|module| module.text);
    let texts = texts.chain([Asset::text_of("main.js")]);
    let lines = texts
        .flat_map(str::lines)
        .filter(|line| !line.starts_with("import "));
    let lines = lines.map(|line| line.strip_prefix("export ").unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_one_file_names_no_other() {
        let page = page(r#"{"nodes":[{"name":"</script>"}],"edges":[],"missing":[]}"#);
        for tag in page
            .split('<')
            .filter(|tag| tag.starts_with("script") || tag.starts_with("link"))
        {
            let tag = tag.split('>').next().unwrap_or_default();
            assert!(!tag.contains("src=") && !tag.contains("href="), "{tag}");
        }
        assert!(page.contains(r#"{"name":"\u003c/script>"}"#));
        assert!(page.contains("Copyright (c) 2012-2014 Chris Pettitt"));
    }

    #[test]
    fn modules_are_written_so_that_they_can_be_joined() {
        for module in MODULES
            .iter()
            .map(|module| module.text)
            .chain([Asset::text_of("main.js")])
        {
            assert!(!module.contains("</script"));
            for line in module.lines().filter(|line| line.starts_with("import ")) {
                assert!(line.ends_with(".js\";") && !line.contains(" as "), "{line}");
            }
            for line in module
                .lines()
                .filter_map(|line| line.strip_prefix("export "))
            {
                let declares = ["const ", "function ", "async function ", "class "];
                assert!(declares.iter().any(|word| line.starts_with(word)), "{line}");
            }
        }
    }
}
