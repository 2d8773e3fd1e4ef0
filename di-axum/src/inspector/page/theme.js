// Light or dark: as the system has it, unless something else is chosen.
import { byId } from "./dom.js";

const THEMES = ["auto", "dark", "light"];
const KEPT = "di-theme";

/** Makes the button work, and takes up what was chosen before. */
export function setUpTheme() {
  const button = byId("theme");
  const apply = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  apply(THEMES.includes(kept()) ? kept() : "auto");
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    apply(next);
    keep(next);
  });
}

/** There may be no storage, as in a page from a file. */
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(theme) {
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // Then it is chosen anew next time.
  }
}
