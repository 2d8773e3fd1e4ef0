//! The files of the page, compiled in.

/// A file.
#[derive(Clone, Copy)]
pub(super) struct Asset {
    pub(super) name: &'static str,
    /// Its content type.
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! assets {
    ($($name:literal: $kind:expr,)*) => {
        &[$(Asset { name: $name, kind: $kind, text: include_str!(concat!("page/", $name)) }),*]
    };
}

/// All of them.
const ASSETS: &[Asset] = assets! {
    "index.html": HTML,
    "style.css": CSS,
    "icon.svg": "image/svg+xml",
    "main.js": SCRIPT,
    "layout_worker.js": SCRIPT,
    "vendor/dagre.min.js": SCRIPT,
    "vendor/dagre.LICENSE.txt": "text/plain; charset=utf-8",
};

/// The modules that `main.js` imports, in an order in which each comes after what it imports.
pub(super) const MODULES: &[Asset] = assets! {
    "dom.js": SCRIPT,
    "rows.js": SCRIPT,
    "model.js": SCRIPT,
    "counters.js": SCRIPT,
    "pack.js": SCRIPT,
    "layout.js": SCRIPT,
    "viewport.js": SCRIPT,
    "shapes.js": SCRIPT,
    "graph.js": SCRIPT,
    "details.js": SCRIPT,
    "list.js": SCRIPT,
    "reports.js": SCRIPT,
    "cells.js": SCRIPT,
    "opened.js": SCRIPT,
    "tables.js": SCRIPT,
    "startup.js": SCRIPT,
    "source.js": SCRIPT,
    "theme.js": SCRIPT,
};

impl Asset {
    /// The file of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut all = ASSETS.iter().chain(MODULES);
        all.find(|asset| asset.name == name).copied()
    }

    /// The text of a file that is there.
    pub(super) fn text_of(name: &str) -> &'static str {
        Self::named(name).map_or("", |asset| asset.text)
    }

    /// Its entity tag.
    pub(super) fn tag(self) -> String {
        format!("\"{:016x}\"", hash(self.text))
    }
}

/// FNV-1a, as in <http://www.isthe.com/chongo/tech/comp/fnv/>: it tells builds apart, and is no defence.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
